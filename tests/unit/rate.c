/* Two samples become rates, and never false ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rate.h"

#define SECOND 1000000000ULL
#define KNOWN(v) { true, (v) }

struct row {
	const char *law;
	struct sample before, now;
	unsigned cpus;
	bool known;
	double cpu_percent, throttled_percent; /* -1: unknown */
};

static const struct row rows[] = {
	{ "nothing is known of two empty samples", { 0 }, { 0 }, 2, false, -1, -1 },
	{ "a counter that went backwards has no rate",
	  { SECOND, KNOWN(500), KNOWN(10), KNOWN(5), { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(499), KNOWN(9), KNOWN(5), { 0 }, { 0 } }, 2, true, -1, -1 },
	{ "time that went backwards gives no rate",
	  { 2 * SECOND, KNOWN(0), { 0 }, { 0 }, { 0 }, { 0 } },
	  { SECOND, KNOWN(SECOND), { 0 }, { 0 }, { 0 }, { 0 } }, 2, false, -1, -1 },
	{ "two samples too close give no rate",
	  { SECOND, KNOWN(0), { 0 }, { 0 }, { 0 }, { 0 } },
	  { SECOND + SECOND / 2 - 1, KNOWN(SECOND), { 0 }, { 0 }, { 0 }, { 0 } }, 2, false, -1, -1 },
	{ "half a second apart is enough",
	  { SECOND, KNOWN(0), { 0 }, { 0 }, { 0 }, { 0 } },
	  { SECOND + SECOND / 2, KNOWN(SECOND / 2), { 0 }, { 0 }, { 0 }, { 0 } }, 1, true, 100, -1 },
	{ "no CPUs give no rate", { SECOND, KNOWN(0), { 0 }, { 0 }, { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(1), { 0 }, { 0 }, { 0 }, { 0 } }, 0, false, -1, -1 },
	{ "one of two unknown is unknown", { SECOND, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(SECOND), { 0 }, { 0 }, { 0 }, { 0 } }, 2, true, -1, -1 },
	{ "one CPU of four busy is a quarter of the machine",
	  { SECOND, KNOWN(7 * SECOND), { 0 }, { 0 }, { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(8 * SECOND), { 0 }, { 0 }, { 0 }, { 0 } }, 4, true, 25, -1 },
	{ "idle is zero, not unknown", { SECOND, KNOWN(7), KNOWN(3), KNOWN(1), { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(7), KNOWN(3), KNOWN(1), { 0 }, { 0 } }, 4, true, 0, 0 },
	{ "throttled in three of ten periods", { SECOND, KNOWN(0), KNOWN(100), KNOWN(50), { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(0), KNOWN(110), KNOWN(53), { 0 }, { 0 } }, 1, true, 0, 30 },
	{ "never more than all periods", { SECOND, KNOWN(0), KNOWN(100), KNOWN(50), { 0 }, { 0 } },
	  { 2 * SECOND, KNOWN(0), KNOWN(110), KNOWN(61), { 0 }, { 0 } }, 1, true, 0, 100 },
};

static void rates_are_as_in_the_table(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rates r;

		rate_make(&rows[i].before, &rows[i].now, rows[i].cpus, &r);
		if (r.known != rows[i].known || r.cpu_percent < rows[i].cpu_percent - 1e-9 ||
		    r.cpu_percent > rows[i].cpu_percent + 1e-9 || r.throttled_percent < rows[i].throttled_percent - 1e-9 ||
		    r.throttled_percent > rows[i].throttled_percent + 1e-9)
			fail_msg("%s: known %d, cpu %g, throttled %g", rows[i].law, r.known, r.cpu_percent,
				 r.throttled_percent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_as_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
