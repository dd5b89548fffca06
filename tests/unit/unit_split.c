/* How a limit is split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <cgq/auto.h>
#include <cgq/memory.h>

#include "unit_split.h"

#include <cmocka.h>

#define NONE UINT64_MAX
#define ALL  UINT64_MAX
#define GROUP(parent, most) { parent, false, most, 0, 0, 0, 0, 0, 0 }
#define UNIT(parent, sure, fair, need, enough, now) { parent, true, UINT64_MAX, sure, fair, need, enough, now, 0 }
/* One that needs as much, and has no part yet. */
#define NEEDS(need) UNIT(0, 1, 10, need, need, NONE)
#define UNITS_MAX 6

struct row {
	const char *law;
	struct share list[UNITS_MAX];
	const char *parts; /* of all but the first */
};

static const struct row rows[] = {
	{ "nothing to split gives nothing", { GROUP(0, 0), UNIT(0, 1, 1, 1, 1, NONE) }, "0" },
	{ "one alone has it all", { GROUP(0, 100), UNIT(0, 1, 1, 1, 1, NONE) }, "100" },
	{ "what is sure comes before what is needed", { GROUP(0, 100), UNIT(0, 90, 90, 90, 90, NONE), NEEDS(ALL) }, "90 10" },
	{ "more sure than there is: the small ones first",
	  { GROUP(0, 100), UNIT(0, 90, 90, 90, 90, NONE), UNIT(0, 20, 20, 20, 20, NONE) }, "80 20" },
	{ "who needs all gets what the others leave", { GROUP(0, 100), NEEDS(20), NEEDS(ALL) }, "20 80" },
	{ "two who need all get half", { GROUP(0, 100), NEEDS(ALL), NEEDS(ALL) }, "50 50" },
	{ "what nobody needs is spread evenly", { GROUP(0, 100), NEEDS(20), NEEDS(40) }, "40 60" },
	{ "what cannot be halved is not lost", { GROUP(0, 101), NEEDS(ALL), NEEDS(ALL) }, "51 50" },
	{ "three cannot have 100", { GROUP(0, 100), NEEDS(ALL), NEEDS(ALL), NEEDS(ALL) }, "34 33 33" },
	{ "a limit within a limit holds", { GROUP(0, 100), GROUP(0, 30), UNIT(1, 1, 10, ALL, ALL, NONE), NEEDS(20) }, "30 30 70" },
	{ "two limits within come to less",
	  { GROUP(0, 100), GROUP(0, 30), GROUP(0, 20), UNIT(1, 1, 10, ALL, ALL, NONE), UNIT(2, 1, 10, ALL, ALL, NONE) },
	  "30 20 30 20" },
	{ "a group without a limit has a part of the one above",
	  { GROUP(0, 100), GROUP(0, ALL), UNIT(1, 1, 10, ALL, ALL, NONE), UNIT(1, 1, 10, ALL, ALL, NONE), NEEDS(ALL) },
	  "67 34 33 33" },
	{ "what is good enough stays", { GROUP(0, 100), UNIT(0, 1, 10, 20, 20, 27), UNIT(0, 1, 10, ALL, ALL, 73) }, "27 73" },
	{ "not when one would gain more than a tenth",
	  { GROUP(0, 100), UNIT(0, 1, 10, 20, 20, 40), UNIT(0, 1, 10, ALL, ALL, 60) }, "20 80" },
	{ "not when one has less than is sure", { GROUP(0, 100), UNIT(0, 8, 10, 20, 0, 5), UNIT(0, 1, 10, 80, 80, 95) }, "20 80" },
	{ "not when all of it is less", { GROUP(0, 100), NEEDS(20), UNIT(0, 1, 10, 20, 20, 50) }, "50 50" },
	{ "not when it comes to less than there is",
	  { GROUP(0, 100), UNIT(0, 1, 10, 20, 20, 40), UNIT(0, 1, 10, 20, 20, 40) }, "50 50" },
	{ "not when it comes to more than there is",
	  { GROUP(0, 100), UNIT(0, 1, 10, 20, 20, 60), UNIT(0, 1, 10, 20, 20, 60) }, "50 50" },
	{ "not when it is more than a limit within",
	  { GROUP(0, 100), GROUP(0, 30), UNIT(1, 1, 10, 20, 20, 40), UNIT(0, 1, 10, 20, 20, 60) }, "30 30 70" },
	{ "who has enough gains nothing by more",
	  { GROUP(0, 100), UNIT(0, 1, 10, 20, 20, 20), UNIT(0, 1, 10, 70, 70, 80) }, "20 80" },
};

static void parts_are_as_in_the_table(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct share list[UNITS_MAX];
		auto_free char *told = must_strdup("");
		size_t n = 1;

		memcpy(list, rows[i].list, sizeof(list));
		while (n < UNITS_MAX && (list[n].most || list[n].is_unit))
			n++;
		unit_split(list, n);
		for (size_t k = 1; k < n; k++) {
			char *more = must_printf("%s%s%llu", told, k > 1 ? " " : "", (unsigned long long)list[k].part);

			free(told);
			told = more;
		}
		if (strcmp(told, rows[i].parts))
			fail_msg("%s: %s", rows[i].law, told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_as_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
