/* Pages for people: headings, labelled lines, lists. */
#include "prose.h"

#include <stdarg.h>
#include <stdio.h>

#define LABEL_WIDTH 10 /* "processes" and a blank */

void prose_put(const struct terminal *t, enum colour c, const char *text)
{
	if (c == COLOUR_PLAIN)
		fputs(text, stdout);
	else
		printf("%s%s%s", terminal_colour(t, c), text, terminal_colour(t, COLOUR_PLAIN));
}

void prose_label(const struct terminal *t, const char *label)
{
	printf("  %s%-*s%s ", terminal_colour(t, COLOUR_FAINT), LABEL_WIDTH, label, terminal_colour(t, COLOUR_PLAIN));
}

void prose_line(const struct terminal *t, const char *label, const char *fmt, ...)
{
	va_list args;

	prose_label(t, label);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

void prose_heading(const struct terminal *t, const char *heading, enum colour c)
{
	fputs("\n  ", stdout);
	prose_put(t, c, heading);
	putchar('\n');
}

void prose_list(const struct terminal *t, const char *heading, enum colour c, const json_t *texts)
{
	const json_t *text;
	size_t i;

	if (json_array_size(texts) == 0)
		return;
	prose_heading(t, heading, c);
	json_array_foreach((json_t *)texts, i, text)
	{
		printf("    %s\n", json_string_value(text) ? json_string_value(text) : "-");
	}
}
