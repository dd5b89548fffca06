/* Laws of which units are frozen and let go, against a systemd of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/memory.h>

#include "unit_frozen.h"

static char told[256];
static int answer;

/* Group 1 is frozen by a person. */
static bool wants(void *ctx, const struct seen_unit *u)
{
	return u->group == 1;
}

static int set(void *ctx, const char *name, const struct seen_unit *u, bool frozen)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof(told) - n, "%s%s%s ", frozen ? "+" : "-", name, u ? "" : "?");
	return answer;
}

static const struct unit_freezer freezer = {wants, set, NULL};

static struct seen_unit unit(const char *name, unsigned group, uint64_t frozen)
{
	struct seen_unit u = {.name = name, .cgroup = "/x", .group = group};

	u.kernel[KNOB_FREEZE] = (struct value){.kind = VALUE_NUMBER, .number = frozen};
	return u;
}

static void expect(struct unit_frozen *f, struct seen_unit *list, size_t n, const char *text)
{
	struct seen_units seen = {.list = list, .n = n};

	told[0] = '\0';
	unit_frozen_follow(f, &seen, &freezer);
	assert_string_equal(told, text);
}

static void what_somebody_else_froze_is_left_so(void **state)
{
	struct seen_unit list[] = {unit("a.service", 2, 1), unit("b.service", GROUP_NONE, 1)};
	struct unit_frozen f = {0};

	expect(&f, list, 2, "");
	assert_int_equal(f.n, 0);
	unit_frozen_done(&f);
}

static void a_group_that_is_let_go_runs_again_once(void **state)
{
	struct seen_unit list[] = {unit("a.service", 1, 0)};
	struct unit_frozen f = {0};

	expect(&f, list, 1, "+a.service ");
	assert_int_equal(list[0].kernel[KNOB_FREEZE].number, 1);
	expect(&f, list, 1, "");
	list[0].group = 2;
	expect(&f, list, 1, "-a.service ");
	assert_int_equal(list[0].kernel[KNOB_FREEZE].number, 0);
	assert_int_equal(f.n, 0);
	/* and is somebody else's from here on */
	list[0] = unit("a.service", 2, 1);
	expect(&f, list, 1, "");
	unit_frozen_done(&f);
}

/* A reset, or a group that is gone: where nothing was limited, nobody looks at the unit any more. */
static void a_unit_that_is_not_looked_at_any_more_is_let_go(void **state)
{
	struct seen_unit list[] = {unit("a.service", 1, 0)};
	struct unit_frozen f = {0};

	expect(&f, list, 1, "+a.service ");
	answer = -EIO;
	expect(&f, NULL, 0, "-a.service? ");
	answer = 0;
	expect(&f, NULL, 0, "-a.service? ");
	expect(&f, NULL, 0, "");
	assert_int_equal(f.n, 0);
	unit_frozen_done(&f);
}

static void a_unit_that_is_gone_or_stopped_is_forgotten(void **state)
{
	struct seen_unit list[] = {unit("a.service", 1, 0), unit("b.service", 1, 0)};
	struct unit_frozen f = {0};

	expect(&f, list, 2, "+a.service +b.service ");
	answer = -ENOENT;
	list[0].cgroup = NULL;
	expect(&f, list, 1, "-b.service? ");
	answer = 0;
	assert_int_equal(f.n, 0);
	unit_frozen_done(&f);
}

static void what_could_not_be_done_is_tried_again(void **state)
{
	struct seen_unit list[] = {unit("a.service", 1, 0)};
	struct unit_frozen f = {0};

	answer = -EIO;
	expect(&f, list, 1, "+a.service ");
	assert_int_equal(list[0].kernel[KNOB_FREEZE].number, 0);
	expect(&f, list, 1, "+a.service ");
	answer = 0;
	expect(&f, list, 1, "+a.service ");
	list[0].group = 2;
	answer = -EIO;
	expect(&f, list, 1, "-a.service ");
	answer = 0;
	expect(&f, list, 1, "-a.service ");
	unit_frozen_done(&f);
}

static void what_an_earlier_daemon_froze_is_let_go_by_this_one(void **state)
{
	struct seen_unit list[] = {unit("a.service", 2, 1)};
	struct unit_frozen f = {0};

	unit_frozen_put(&f, "a.service");
	unit_frozen_put(&f, "a.service");
	assert_int_equal(f.n, 1);
	expect(&f, list, 1, "-a.service ");
	unit_frozen_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_somebody_else_froze_is_left_so),
		cmocka_unit_test(a_group_that_is_let_go_runs_again_once),
		cmocka_unit_test(a_unit_that_is_not_looked_at_any_more_is_let_go),
		cmocka_unit_test(a_unit_that_is_gone_or_stopped_is_forgotten),
		cmocka_unit_test(what_could_not_be_done_is_tried_again),
		cmocka_unit_test(what_an_earlier_daemon_froze_is_let_go_by_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
