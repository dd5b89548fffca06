/* Numbers as people read them. */
#include "humanize.h"

#include <stdio.h>

static const char units[] = "KMGTPE";

/* Half up; no libm for this. n is not negative. */
static uint64_t rounded(double n)
{
	return (uint64_t)(n + 0.5);
}

/* 10 KiB and more need no digit after the point; 9.96 rounds up to 10, and 1023.6M to 1G. */
char *human_bytes(uint64_t bytes, char *ret)
{
	double n = (double)bytes;
	int unit = -1;

	while (unit < 0 ? n >= 1024 : rounded(n) >= 1024) {
		n /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(ret, HUMAN_TEXT_BYTES, "%.0f", n);
	else if (rounded(n * 10) < 100 && rounded(n * 10) % 10 != 0)
		snprintf(ret, HUMAN_TEXT_BYTES, "%.1f%c", n, units[unit]);
	else
		snprintf(ret, HUMAN_TEXT_BYTES, "%.0f%c", n, units[unit]);
	return ret;
}

char *human_percent(double percent, char *ret)
{
	snprintf(ret, HUMAN_TEXT_BYTES, percent < 99.95 ? "%.1f%%" : "%.0f%%", percent);
	return ret;
}

char *human_share(double percent, char *ret)
{
	snprintf(ret, HUMAN_TEXT_BYTES, rounded(percent * 10) % 10 != 0 ? "%.1f%%" : "%.0f%%", percent);
	return ret;
}

char *human_number(double number, char *ret)
{
	snprintf(ret, HUMAN_TEXT_BYTES, "%.15g", number);
	return ret;
}
