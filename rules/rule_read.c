/* The text of a match becomes terms. */
#include "rule_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "match_value.h"
#include "text.h"

struct reader {
	struct arena *arena;
	const struct rule_tell *tell;
	int result;
};

static void __attribute__((format(printf, 2, 3))) told(struct reader *rd, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	rd->tell->tell(rd->tell->ctx, text);
	rd->result = -EINVAL;
}

/* Bytes up to the first unescaped one of stops, or the end. */
static size_t span_to(const char *s, const char *stops)
{
	size_t i = 0;

	while (s[i] && !strchr(stops, s[i]))
		i += s[i] == '\\' && s[i + 1] ? 2 : 1;
	return i;
}

static const char *kinds_text(char *buf, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < MATCH__COUNT; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", match_rows[i].name);
	return buf;
}

static int kind_read(struct reader *rd, const char *word, enum match_kind *ret)
{
	const char *names[MATCH__COUNT], *meant;
	char all[256];

	for (unsigned i = 0; i < MATCH__COUNT; i++) {
		names[i] = match_rows[i].name;
		if (!strcmp(word, names[i])) {
			*ret = (enum match_kind)i;
			return 0;
		}
	}
	meant = text_suggest(word, names, MATCH__COUNT);
	if (meant)
		told(rd, "unknown kind '%s'; did you mean '%s'?", TEXT_ESCAPED(word), meant);
	else
		told(rd, "unknown kind '%s' (there are %s)", TEXT_ESCAPED(word), kinds_text(all, sizeof(all)));
	return -EINVAL;
}

static void values_read(struct reader *rd, const char *values, struct term *ret)
{
	size_t n = 1, len;

	for (const char *s = values; s[len = span_to(s, ",")]; s += len + 1)
		n++;
	ret->values = arena_alloc(rd->arena, n * sizeof(*ret->values));
	for (const char *s = values;; s += len + 1) {
		char *value, why[512];

		len = span_to(s, ",");
		value = arena_strndup(rd->arena, s, len);
		if (match_value_read(ret->kind, value, &ret->values[ret->n_values++], why, sizeof(why)) < 0)
			told(rd, "%s: %s", match_rows[ret->kind].name, why);
		if (!s[len])
			return;
	}
}

/* "!name:mysqld,mariadbd" */
static void term_read(struct reader *rd, const char *text, struct term *ret)
{
	const char *kind = text + (*text == '!');
	size_t kind_len = strcspn(kind, ":");

	ret->text = text;
	ret->negated = *text == '!';
	if (!kind[kind_len])
		told(rd, "'%s' has no kind (write kind:value, like name:mysqld)", TEXT_ESCAPED(text));
	else if (!kind_len)
		told(rd, "'%s' has no kind before its ':'", TEXT_ESCAPED(text));
	else if (!kind_read(rd, arena_strndup(rd->arena, kind, kind_len), &ret->kind))
		values_read(rd, kind + kind_len + 1, ret);
}

static const char *terms_join(struct arena *arena, const struct rule *r)
{
	size_t bytes = 1;
	char *text, *end;

	for (size_t i = 0; i < r->n_terms; i++)
		bytes += strlen(r->terms[i].text) + 1;
	end = text = arena_alloc(arena, bytes);
	for (size_t i = 0; i < r->n_terms; i++)
		end = stpcpy(stpcpy(end, i ? " " : ""), r->terms[i].text);
	return text;
}

int rule_read(const char *text, struct arena *arena, struct rule *ret, const struct rule_tell *tell)
{
	struct reader rd = { .arena = arena, .tell = tell };
	struct term terms[RULE_TERMS_MAX] = { 0 };
	size_t n = 0, len;

	for (const char *s = text + strspn(text, " \t"); *s; s += len, s += strspn(s, " \t")) {
		len = span_to(s, " \t");
		if (n == RULE_TERMS_MAX) {
			told(&rd, "has too many terms; at most %u", RULE_TERMS_MAX);
			break;
		}
		term_read(&rd, arena_strndup(arena, s, len), &terms[n++]);
	}
	ret->n_terms = n;
	ret->terms = arena_alloc(arena, n * sizeof(*terms));
	memcpy(ret->terms, terms, n * sizeof(*terms));
	ret->text = terms_join(arena, ret);
	return rd.result;
}
