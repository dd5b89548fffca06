/* One thing that happened becomes one line for people. */
#include "event_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "field.h"

/*
 * What is said of each kind. %p: the process, %w: what it is about, %b and %n: before and now, %a: file:line of the
 * policy, %u: who did it, %t: why. What stands in [] is left out where one of its fields is unknown.
 */
static const struct {
	const char *kind, *form;
} forms[] = {
	{"move",   "%p[ from %b][: %a][: %t]"},
	{"return", "%p[ back to %n][: %t]"},
	{"exit",   "%p ended[: %t]"},
	{"apply",  "[%t ][%w][: %b ->][ %n][ (%a)]"},
	{"limit",  "[%w: ][%t]"},
	{"refuse", "[%a: ][%w: ][%t]"},
	{NULL,     "[%p: ][%u: ][%w: ][%b -> ][%n: ][%t][ (%a)]"},
};

static const char *form_of(const char *kind)
{
	size_t i = 0;

	while (forms[i].kind && strcmp(forms[i].kind, kind) != 0)
		i++;
	return forms[i].form;
}

/* "FILE:LINE"; what was set has no line */
static char *place_text(const json_t *e)
{
	long long line = json_integer_value(json_object_get(e, "line"));

	return line > 0 ? must_printf("%s:%lld", field_text(e, "file"), line) : must_strdup(field_text(e, "file"));
}

/* "" where it is unknown */
static char *part_text(const json_t *e, char letter)
{
	static const struct {
		char letter;
		const char *key;
	} parts[] = {{'w', "what"}, {'b', "was"}, {'n', "now"}, {'u', "who"}, {'t', "text"}};
	long long pid = json_integer_value(json_object_get(e, "pid"));
	const char *name = field_text(e, "name");

	if (letter == 'p')
		return !pid ? must_strdup(name)
			    : must_printf("pid %lld%s%s%s", pid, *name ? " (" : "", name, *name ? ")" : "");
	if (letter == 'a')
		return place_text(e);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].letter == letter)
			return must_strdup(field_text(e, parts[i].key));
	return must_strdup("");
}

/* Writes form up to a ']' or the end; answers what follows it. *whole: every field of it is known. */
static const char *piece_write(const json_t *e, const char *form, FILE *out, bool *whole)
{
	for (*whole = true; *form && *form != ']'; form++) {
		if (*form == '%') {
			auto_free char *text = part_text(e, *++form);

			fputs(text, out);
			*whole = *whole && *text;
		} else if (*form == '[') {
			return form;
		} else {
			fputc(*form, out);
		}
	}
	return form;
}

/* What stands in [] at form; answers what follows. */
static const char *optional_write(const json_t *e, const char *form, FILE *out)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *piece = open_memstream(&text, &size);
	bool whole;

	if (!piece)
		return strchr(form, ']') + 1;
	form = piece_write(e, form + 1, piece, &whole) + 1;
	fclose(piece);
	if (whole)
		fputs(text, out);
	return form;
}

/* A sentence may end with what only led to a field that is missing. */
static void end_trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == ':'))
		text[--len] = '\0';
}

char *event_sentence(const json_t *event)
{
	const char *form = form_of(field_text(event, "kind"));
	long long left_out = json_integer_value(json_object_get(event, "left_out"));
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool whole;

	if (!out)
		return must_strdup("");
	while (*form)
		form = *form == '[' ? optional_write(event, form, out) : piece_write(event, form, out, &whole);
	fclose(out);
	end_trim(text);
	if (left_out > 0) {
		char *longer = must_printf("%s (and %lld more before it)", text, left_out);

		free(text);
		text = longer;
	}
	return text;
}

char *event_time(const json_t *event)
{
	const char *text = field_text(event, "at"), *end;
	struct tm tm = {0};
	char here[64];
	time_t at;

	end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!end)
		return must_strdup(*text ? text : "-");
	at = timegm(&tm);
	if (!localtime_r(&at, &tm) || strftime(here, sizeof(here), "%F %T", &tm) == 0)
		return must_strdup(text);
	return must_strdup(here);
}
