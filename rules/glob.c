/* Globs in time proportional to pattern times text. */
#include "glob.h"

#include <stddef.h>

/* One byte of a class, its escape taken off; moves p behind it. */
static unsigned char class_byte(const char **p)
{
	if (**p == '\\' && (*p)[1])
		(*p)++;
	return (unsigned char)*(*p)++;
}

/* p behind '['; the byte behind the closing ']', or NULL when it is never closed. */
static const char *class_end(const char *p)
{
	if (*p == '!' || *p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p && *p != ']')
		class_byte(&p);
	return *p ? p + 1 : NULL;
}

/* p behind '[', end behind ']' */
static bool class_has(const char *p, const char *end, unsigned char c)
{
	bool negated = *p == '!' || *p == '^';
	bool found = false;

	if (negated)
		p++;
	do {
		unsigned char first = class_byte(&p), last = first;

		if (*p == '-' && p + 1 < end - 1) {
			p++;
			last = class_byte(&p);
		}
		if (first <= c && c <= last)
			found = true;
	} while (p < end - 1);
	return found != negated;
}

/*
 * Does the one sign at p fit byte c? Moves p behind it. never_closed remembers the first '[' without its ']':
 * from there on each is a plain byte, and is not searched again.
 */
static bool sign_fits(const char **p, unsigned char c, const char **never_closed)
{
	const char *sign = *p;
	const char *end;

	*p = sign + 1;
	if (*sign == '?')
		return true;
	if (*sign == '[' && (!*never_closed || sign < *never_closed)) {
		end = class_end(sign + 1);
		if (end) {
			*p = end;
			return class_has(sign + 1, end, c);
		}
		*never_closed = sign;
	}
	if (*sign == '\\' && sign[1]) {
		*p = sign + 2;
		return (unsigned char)sign[1] == c;
	}
	return (unsigned char)*sign == c;
}

/* Only the last star is ever tried again: what an earlier one took, a later one can take as well. */
bool glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL, *never_closed = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
			continue;
		}
		if (*pattern && sign_fits(&pattern, (unsigned char)*text, &never_closed)) {
			text++;
			continue;
		}
		if (!star)
			return false;
		pattern = star;
		text = ++star_text;
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool glob_has_signs(const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '*' || *s == '?' || *s == '[')
			return true;
	}
	return false;
}
