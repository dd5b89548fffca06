/* Laws of what is known of a caller: hostile bytes are refused, and nobody gets more than he has. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "starter_caller.h"
#include "starter_label.h"

#include <cmocka.h> /* last: it has a macro fail() */

#define UID(a, b, c, d)	   "Uid:\t" a "\t" b "\t" c "\t" d "\n"
#define GID(a, b, c, d)	   "Gid:\t" a "\t" b "\t" c "\t" d "\n"
#define IDS		   UID("7", "7", "7", "7") GID("8", "8", "8", "8")
#define REST(prm, bnd)	   "CapPrm:\t" prm "\nCapBnd:\t" bnd "\nNoNewPrivs:\t0\nSeccomp:\t0\n"
#define HEAD		   "Name:\tcgq\nUmask:\t0022\nState:\tR (running)\n"
#define GROUPS		   "Groups:\t8 27 \n"
#define WHOLE		   HEAD IDS GROUPS REST("0000000000000000", "000001ffffffffff")

static int parse(const char *text, struct caller *c)
{
	struct err e;

	memset(c, 0, sizeof(*c));
	return caller_parse(text, 7, 8, c, &e);
}

static void a_status_that_is_another_users_or_damaged_is_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{"", EPERM},
		{"\n\n\n", EPERM},
		{"Uid", EPERM},
		{"Uid:", EPERM},
		{"Uid:\t", EPERM},
		{"Uid:\t7", EPERM},
		{HEAD UID("0", "7", "7", "7") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD UID("7", "0", "7", "7") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD UID("7", "7", "0", "7") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD UID("7", "7", "7", "0") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD UID("7", "7", "7", "7") GID("8", "0", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD UID("7", "7", "7", "77") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		/* its own name may hold what looks like a line; the kernel escapes the newline of one */
		{"Name:\tUid:\t7\t7\t7\t7\\n\nUmask:\t0022\n" UID("0", "0", "0", "0") GID("8", "8", "8", "8") GROUPS REST("0", "0"), EPERM},
		{HEAD IDS GROUPS "CapPrm:\t0\nCapBnd:\t0\nNoNewPrivs:\t0\nSeccomp:\t1\n", EPERM},
		{HEAD IDS GROUPS "CapPrm:\t0\nCapBnd:\t0\nNoNewPrivs:\t0\nSeccomp:\t2\n", EPERM},
		{HEAD IDS GROUPS "CapPrm:\t0\nCapBnd:\t0\nNoNewPrivs:\t0\nSeccomp:\tx\n", EBADMSG},
		{HEAD IDS GROUPS "CapPrm:\t0\nCapBnd:\t0\nNoNewPrivs:\t1\nSeccomp:\t0\n", EPERM},
		{HEAD IDS REST("0", "0"), EBADMSG},
		{HEAD IDS "Groups:\t8 x \n" REST("0", "0"), EBADMSG},
		{HEAD IDS "Groups:\t8 4294967296 \n" REST("0", "0"), EBADMSG},
		{HEAD IDS GROUPS "CapPrm:\t0\nNoNewPrivs:\t0\n", EBADMSG},
		{HEAD IDS GROUPS REST("0", "1ffffffffffffffff"), EBADMSG},
		{HEAD IDS GROUPS REST("0", "-1"), EBADMSG},
		{HEAD IDS GROUPS REST("0", ""), EBADMSG},
		{"Umask:\t0099\n" IDS GROUPS REST("0", "0"), EBADMSG},
	};
	struct caller c;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = parse(rows[i].text, &c);

		if (r != -rows[i].error)
			fail_msg("row %zu: %d", i, r);
		caller_done(&c);
	}
}

static void a_status_that_ends_anywhere_is_refused_or_understood(void **state)
{
	for (size_t n = 0; n < strlen(WHOLE); n++) {
		auto_free char *text = must_strndup(WHOLE, n);
		struct caller c;

		if (parse(text, &c) == 0)
			assert_int_equal(c.uid, 7);
		caller_done(&c);
	}
}

