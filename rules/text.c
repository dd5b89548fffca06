/* Strict readers of numbers; nothing else reads numbers. */
#include "text.h"

#include <errno.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* len digits, no needless zero before them */
static int digits_read(const char *s, size_t len, uint64_t *ret)
{
	uint64_t n = 0;

	if (!len || (len > 1 && s[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(s[i]))
			return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(s[i] - '0'), &n))
			return -ERANGE;
	*ret = n;
	return 0;
}

/* "1.5" in units of 10^-places; what stands after the point may be shorter, never longer, than places */
static int decimal_read(const char *s, size_t len, unsigned places, uint64_t *ret)
{
	const char *point = memchr(s, '.', len);
	size_t whole_len = point ? (size_t)(point - s) : len;
	size_t after_len = point ? len - whole_len - 1 : 0;
	uint64_t n, part = 0;
	int r;

	if (point && (!after_len || after_len > places))
		return -EINVAL;
	for (size_t i = 0; i < after_len; i++) {
		if (!is_digit(point[1 + i]))
			return -EINVAL;
		part = part * 10 + (uint64_t)(point[1 + i] - '0');
	}
	for (size_t i = after_len; i < places; i++)
		part *= 10;
	r = digits_read(s, whole_len, &n);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < places; i++)
		if (__builtin_mul_overflow(n, 10, &n))
			return -ERANGE;
	if (__builtin_add_overflow(n, part, &n))
		return -ERANGE;
	*ret = n;
	return 0;
}

int text_u64(const char *s, uint64_t *ret)
{
	return digits_read(s, strlen(s), ret);
}

int text_u32(const char *s, uint32_t *ret)
{
	uint64_t n;
	int r = text_u64(s, &n);

	if (r == 0 && n > UINT32_MAX)
		return -ERANGE;
	if (r == 0)
		*ret = (uint32_t)n;
	return r;
}

int text_decimal(const char *s, unsigned places, uint64_t *ret)
{
	return decimal_read(s, strlen(s), places, ret);
}

/* 0 for what is no suffix */
static unsigned suffix_shift(char c)
{
	switch (c) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	case 'T':
		return 40;
	}
	return 0;
}

int text_bytes(const char *s, uint64_t *ret)
{
	size_t len = strlen(s);
	unsigned shift = len ? suffix_shift(s[len - 1]) : 0;
	uint64_t n = 0;
	unsigned __int128 bytes;
	int r;

	r = shift ? decimal_read(s, len - 1, 3, &n) : digits_read(s, len, &n);
	if (r < 0)
		return r;
	bytes = shift ? ((unsigned __int128)n << shift) / 1000 : n;
	if (bytes > INT64_MAX) /* the kernel's counters are signed */
		return -ERANGE;
	*ret = (uint64_t)bytes;
	return 0;
}

bool text_hex(const char *s, size_t len, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
		const char *digit = c ? strchr(digits, c) : NULL;

		if (!digit || len > 16)
			return false;
		n = n << 4 | (uint64_t)(digit - digits);
	}
	*ret = n;
	return len > 0;
}

int text_rate(const char *s, uint64_t *ret)
{
	static const char *const ends[] = {"kbit", "Mbit", "Gbit"};
	size_t len = strlen(s);
	uint64_t factor = 1, n;
	int r;

	for (unsigned i = 0; i < 3; i++, factor *= 1000) {
		if (len <= 4 || strcmp(s + len - 4, ends[i]))
			continue;
		r = decimal_read(s, len - 4, 3, &n);
		if (!r && __builtin_mul_overflow(n, factor, &n))
			r = -ERANGE;
		if (!r)
			*ret = n;
		return r;
	}
	return -EINVAL;
}

int text_percent(const char *s, uint64_t *ret)
{
	size_t len = strlen(s);

	if (!len || s[len - 1] != '%')
		return -EINVAL;
	return decimal_read(s, len - 1, 3, ret);
}

int text_bool(const char *s, bool *ret)
{
	static const char *const words[2][4] = {
	        {"no", "false", "off", "0"},
	        {"yes", "true", "on", "1"},
	};

	for (unsigned value = 0; value < 2; value++)
		for (unsigned i = 0; i < 4; i++)
			if (!strcmp(s, words[value][i])) {
				*ret = value;
				return 0;
			}
	return -EINVAL;
}
