/* Who keeps the namespaces of groups: what is asked for, and what is left when anything fails or dies at any point. */
#include "toy_starter.h"

static const char two[] = "[web]\nnamespace = net pid\nnet.address = 10.0.0.2/24\n[web/php]\nnamespace = uts\n[db]\n";

static void each_group_that_wants_them_has_one_keeper(void **state)
{
	struct policy *p = help_policy(two);
	struct keeping_state s;
	struct toy t = { 0 };

	toy_begin(&t);
	keeping_follow(t.k, p, false, false);
	keeping_state(t.k, "web", &s);
	assert_null(s.keeper);
	assert_string_equal(s.why_not, "it is being made");
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.keeper->name, "cgq-web");
	assert_string_equal(s.why_not, "");
	assert_true(s.net_known);
	assert_int_equal(keeping_own(t.k)->n, 1);
	assert_int_equal(keeping_own(t.k)->inodes[0], s.keeper->inodes[NAMESPACE_PID]);
	assert_int_equal(t.nets, 1); /* a second look asks for nothing */
	toy_restart(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	policy_free(p);
	toy_done(&t);
}

static void each_start_has_a_link_of_a_name_of_its_own(void **state)
{
	char keeper[KEEPER_LINK_BYTES], first[KEEPER_LINK_BYTES], second[KEEPER_LINK_BYTES];

	keeper_link("cgq", "web", keeper);
	keeper_start_link("cgq", "web", 1, first);
	keeper_start_link("cgq", "web", 2, second);
	assert_string_not_equal(first, second);
	assert_string_not_equal(first, keeper);
	assert_int_equal(strlen(first), 11);
	keeper_start_link("cgq2", "web", 1, second);
	assert_string_not_equal(first, second);
	keeper_start_link("cgq", "web/php", 1, second);
	assert_string_not_equal(first, second);
}

static void what_is_wanted_no_more_goes_once_nobody_needs_it(void **state)
{
	struct policy *p = help_policy(two), *none = help_policy("[web]\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 2;
	toy_settle(&t, none, false);
	assert_stands(&t, 1, 1); /* nobody dies, nor loses its network */
	t.list[1].users = 0;
	toy_settle(&t, none, false);
	assert_stands(&t, 0, 0);
	assert_int_equal(keeping_book(t.k)->n, 0);
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	toy_settle(&t, p, true); /* reset */
	assert_stands(&t, 0, 0);
	policy_free(p);
	policy_free(none);
	toy_done(&t);
}

/* A reload would take longer for it each time. */
static void one_that_others_still_need_keeps_nobody_waiting(void **state)
{
	struct policy *p = help_policy(two), *none = help_policy("[web]\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	assert_false(keeping_is_busy(t.k));
	t.list[1].users = 1;
	keeping_follow(t.k, none, false, false);
	assert_true(keeping_is_busy(t.k));
	toy_settle(&t, none, false);
	t.now_ns += 1000000000;
	assert_int_equal(keeping_book(t.k)->n, 1);
	assert_false(keeping_is_busy(t.k));
	policy_free(p);
	policy_free(none);
	toy_done(&t);
}

static void changed_kinds_wait_for_those_who_run_in_the_network(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n"), *more = help_policy("[web]\nnamespace = net uts\n");
	struct keeping_state s;
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, more, false);
	assert_stands(&t, 1, 1);
	keeping_state(t.k, "web", &s);
	assert_null(s.keeper);
	assert_string_equal(s.why_not, "waits for whoever is in the old network");
	assert_string_equal(s.waits_for, "1 of pid 1");
	t.list[1].users = 0;
	toy_settle(&t, more, false);
	assert_stands(&t, 1, 1);
	keeping_state(t.k, "web", &s);
	assert_int_equal(s.keeper->pid, 2);
	assert_string_equal(s.waits_for, "");
	policy_free(p);
	policy_free(more);
	toy_done(&t);
}

static void changed_kinds_without_a_network_wait_for_nobody(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = ipc\n"), *more = help_policy("[web]\nnamespace = ipc uts\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, more, false);
	assert_stands(&t, 2, 0);
	policy_free(p);
	policy_free(more);
	toy_done(&t);
}

static void a_killed_keeper_is_made_anew_in_the_network_of_who_lived_with_it(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n[db]\nnamespace = ipc\n"), *none = help_policy("[db]\n");
	struct keeping_state s;
	struct toy t = { 0 };
	unsigned told;

	toy_begin(&t);
	toy_settle(&t, p, false);
	for (pid_t pid = 1; pid <= 2; pid++) {
		t.list[pid].lives = false;
		t.list[pid].users = strcmp(t.list[pid].group, "web") == 0;
	}
	told = t.told;
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 1);
	assert_int_equal(t.told, told + 1);
	assert_int_equal(keeping_book(t.k)->n, 2);
	keeping_state(t.k, "web", &s);
	assert_true(t.list[s.keeper->pid].inherits);
	assert_true(s.net_known);
	toy_settle(&t, none, false);
	for (pid_t pid = 1; pid <= t.n; pid++)
		t.list[pid].users = 0;
	toy_settle(&t, none, false);
	assert_stands(&t, 0, 0);
	policy_free(p);
	policy_free(none);
	toy_done(&t);
}

