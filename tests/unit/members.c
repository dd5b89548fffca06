/* Laws of what is remembered of processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <cgq/policy.h>

#include "members.h"

static void an_empty_one_knows_nobody(void **state)
{
	struct members *m = members_new();

	assert_null(members_find(m, 1));
	members_drop(m, 1);
	assert_int_equal(members_count(m), 0);
	members_free(m);
	members_free(NULL);
}

static void a_recycled_pid_inherits_nothing(void **state)
{
	struct members *m = members_new();
	struct member *one = members_put(m, 812, 99);

	one->group = 3;
	one->kind = VERDICT_RULE;
	one->rule_key = 7;
	one->placed_ns = 5;
	one->origins[0] = members_intern(m, "/a");
	assert_ptr_equal(members_put(m, 812, 99), one);
	assert_int_equal(one->group, 3);
	one = members_put(m, 812, 100);
	assert_int_equal(one->start_ticks, 100);
	assert_int_equal(one->group, GROUP_NONE);
	assert_int_equal(one->kind, VERDICT_NONE);
	assert_int_equal(one->rule_key, 0);
	assert_int_equal(one->placed_ns, 0);
	assert_null(one->origins[0]);
	assert_int_equal(members_count(m), 1);
	members_free(m);
}

static void an_entry_stays_where_it_is_while_others_come_and_go(void **state)
{
	struct members *m = members_new();
	struct member *first = members_put(m, 1, 1);

	for (pid_t pid = 2; pid <= 5000; pid++)
		assert_int_equal(members_put(m, pid, 1)->pid, pid);
	for (pid_t pid = 2; pid <= 5000; pid += 2)
		members_drop(m, pid);
	assert_int_equal(members_count(m), 2500);
	assert_ptr_equal(members_find(m, 1), first);
	for (pid_t pid = 2; pid <= 5000; pid++)
		assert_int_equal(members_find(m, pid) != NULL, pid % 2);
	members_free(m);
}

struct walk {
	struct members *m;
	unsigned met[6000];
};

static void meet_and_drop_even(void *ctx, struct member *one)
{
	struct walk *w = ctx;

	w->met[one->pid]++;
	if (one->pid % 2 == 0)
		members_drop(w->m, one->pid);
}

static void a_walk_meets_each_once_and_may_drop_the_current_one(void **state)
{
	static struct walk w;

	w.m = members_new();
	/* 256 buckets: many share one */
	for (pid_t pid = 1; pid < 6000; pid++)
		members_put(w.m, pid, 1);
	members_each(w.m, meet_and_drop_even, &w);
	for (pid_t pid = 1; pid < 6000; pid++)
		assert_int_equal(w.met[pid], 1);
	assert_int_equal(members_count(w.m), 3000);
	members_free(w.m);
}

static void the_place_of_one_that_is_gone_is_taken_by_one_that_knows_nothing_of_it(void **state)
{
	struct members *m = members_new();
	struct member *gone = members_put(m, 1, 1), *next;

	gone->rule_key = 7;
	gone->origins[0] = members_intern(m, "/a");
	members_put(m, 257, 1); /* of the same bucket */
	members_drop(m, 1);
	next = members_put(m, 2, 1);
	assert_ptr_equal(next, gone);
	assert_int_equal(next->pid, 2);
	assert_int_equal(next->rule_key, 0);
	assert_null(next->origins[0]);
	assert_null(members_find(m, 1));
	assert_non_null(members_find(m, 257));
	assert_int_equal(members_count(m), 2);
	members_free(m);
}

static void a_path_is_kept_once_and_does_not_move(void **state)
{
	struct members *m = members_new();
	const char *a = members_intern(m, "/a");
	char path[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_string_equal(members_intern(m, path), path);
	}
	assert_ptr_equal(members_intern(m, "/a"), a);
	assert_string_equal(a, "/a");
	assert_null(members_intern(m, NULL));
	members_free(m);
}

/* Each session is another origin. */
static void a_path_that_nobody_has_any_more_is_given_back(void **state)
{
	struct members *m = members_new();
	struct member *stays = members_put(m, 1, 1), departed = {0};
	char path[32];
	bool any = false;

	stays->origins[0] = members_intern(m, "/stays");
	stays->stood = members_intern(m, "web");
	departed.origins[1] = members_intern(m, "/departed");
	for (int i = 0; i < 100000; i++) {
		snprintf(path, sizeof(path), "/session-%d", i);
		members_put(m, 2, (uint64_t)i + 1)->origins[0] = members_intern(m, path);
		members_drop(m, 2);
		if (i % 100 || !members_paths_begin(m))
			continue;
		any = true;
		member_paths_keep(&departed, m);
		members_paths_end(m);
		assert_true(members_paths(m) <= 4);
		assert_string_equal(stays->origins[0], "/stays");
		assert_string_equal(stays->stood, "web");
		assert_string_equal(departed.origins[1], "/departed");
	}
	assert_true(any);
	assert_true(members_paths(m) < 2000);
	members_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_knows_nobody),
		cmocka_unit_test(a_recycled_pid_inherits_nothing),
		cmocka_unit_test(an_entry_stays_where_it_is_while_others_come_and_go),
		cmocka_unit_test(a_walk_meets_each_once_and_may_drop_the_current_one),
		cmocka_unit_test(the_place_of_one_that_is_gone_is_taken_by_one_that_knows_nothing_of_it),
		cmocka_unit_test(a_path_is_kept_once_and_does_not_move),
		cmocka_unit_test(a_path_that_nobody_has_any_more_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
