/* Cuts buffers into stretches of bytes. */
#include <string.h>

#include <cgq/memory.h>

#include "span.h"
#include "text.h"

struct span span_cut(struct span *rest, char sep)
{
	const char *at = rest->len ? memchr(rest->s, sep, rest->len) : NULL;
	struct span cut = {rest->s, at ? (size_t)(at - rest->s) : rest->len};
	size_t gone = at ? cut.len + 1 : cut.len;

	rest->s += gone;
	rest->len -= gone;
	return cut;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

struct span span_word(struct span *rest)
{
	size_t from = 0, to;

	while (from < rest->len && is_blank(rest->s[from]))
		from++;
	for (to = from; to < rest->len && !is_blank(rest->s[to]);)
		to++;
	struct span word = {rest->s + from, to - from};

	rest->s += to;
	rest->len -= to;
	return word;
}

bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.s, text, s.len) == 0;
}

bool span_u64(struct span s, uint64_t max, uint64_t *ret)
{
	char digits[24] = "";
	uint64_t n;

	if (s.len == 0 || s.len >= sizeof(digits))
		return false;
	memcpy(digits, s.s, s.len);
	if (strlen(digits) != s.len || text_u64(digits, &n) < 0 || n > max)
		return false;
	*ret = n;
	return true;
}

struct span span_base_name(struct span s)
{
	const char *slash = s.len ? memrchr(s.s, '/', s.len) : NULL;

	if (!slash)
		return s;
	return (struct span){slash + 1, s.len - (size_t)(slash + 1 - s.s)};
}

char *span_dup(struct span s)
{
	size_t len = s.len ? strnlen(s.s, s.len) : 0;

	return len ? must_strndup(s.s, len) : NULL;
}