/* Its name may be somebody else's by now: then the group waits. cgqd may die at any point. */
static void a_network_that_cannot_be_taken_over_is_left_to_who_is_in_it(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");

	for (unsigned at = 0; at < 12; at++) {
		struct toy t = { 0 };

		toy_begin(&t);
		toy_settle(&t, p, false);
		t.list[1].lives = false;
		t.list[1].users = 1;
		t.dies_in = at;
		t.refuses = at % 2 ? 0 : -ENOENT;
		toy_settle(&t, p, false);
		toy_restart(&t);
		toy_settle(&t, p, false);
		assert_int_equal(count(t.links[0], KEEPER_LINK_BYTES), 1);
		assert_int_equal(count(t.names[0], KEEPER_NAME_BYTES), 1);
		t.refuses = 0;
		t.now_ns += 20000000000;
		toy_settle(&t, p, false);
		assert_stands(&t, 1, 1);
		assert_int_equal(keeping_book(t.k)->n, 1);
		toy_done(&t);
	}
	policy_free(p);
}

static void a_name_of_somebody_else_is_refused_and_left_alone(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct keeping_state s;
	struct toy t = { 0 };

	slot_put(t.names[0], KEEPER_NAME_BYTES, "cgq-web");
	toy_begin(&t);
	toy_settle(&t, p, false);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.why_not, "no");
	assert_int_equal(keeping_book(t.k)->n, 0);
	keeping_follow(t.k, p, false, false);
	t.dead = true; /* while it is asked for: the next one finds nobody of ours behind that name */
	toy_restart(&t);
	assert_int_equal(count(t.names[0], KEEPER_NAME_BYTES), 1);
	toy_settle(&t, p, true);
	assert_int_equal(count(t.names[0], KEEPER_NAME_BYTES), 1);
	policy_free(p);
	toy_done(&t);
}

/* Of what has no name, nothing is found. */
static void a_lost_book_is_found_again_by_the_names(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n[db]\nnamespace = net uts\n");
	struct policy *other = help_policy("[web]\nnamespace = net\n[db]\nnamespace = net ipc\n");
	struct keeping_state s;
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = t.list[2].users = 1;
	t.saved.n = 0;
	toy_restart(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 2, 2);
	keeping_state(t.k, "web", &s);
	assert_int_equal(s.keeper->pid, 2);
	assert_true(s.net_known);
	/* and one that keeps what is no longer wanted goes, with its name, once nobody needs it */
	t.saved.n = 0;
	toy_restart(&t);
	toy_settle(&t, other, false);
	assert_stands(&t, 2, 2);
	keeping_state(t.k, "db", &s);
	assert_null(s.keeper);
	t.list[1].users = 0;
	toy_settle(&t, other, false);
	assert_stands(&t, 2, 2);
	keeping_state(t.k, "db", &s);
	assert_int_equal(s.keeper->pid, 3);
	policy_free(p);
	policy_free(other);
	toy_done(&t);
}

static void what_fails_is_tried_again_later_or_at_a_verify(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\nnet.out = 1Mbit\n");
	struct keeping_state s;
	struct toy t = { .refuses = -ENOSPC };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.refuses = 0;
	t.refuses_net = -ENODEV;
	toy_settle(&t, p, false);
	assert_int_equal(keepers_living(&t), 0); /* not at once */
	t.refuses = -ENOSPC;
	keeping_follow(t.k, p, false, true);
	keeping_state(t.k, "web", &s);
	assert_false(s.is_made); /* it is tried again, and nobody is told that all is well meanwhile */
	assert_string_equal(s.why_not, "no");
	toy_pass(&t, 0);
	t.refuses = 0;
	keeping_follow(t.k, p, false, true);
	toy_pass(&t, 0);
	toy_settle(&t, p, false);
	assert_int_equal(keepers_living(&t), 1);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.net_why_not, "no");
	assert_int_equal(t.nets, 1);
	t.refuses_net = 0;
	t.now_ns += 10000000000;
	toy_settle(&t, p, false);
	keeping_state(t.k, "web", &s);
	assert_string_equal(s.net_why_not, "");
	assert_int_equal(s.net.out_bytes, 125000);
	policy_free(p);
	toy_done(&t);
}

