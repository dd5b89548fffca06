/* Rates as the policy writes them. */
#include "text_rate.h"

#include <cgq/memory.h>

/* To a thousandth, which is as fine as it can be written. */
char *text_rate_show(uint64_t bits)
{
	static const char *const ends[] = { "kbit", "Mbit", "Gbit" };
	uint64_t unit = 1000;
	unsigned i = 0;

	while (i < 2 && bits >= unit * 1000) {
		unit *= 1000;
		i++;
	}
	bits = bits * 1000 / unit;
	return must_printf("%.10g%s", (double)bits / 1000, ends[i]);
}
