/* Foreign text made fit to be shown, likened and hashed. */
#include "text.h"

#include <stdio.h>
#include <string.h>

#define SUGGEST_MAX_BYTES 64 /* longer words are no typing mistake of a key */

/* Up to 4 bytes that stand for c; returns how many. */
static size_t byte_escape(unsigned char c, char ret[5])
{
	if (c == '\n' || c == '\t') {
		ret[0] = '\\';
		ret[1] = c == '\n' ? 'n' : 't';
		return 2;
	}
	if (c >= ' ' && c < 0x7f) {
		ret[0] = (char)c;
		return 1;
	}
	return (size_t)snprintf(ret, 5, "\\x%02x", c);
}

char *text_escape(const char *s, size_t len, char *ret, size_t size)
{
	/* what is not ASCII would be escaped itself, where this is told on */
	static const char cut[] = "...";
	size_t used = 0, keep = 0; /* keep: so much leaves room for the sign of the cut */

	if (!size)
		return ret;
	for (size_t i = 0; i < len; i++) {
		char one[5];
		size_t n = byte_escape((unsigned char)s[i], one);

		if (used + n >= size) {
			if (size >= sizeof(cut))
				memcpy(ret + keep, cut, sizeof(cut) - 1);
			used = size >= sizeof(cut) ? keep + sizeof(cut) - 1 : 0;
			break;
		}
		memcpy(ret + used, one, n);
		used += n;
		if (used + sizeof(cut) <= size)
			keep = used;
	}
	ret[used] = '\0';
	return ret;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours. */
static unsigned edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][SUGGEST_MAX_BYTES + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		now[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *free_row = before;

		before = last;
		last = now;
		now = free_row;
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return now[b_len];
}

const char *text_suggest(const char *s, const char *const *candidates, size_t n)
{
	size_t len = strlen(s);
	unsigned best = len / 3 > 2 ? (unsigned)(len / 3) : 2;
	const char *found = NULL;

	if (len > SUGGEST_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other_len = strlen(candidates[i]);
		unsigned d;

		if (other_len > SUGGEST_MAX_BYTES)
			continue;
		/* what it begins with is as near as one edit: "mem" of "memory" */
		d = len < other_len && !strncmp(s, candidates[i], len) ? 1 : edit_distance(s, len, candidates[i], other_len);
		/* as many edits as bytes is another word */
		if (d < len && (found ? d < best : d <= best)) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

uint64_t text_hash(uint64_t seed, const char *s, size_t len)
{
	uint64_t h = seed ? seed : 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3U;
	return h;
}

size_t text_put_u64(uint64_t n, char ret[TEXT_U64_BYTES])
{
	char digits[TEXT_U64_BYTES];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	memcpy(ret, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}
