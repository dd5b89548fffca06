/* Overrides, and a change on trial. */
#include "change.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "field.h"
#include "prose.h"
#include "say.h"

void overrides_show(const struct terminal *t, const json_t *overrides)
{
	const json_t *one;
	size_t i;

	if (json_array_size(overrides) == 0)
		return;
	prose_heading(t, "Set while running, until the machine boots", COLOUR_STRONG);
	json_array_foreach((json_t *)overrides, i, one)
	{
		printf("    %s: %s = %s, by %s at %s\n", field_text(one, "group"), field_text(one, "key"),
		       field_text(one, "value"), field_text(one, "who"), field_text(one, "when"));
	}
}

/* One line of what a change on trial waits for. */
typedef void line_put(const char *line);

static void line_print(const char *line)
{
	printf("    %s\n", line);
}

static void line_say(const char *line)
{
	say("%s", line);
}

static void pending_tell(const json_t *pending, line_put *put)
{
	auto_free char *first = must_printf("on trial for %.0f s: cgq confirm keeps it; without that, or at the first harm, these go back:",
					    field_number(pending, "seconds_left"));
	auto_free char *health = must_printf("watched by: %s", field_text(pending, "health"));
	const json_t *file;
	size_t i;

	put(first);
	json_array_foreach((json_t *)field_list(pending, "files"), i, file)
	{
		auto_free char *line = must_printf("  %s", json_string_value(file) ? json_string_value(file) : "-");

		put(line);
	}
	if (field_is_known(pending, "health"))
		put(health);
}

void pending_show(const struct terminal *t, const json_t *pending)
{
	if (!json_is_object(pending))
		return;
	prose_heading(t, "Waits to be confirmed", COLOUR_CARE);
	pending_tell(pending, line_print);
}

void pending_say(const json_t *pending)
{
	pending_tell(pending, line_say);
}
