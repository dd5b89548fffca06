/* Stretches of bytes inside a buffer that someone else owns, for parsers that take whatever was read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *s;
	size_t len;
};

/* Cuts off and returns what stands before sep; *rest is what comes after it, empty where there is none. */
struct span span_cut(struct span *rest, char sep);
/* The next word, any number of blanks, tabs and newlines before it skipped; empty at the end. */
struct span span_word(struct span *rest);
bool span_is(struct span s, const char *text);
/* A decimal number and nothing else, at most max; *ret is untouched otherwise. */
bool span_u64(struct span s, uint64_t max, uint64_t *ret);
/* What stands after the last '/'. */
struct span span_base_name(struct span s);
/* The same bytes up to the first NUL, owned by the caller; NULL for an empty one. */
char *span_dup(struct span s);
