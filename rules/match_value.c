/* One value of a term: its escapes, and what its kind takes. */
#include "match_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "glob.h"
#include "text.h"

#define ID_MAX (UINT32_MAX - 1) /* the last one is the kernel's "no such id" */

static int value_fail(const char *text, const char *what, char *why, size_t size)
{
	snprintf(why, size, "'%s' %s", TEXT_ESCAPED(text), what);
	return -EINVAL;
}

/* The first backslash that takes nothing, or NULL. */
static const char *escape_bad(const char *s)
{
	for (; *s; s++) {
		if (*s != '\\')
			continue;
		if (!s[1] || !strchr(" \t,*?[]\\", s[1]))
			return s;
		s++;
	}
	return NULL;
}

/* A '[' that no ']' follows is a byte to glob_match(); here it is a mistake. */
static bool class_is_open(const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			continue;
		}
		if (*s != '[')
			continue;
		s++;
		s += *s == '!' || *s == '^';
		s += *s == ']';
		while (*s && *s != ']')
			s += *s == '\\' && s[1] ? 2 : 1;
		if (!*s)
			return true;
	}
	return false;
}

static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (*s == '\\')
			s++;
		*out++ = *s;
	}
	*out = '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Loosely what useradd, a directory service or winbind makes; whether it exists is asked later. */
static bool is_account(const char *s)
{
	if (!*s || is_digit(*s) || strchr("-.+@\\$", *s))
		return false;
	for (; *s; s++) {
		bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || is_digit(*s);

		if (!letter && !strchr("_-.+@\\$", *s))
			return false;
	}
	return true;
}

static int account_check(const struct pattern *p, char *why, size_t size)
{
	uint64_t id;
	int r;

	if (p->is_glob)
		return value_fail(p->text, "is a glob; accounts go by name or number", why, size);
	if (!is_digit(*p->text))
		return is_account(p->text) ? 0 : value_fail(p->text, "is neither a name nor a number", why, size);
	r = text_u64(p->text, &id);
	if (r == -ERANGE || (!r && id > ID_MAX))
		return value_fail(p->text, "is too large a number (at most 4294967294)", why, size);
	return r < 0 ? value_fail(p->text, "is neither a name nor a number", why, size) : 0;
}

bool match_is_account(const char *text)
{
	char why[256];

	return account_check(&(struct pattern){ .text = text }, why, sizeof(why)) == 0;
}

static int kind_check(enum match_kind kind, const struct pattern *p, char *why, size_t size)
{
	switch (kind) {
	case MATCH_USER:
	case MATCH_GROUP:
		return account_check(p, why, size);
	case MATCH_EXE:
		if (*p->text != '/')
			return value_fail(p->text, "is no absolute path (like /usr/sbin/mariadbd)", why, size);
		break;
	case MATCH_CGROUP:
		if (*p->text != '/' && !(p->is_glob && strchr("*?[", *p->text)))
			return value_fail(p->text, "is no path of a cgroup (like /batch or /batch/*)", why, size);
		break;
	default:
		break;
	}
	return 0;
}

int match_value_read(enum match_kind kind, char *text, struct pattern *ret, char *why, size_t size)
{
	const char *bad = escape_bad(text);

	*ret = (struct pattern){ .text = text };
	if (!*text) {
		snprintf(why, size, "a value is empty");
		return -EINVAL;
	}
	if (*text == '"' || *text == '\'')
		return value_fail(text, "begins with a quote; write it without, and a backslash before each blank", why, size);
	if (bad) {
		snprintf(why, size, "'%s': a backslash goes before a blank, ',', '*', '?', '[', ']' or '\\' only",
			 TEXT_ESCAPED(text));
		return -EINVAL;
	}
	if (class_is_open(text))
		return value_fail(text, "has a '[' without its ']' (write \\[ for the sign itself)", why, size);
	ret->is_glob = glob_has_signs(text);
	if (!ret->is_glob)
		unescape(text);
	return kind_check(kind, ret, why, size);
}