static void a_user_has_his_groups_and_bounds(void **state)
{
	struct caller c;

	assert_int_equal(parse(WHOLE, &c), 0);
	assert_int_equal(c.uid, 7);
	assert_int_equal(c.gid, 8);
	assert_int_equal(c.n_groups, 2);
	assert_int_equal(c.groups[0], 8);
	assert_int_equal(c.groups[1], 27);
	assert_int_equal(c.umask, 022);
	assert_true(c.bounding == 0x1ffffffffff);
	assert_false(c.no_new_privs);
	caller_done(&c);
}

/* By its next exec it would have the whole bounding set again. */
static void a_root_that_gave_up_capabilities_does_not_get_them_back(void **state)
{
	static const char text[] = HEAD UID("0", "0", "0", "0") GID("0", "0", "0", "0") "Groups:\t\n" REST("0000000000000021", "000001ffffffffff");
	struct caller c = {0};
	struct err e;

	assert_int_equal(caller_parse(text, 0, 0, &c, &e), 0);
	assert_true(c.bounding == 0x21);
	assert_int_equal(c.n_groups, 0);
	caller_done(&c);
}

/* Root needs none of that to confine itself, and gets no more than it has. */
static void a_root_without_new_privileges_keeps_that(void **state)
{
	static const char text[] = HEAD UID("0", "0", "0", "0") GID("0", "0", "0", "0") GROUPS
		"CapPrm:\t0\nCapBnd:\t0\nNoNewPrivs:\t1\nSeccomp:\t0\n";
	struct caller c = {0};
	struct err e;

	assert_int_equal(caller_parse(text, 0, 0, &c, &e), 0);
	assert_true(c.no_new_privs);
	caller_done(&c);
}

static void who_is_confined_in_another_way_is_refused(void **state)
{
	static const struct {
		const char *theirs, *ours;
		int error;
	} rows[] = {
		{"firefox (enforce)", "unconfined", EPERM},
		{"unconfined", "/usr/sbin/cgqd (complain)", EPERM},
		{"user_u:user_r:user_t:s0", "system_u:system_r:init_t:s0", EPERM},
		{"unconfined", NULL, EPERM},
		{NULL, "unconfined", EPERM},
		{"", "unconfined", EPERM},
		{"unconfined", "unconfined", 0},
		{NULL, NULL, 0},
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (labels_check(rows[i].theirs, rows[i].ours, &e) != -rows[i].error)
			fail_msg("row %zu", i);
}

#define LIMITS_HEAD "Limit                     Soft Limit           Hard Limit           Units     \n"

static void limits_are_read_in_the_kernels_order(void **state)
{
	struct rlimit limits[RLIM_NLIMITS];
	char text[4096] = LIMITS_HEAD;
	struct err e;

	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%-25s %-20u %-20s %-10s\n", "Max something", i, "unlimited", "bytes");
	assert_int_equal(caller_limits_parse(text, limits, &e), 0);
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		assert_int_equal(limits[i].rlim_cur, i);
		assert_true(limits[i].rlim_max == RLIM_INFINITY);
	}
}

static void damaged_limits_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		LIMITS_HEAD,
		LIMITS_HEAD "Max cpu time\n",
		LIMITS_HEAD "Max cpu time              unlimited            unlimited            seconds   \n",
		LIMITS_HEAD "Max cpu time              x                    unlimited            seconds   \n",
	};
	struct rlimit limits[RLIM_NLIMITS];
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(caller_limits_parse(rows[i], limits, &e), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_that_is_another_users_or_damaged_is_refused),
		cmocka_unit_test(a_status_that_ends_anywhere_is_refused_or_understood),
		cmocka_unit_test(a_user_has_his_groups_and_bounds),
		cmocka_unit_test(a_root_that_gave_up_capabilities_does_not_get_them_back),
		cmocka_unit_test(a_root_without_new_privileges_keeps_that),
		cmocka_unit_test(who_is_confined_in_another_way_is_refused),
		cmocka_unit_test(limits_are_read_in_the_kernels_order),
		cmocka_unit_test(damaged_limits_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
