/* Fills the one line that says what went wrong. */
#include <cgq/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A line that was cut says so; one byte that a terminal could act on never gets out. */
static void line_finish(char *text, size_t size, int wanted)
{
	static const char cut[] = "...";

	if (wanted < 0)
		text[0] = '\0';
	else if ((size_t)wanted >= size)
		memcpy(text + size - sizeof(cut), cut, sizeof(cut));
	for (char *s = text; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

int fail(struct err *e, int code, const char *fmt, ...)
{
	va_list args;

	if (!e)
		return -code;
	e->code = code;
	va_start(args, fmt);
	line_finish(e->text, sizeof(e->text), vsnprintf(e->text, sizeof(e->text), fmt, args));
	va_end(args);
	return -code;
}

int fail_prefix(struct err *e, const char *fmt, ...)
{
	char before[sizeof(e->text)], old[sizeof(e->text)];
	va_list args;

	if (!e)
		return -1;
	va_start(args, fmt);
	line_finish(before, sizeof(before), vsnprintf(before, sizeof(before), fmt, args));
	va_end(args);
	memcpy(old, e->text, sizeof(old));
	line_finish(e->text, sizeof(e->text), snprintf(e->text, sizeof(e->text), "%s: %s", before, old));
	return -e->code;
}
