/* Lists of CPUs and memory nodes, "0-3,8". */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/bounds.h>

struct bits {
	unsigned char set[CPUS_MAX / 8];
};

static bool bit_is(const struct bits *b, unsigned i)
{
	return b->set[i / 8] >> (i % 8) & 1;
}

static int number_read(const char *s, size_t len, unsigned max, unsigned *ret)
{
	char digits[24];
	uint64_t n;
	int r;

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, s, len);
	digits[len] = '\0';
	r = text_u64(digits, &n);
	if (r < 0)
		return r;
	if (n >= max)
		return -ERANGE;
	*ret = (unsigned)n;
	return 0;
}

/* one "3" or "0-2" */
static int range_read(const char *s, size_t len, unsigned max, struct bits *b)
{
	const char *dash = memchr(s, '-', len);
	size_t first_len = dash ? (size_t)(dash - s) : len;
	unsigned first, last;
	int r;

	r = number_read(s, first_len, max, &first);
	if (r < 0)
		return r;
	last = first;
	if (dash)
		r = number_read(dash + 1, len - first_len - 1, max, &last);
	if (r < 0)
		return r;
	if (last < first)
		return -EINVAL;
	for (unsigned i = first; i <= last; i++)
		b->set[i / 8] |= (unsigned char)(1U << (i % 8));
	return 0;
}

static int bits_read(const char *s, unsigned max, struct bits *b)
{
	memset(b, 0, sizeof(*b));
	if (max > CPUS_MAX)
		max = CPUS_MAX;
	for (;;) {
		size_t len = strcspn(s, ",");
		int r = range_read(s, len, max, b);

		if (r < 0)
			return r;
		if (!s[len])
			return 0;
		s += len + 1;
	}
}

static int bits_write(const struct bits *b, char *ret, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < CPUS_MAX; i++) {
		unsigned last = i;
		int n;

		if (!bit_is(b, i))
			continue;
		while (last + 1 < CPUS_MAX && bit_is(b, last + 1))
			last++;
		n = snprintf(ret + used, size - used, last > i ? "%s%u-%u" : "%s%u", used ? "," : "", i, last);
		if (n < 0 || (size_t)n >= size - used)
			return -E2BIG;
		used += (size_t)n;
		i = last;
	}
	return 0;
}

int text_list(const char *s, unsigned max, char *ret, size_t size)
{
	char text[POLICY_LINE_MAX_BYTES * 2]; /* normalising never makes it longer than a line can be */
	struct bits b;
	int r;

	r = bits_read(s, max, &b);
	if (r < 0)
		return r;
	r = bits_write(&b, text, size < sizeof(text) ? size : sizeof(text));
	if (r < 0)
		return r;
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

unsigned text_list_count(const char *normalised)
{
	struct bits b;
	unsigned n = 0;

	if (bits_read(normalised, CPUS_MAX, &b) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(b.set); i++)
		n += (unsigned)__builtin_popcount(b.set[i]);
	return n;
}

void text_list_each(const char *normalised, void (*each)(void *ctx, unsigned i), void *ctx)
{
	struct bits b;

	if (bits_read(normalised, CPUS_MAX, &b) < 0)
		return;
	for (unsigned i = 0; i < CPUS_MAX; i++)
		if (bit_is(&b, i))
			each(ctx, i);
}

bool text_list_within(const char *inner, const char *outer)
{
	struct bits in, out;

	if (!*inner)
		return true;
	if (bits_read(inner, CPUS_MAX, &in) < 0 || bits_read(outer, CPUS_MAX, &out) < 0)
		return false;
	for (size_t i = 0; i < sizeof(in.set); i++)
		if (in.set[i] & ~out.set[i])
			return false;
	return true;
}

void text_list_common(const char *a, const char *b, char *ret, size_t size)
{
	struct bits one, other;

	*ret = '\0';
	if (bits_read(a, CPUS_MAX, &one) < 0 || bits_read(b, CPUS_MAX, &other) < 0)
		return;
	for (size_t i = 0; i < sizeof(one.set); i++)
		one.set[i] &= other.set[i];
	if (bits_write(&one, ret, size) < 0)
		*ret = '\0';
}
