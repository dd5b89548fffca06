/* Bytes become lines that iniparser takes as they are meant. */
#include "ini_lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "text.h"

#define KEY_MAX_BYTES 64

struct span {
	const char *s;
	size_t len;
};

struct scan {
	const char *file;
	struct ini_text *ret;
	struct faults *faults;
	unsigned line;
	bool told, crlf_told;
};

#define SPAN_ESCAPED(span) text_escape((span).s, (span).len, (char[256]){ 0 }, 256)

static void __attribute__((format(printf, 2, 3))) tell(struct scan *sc, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fault_add(sc->faults, SEVERITY_FAULT, (struct place){ sc->file, sc->line }, "%s", text);
	sc->told = true;
}

void ini_text_done(struct ini_text *t)
{
	free(t->sections);
	free(t->records);
	arena_done(&t->arena);
	*t = (struct ini_text){ 0 };
}

static struct span span_strip(struct span sp)
{
	while (sp.len && (*sp.s == ' ' || *sp.s == '\t')) {
		sp.s++;
		sp.len--;
	}
	while (sp.len && (sp.s[sp.len - 1] == ' ' || sp.s[sp.len - 1] == '\t'))
		sp.len--;
	return sp;
}

/* Only ASCII: what iniparser does under the C locale. */
static const char *lower_dup(struct arena *a, struct span sp)
{
	char *s = arena_strndup(a, sp.s, sp.len);

	for (char *c = s; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return s;
}

static bool is_plain(struct span sp, const char *also)
{
	for (size_t i = 0; i < sp.len; i++) {
		char c = sp.s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!letter && (!c || !strchr(also, c)))
			return false;
	}
	return true;
}

static void section_push(struct scan *sc, const char *name, struct span header)
{
	struct ini_text *t = sc->ret;

	array_grow(t->sections, t->n_sections, t->cap_sections);
	t->sections[t->n_sections++] = (struct ini_section){ sc->line, name, lower_dup(&t->arena, header) };
}

static void record_push(struct scan *sc, struct ini_record rec)
{
	struct ini_text *t = sc->ret;

	rec.line = sc->line;
	rec.section = (unsigned)t->n_sections - 1;
	array_grow(t->records, t->n_records, t->cap_records);
	t->records[t->n_records++] = rec;
}

static bool is_key_byte(char c)
{
	return is_plain((struct span){ &c, 1 }, "_.-");
}

/* A line that is told to be at fault, and may have been meant as one about its first word: "cpu: 40%". */
static void record_lose(struct scan *sc, struct span line)
{
	struct span word = line;

	while (word.len && !is_key_byte(*word.s)) {
		word.s++;
		word.len--;
	}
	for (size_t i = 0; i < word.len; i++)
		if (!is_key_byte(word.s[i]))
			word.len = i;
	if (sc->ret->n_sections && word.len <= KEY_MAX_BYTES)
		record_push(sc, (struct ini_record){ .key = lower_dup(&sc->ret->arena, word), .is_lost = true });
}

/* "[web/php]"; NULL when it is told to be at fault. */
static const char *header_read(struct scan *sc, struct span line)
{
	const char *close = memchr(line.s, ']', line.len);
	struct span name;

	if (!close) {
		tell(sc, "'%s' lacks its ']'", SPAN_ESCAPED(line));
		return NULL;
	}
	if (close != line.s + line.len - 1) {
		tell(sc, "text after ']'; a section stands alone on its line, a comment too");
		return NULL;
	}
	name = span_strip((struct span){ line.s + 1, line.len - 2 });
	if (!name.len)
		tell(sc, "'[]' names no section");
	else if (!is_plain(name, "_./-"))
		tell(sc, "[%s]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts",
		     SPAN_ESCAPED(name));
	else if (name.len > GROUP_PATH_MAX_BYTES)
		tell(sc, "[%s]: the name has %zu bytes; at most %u", SPAN_ESCAPED(name), name.len,
		     GROUP_PATH_MAX_BYTES);
	else
		return lower_dup(&sc->ret->arena, name);
	return NULL;
}

/* What iniparser would cut, join or unquote; true when told. */
static bool value_told(struct scan *sc, const char *key, struct span v)
{
	const char *hash = memchr(v.s, '#', v.len), *semicolon = memchr(v.s, ';', v.len);

	if (!v.len)
		tell(sc, "%s: has no value", key);
	else if (*v.s == '"' || *v.s == '\'')
		tell(sc, "%s: the value begins with a quote; write it without", key);
	else if (hash || semicolon)
		tell(sc, "%s: a value has no '%c'; a comment stands on a line of its own%s", key,
		     !hash || (semicolon && semicolon < hash) ? ';' : '#',
		     strncmp(key, "match", 5) == 0 ? ", and in a match '?' fits any byte" : "");
	else if (v.s[v.len - 1] == '\\')
		tell(sc, "%s: ends in a backslash; a value stands on one line", key);
	else
		return false;
	return true;
}

