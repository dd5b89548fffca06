/* Faults, warnings and hints, as every command that tells of them prints them. */
#include "faults.h"

#include <string.h>

#include <cgq/auto.h>

#include "field.h"
#include "prose.h"

size_t faults_of(const json_t *faults, const char *severity)
{
	const json_t *fault;
	size_t i, n = 0;

	json_array_foreach((json_t *)faults, i, fault)
	{
		n += strcmp(field_text(fault, "severity"), severity) == 0;
	}
	return n;
}

/* A fault is what the compiler calls an error: the line is bare, so that editors find their way. */
static void fault_show(const struct terminal *t, const json_t *fault, const char *before)
{
	const char *severity = field_text(fault, "severity");
	const char *file = field_text(fault, "file");
	long long line = json_integer_value(json_object_get(fault, "line"));
	bool is_fault = strcmp(severity, "fault") == 0 || !*severity;

	fputs(before, stdout);
	printf("%s%s", terminal_colour(t, COLOUR_STRONG), file);
	if (line > 0)
		printf(":%lld", line);
	printf("%s%s", terminal_colour(t, COLOUR_PLAIN), *file ? ": " : "");
	if (!is_fault) {
		prose_put(t, strcmp(severity, "warning") == 0 ? COLOUR_CARE : COLOUR_FAINT, severity);
		fputs(": ", stdout);
	}
	prose_put(t, is_fault ? COLOUR_BAD : COLOUR_PLAIN, field_text(fault, "text"));
	putchar('\n');
}

void faults_show(const struct terminal *t, const json_t *faults, const char *before)
{
	const json_t *fault;
	size_t i;

	json_array_foreach((json_t *)faults, i, fault)
	{
		fault_show(t, fault, before);
	}
}

const char *refused_text(const json_t *refused)
{
	return field_is_true(refused, "kept") ? "refused; its last good version stays in force"
					      : "refused; nothing of it is in force";
}