static void one_that_ends_at_once_leaves_no_name(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { .ends_at_once = true };

	toy_begin(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	policy_free(p);
	toy_done(&t);
}

static void a_changed_rate_is_asked_for_and_nothing_is_made_anew(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\nnet.out = 1Mbit\n");
	struct policy *q = help_policy("[web]\nnamespace = net\nnet.out = 2Mbit\n");
	struct toy t = { 0 };

	toy_begin(&t);
	toy_settle(&t, p, false);
	t.list[1].users = 1;
	toy_settle(&t, q, false);
	assert_stands(&t, 1, 1);
	assert_int_equal(t.nets, 2);
	assert_int_equal(t.last_net.out_bytes, 250000);
	policy_free(p);
	policy_free(q);
	toy_done(&t);
}

static void what_cannot_be_written_down_is_not_made(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { .disk_full = true };

	toy_begin(&t);
	toy_settle(&t, p, false);
	assert_stands(&t, 0, 0);
	policy_free(p);
	toy_done(&t);
}

static void a_starter_that_dies_leaves_nothing_twice(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { 0 };

	toy_begin(&t);
	keeping_follow(t.k, p, false, false);
	toy_pass(&t, -EPIPE); /* it was made, and nobody could say so: it ends with its starter */
	assert_stands(&t, 0, 0);
	t.now_ns += 20000000000;
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	keeping_follow(t.k, p, true, false);
	toy_pass(&t, 0);
	keeping_follow(t.k, p, true, false);
	toy_pass(&t, -EPIPE);
	toy_settle(&t, p, true);
	assert_stands(&t, 0, 0);
	assert_int_equal(keeping_book(t.k)->n, 0);
	policy_free(p);
	toy_done(&t);
}

/* One without a network has no name by which anybody would find it again. */
static void a_keeper_outlives_nobody_who_has_not_written_it_down(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = uts\n");

	for (unsigned at = 1; at < 8; at++) {
		struct toy t = { 0 };

		toy_begin(&t);
		t.dies_in = at;
		toy_settle(&t, p, false);
		toy_restart(&t);
		t.now_ns += 20000000000;
		toy_settle(&t, p, false);
		assert_stands(&t, 1, 0);
		assert_int_equal(keeping_book(t.k)->list[0].pid, t.n);
		toy_done(&t);
	}
	policy_free(p);
}

static void one_that_cannot_be_written_down_once_it_is_made_ends(void **state)
{
	struct policy *p = help_policy("[web]\nnamespace = net\n");
	struct toy t = { 0 };

	toy_begin(&t);
	keeping_follow(t.k, p, false, false);
	t.disk_full = true;
	toy_pass(&t, 0);
	assert_stands(&t, 0, 0);
	t.disk_full = false;
	t.now_ns += 20000000000;
	toy_settle(&t, p, false);
	assert_stands(&t, 1, 1);
	policy_free(p);
	toy_done(&t);
}

/* cgqd dies before any of its calls, in the midst of a change from one policy to another; with all that it asked for done. */
static void a_death_at_any_point_loses_nothing(void **state)
{
	static const char *const texts[] = { "[web]\nnamespace = net\n", "[web]\nnamespace = net uts\n[db]\nnamespace = net\n",
					     "[web]\nnet.out = max\n", "[db]\nnamespace = net pid\n" };
	struct policy *p[ARRAY_SIZE(texts)];
	unsigned deaths = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		p[i] = help_policy(texts[i]);
	for (size_t from = 0; from < ARRAY_SIZE(texts); from++)
		for (size_t to = 0; to < ARRAY_SIZE(texts); to++)
			for (unsigned at = 1; at < 40; at++) {
				static const unsigned wanted[] = { 1, 2, 0, 1 };
				struct toy t = { 0 };

				toy_begin(&t);
				toy_settle(&t, p[from], false);
				t.dies_in = at;
				toy_settle(&t, p[to], false);
				deaths += t.dead;
				toy_restart(&t);
				toy_settle(&t, p[to], false);
				t.now_ns += 20000000000; /* what was refused meanwhile is tried again */
				toy_settle(&t, p[to], false);
				assert_stands(&t, wanted[to], wanted[to]);
				assert_int_equal(keeping_book(t.k)->n, wanted[to]);
				toy_done(&t);
			}
	assert_true(deaths > 50);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		policy_free(p[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_group_that_wants_them_has_one_keeper),
		cmocka_unit_test(each_start_has_a_link_of_a_name_of_its_own),
		cmocka_unit_test(what_is_wanted_no_more_goes_once_nobody_needs_it),
		cmocka_unit_test(one_that_others_still_need_keeps_nobody_waiting),
		cmocka_unit_test(changed_kinds_wait_for_those_who_run_in_the_network),
		cmocka_unit_test(changed_kinds_without_a_network_wait_for_nobody),
		cmocka_unit_test(a_killed_keeper_is_made_anew_in_the_network_of_who_lived_with_it),
		cmocka_unit_test(a_network_that_cannot_be_taken_over_is_left_to_who_is_in_it),
		cmocka_unit_test(a_name_of_somebody_else_is_refused_and_left_alone),
		cmocka_unit_test(a_lost_book_is_found_again_by_the_names),
		cmocka_unit_test(what_fails_is_tried_again_later_or_at_a_verify),
		cmocka_unit_test(one_that_ends_at_once_leaves_no_name),
		cmocka_unit_test(a_changed_rate_is_asked_for_and_nothing_is_made_anew),
		cmocka_unit_test(what_cannot_be_written_down_is_not_made),
		cmocka_unit_test(a_starter_that_dies_leaves_nothing_twice),
		cmocka_unit_test(a_keeper_outlives_nobody_who_has_not_written_it_down),
		cmocka_unit_test(one_that_cannot_be_written_down_once_it_is_made_ends),
		cmocka_unit_test(a_death_at_any_point_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