/* Keys before the first section are one mistake, told once; they are checked on for themselves. */
static void section_need(struct scan *sc, const char *key)
{
	if (sc->ret->n_sections)
		return;
	tell(sc, "'%s' stands before the first [section]", key);
	section_push(sc, NULL, (struct span){ "", 0 });
}

/* "cpu = 40%"; true when it is told to be none. */
static bool form_told(struct scan *sc, struct span line, struct span *ret_key, struct span *ret_value)
{
	const char *equals = memchr(line.s, '=', line.len);
	struct span key;

	if (!equals) {
		tell(sc, "'%s' is not 'key = value'", SPAN_ESCAPED(line));
		return true;
	}
	key = span_strip((struct span){ line.s, (size_t)(equals - line.s) });
	if (!key.len) {
		tell(sc, "there is no key before '='");
		return true;
	}
	if (!is_plain(key, "_.-") || key.len > KEY_MAX_BYTES) {
		tell(sc, "'%s' is no key; a key is made of a-z, 0-9, '_', '.', '-', at most %u bytes", SPAN_ESCAPED(key),
		     KEY_MAX_BYTES);
		return true;
	}
	*ret_key = key;
	*ret_value = span_strip((struct span){ equals + 1, line.len - (size_t)(equals + 1 - line.s) });
	return false;
}

static void record_read(struct scan *sc, struct span line)
{
	struct arena *arena = &sc->ret->arena;
	struct ini_record rec = { 0 };
	struct span key, value;

	if (form_told(sc, line, &key, &value)) {
		record_lose(sc, line);
		return;
	}
	rec.key = lower_dup(arena, key);
	section_need(sc, rec.key);
	if (!value_told(sc, rec.key, value))
		rec.value = arena_strndup(arena, value.s, value.len);
	record_push(sc, rec);
}

static const char *control_byte(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.s[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return line.s + i;
	}
	return NULL;
}

/* Length and bytes; true when told. */
static bool bytes_told(struct scan *sc, struct span line)
{
	const char *control;

	if (line.len > POLICY_LINE_MAX_BYTES) {
		tell(sc, "the line has %zu bytes; at most %u", line.len, POLICY_LINE_MAX_BYTES);
		return true;
	}
	control = control_byte(line);
	if (!control)
		return false;
	tell(sc, "holds the control byte 0x%02x", (unsigned char)*control);
	return true;
}

/* "web]": what follows does not belong to the section before. */
static bool is_headless(struct span line)
{
	return memchr(line.s, ']', line.len) && !memchr(line.s, '=', line.len);
}

static void line_read(struct scan *sc, struct span line)
{
	bool told;

	if (line.len && line.s[line.len - 1] == '\r') {
		if (!sc->crlf_told)
			tell(sc, "has CRLF line endings; write it with LF");
		sc->crlf_told = true;
		line.len--;
	}
	told = bytes_told(sc, line);
	line = span_strip(line);
	if (!line.len || *line.s == '#' || *line.s == ';')
		return;
	if (*line.s == '[') {
		section_push(sc, told ? NULL : header_read(sc, line), line);
	} else if (is_headless(line)) {
		if (!told)
			tell(sc, "'%s' is not 'key = value'", SPAN_ESCAPED(line));
		section_push(sc, NULL, line);
	} else if (told) {
		record_lose(sc, line);
	} else {
		record_read(sc, line);
	}
}

/* The bytes to begin with; len 0 when the whole is hopeless. */
static struct span file_begin(struct scan *sc, const char *text, size_t len)
{
	const char *nul;

	if (len > POLICY_FILE_MAX_BYTES) {
		tell(sc, "the file has %zu bytes; at most %u", len, POLICY_FILE_MAX_BYTES);
		return (struct span){ text, 0 };
	}
	if (len >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2))) {
		tell(sc, "is UTF-16 text; write it as UTF-8 without a byte order mark");
		return (struct span){ text, 0 };
	}
	/* a program or a picture: its other lines are not worth a word */
	nul = memchr(text, '\0', len);
	if (nul) {
		for (const char *s = text; (s = memchr(s, '\n', (size_t)(nul - s))); s++)
			sc->line++;
		tell(sc, "holds a NUL byte; this is no text file");
		return (struct span){ text, 0 };
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		tell(sc, "begins with a byte order mark; write it without");
		return (struct span){ text + 3, len - 3 };
	}
	return (struct span){ text, len };
}

int ini_lines_read(const char *file, const char *text, size_t len, struct ini_text *ret, struct faults *faults)
{
	struct scan sc = { .file = file, .ret = ret, .faults = faults, .line = 1 };
	struct span rest = file_begin(&sc, text, len);

	ret->is_hopeless = sc.told && !rest.len;
	for (; rest.len; sc.line++) {
		const char *end = memchr(rest.s, '\n', rest.len);
		size_t line_len = end ? (size_t)(end - rest.s) : rest.len;

		line_read(&sc, (struct span){ rest.s, line_len });
		rest.s += line_len + (end != NULL);
		rest.len -= line_len + (end != NULL);
	}
	return sc.told ? -EINVAL : 0;
}
