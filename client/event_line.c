/* One thing that happened becomes one line for people. */
#include "event_line.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "field.h"
#include "time_here.h"

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

/* "FILE:LINE" of the event itself */
static char *place_text(const json_t *e, const struct cell_form *form)
{
	json_t *at = json_pack("{s:{s:O?, s:O?}}", "at", "file", json_object_get(e, "file"), "line", json_object_get(e, "line"));
	char *text = cell_place_text(at, "at", form);

	json_decref(at);
	return text;
}

/* Sizes are made readable, unless nobody could tell the two apart then. */
static char *value_text(const json_t *e, const char *key, const struct cell_form *form)
{
	const char *what = field_text(e, "what"), *slash = strrchr(what, '/'), *file = slash ? slash + 1 : what;
	auto_free char *was = cell_kernel_text(file, field_text(e, "was"), form);
	auto_free char *now = cell_kernel_text(file, field_text(e, "now"), form);

	if (strcmp(was, now) == 0)
		return must_strdup(field_text(e, key));
	return must_strdup(strcmp(key, "was") == 0 ? was : now);
}

/* "" where it is unknown */
static char *part_text(const json_t *e, char letter, const struct cell_form *form)
{
	static const struct {
		char letter;
		const char *key;
	} parts[] = {{'w', "what"}, {'u', "who"}, {'t', "text"}};
	long long pid = json_integer_value(json_object_get(e, "pid"));
	const char *name = field_text(e, "name");

	if (letter == 'p')
		return !pid ? must_strdup(name)
			    : must_printf("pid %lld%s%s%s", pid, *name ? " (" : "", name, *name ? ")" : "");
	if (letter == 'a')
		return place_text(e, form);
	if (letter == 'b' || letter == 'n')
		return value_text(e, letter == 'b' ? "was" : "now", form);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].letter == letter)
			return must_strdup(field_text(e, parts[i].key));
	return must_strdup("");
}

/* Writes form up to a ']' or the end; answers what follows it. *whole: every field of it is known. */
static const char *piece_write(const json_t *e, const char *form, const struct cell_form *cells, FILE *out, bool *whole)
{
	for (*whole = true; *form && *form != ']'; form++) {
		if (*form == '%') {
			auto_free char *text = part_text(e, *++form, cells);

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
static const char *optional_write(const json_t *e, const char *form, const struct cell_form *cells, FILE *out)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *piece = open_memstream(&text, &size);
	bool whole;

	if (!piece)
		return strchr(form, ']') + 1;
	form = piece_write(e, form + 1, cells, piece, &whole) + 1;
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

char *event_sentence(const json_t *event, const struct cell_form *cells)
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
		form = *form == '[' ? optional_write(event, form, cells, out) : piece_write(event, form, cells, out, &whole);
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
	const char *at = field_text(event, "at");

	return *at ? time_here(at, false) : must_strdup("-");
}
