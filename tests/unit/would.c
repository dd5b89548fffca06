/* What a passive group would be held back by: limits as they would be in force, and episodes that are no noise. */
#include <stdlib.h>

#include <cgq/auto.h>

#include "policy_text.h"
#include "would.h"

static const struct machine machine = {
	.cpus = 4, .cpu_list = "0-3", .node_list = "0", .memory_bytes = UINT64_C(8) << 30, .page_bytes = 4096,
	.system_share = 0.05, .tree = "cgq", .n_hierarchies = 1,
	.hierarchies = { { .version = 2, .mount = "/sys/fs/cgroup", .base_is_root = true,
			   .controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(MEMORY) | CONTROLLER_BIT(PIDS) } },
};

static struct would_limits limits_of(const char *text, const char *group)
{
	struct policy *p = policy_of(text);
	struct want *w = would_want(p, &machine);
	struct would_limits l;

	would_limits(w, policy_group(p, group), &l);
	want_free(w);
	policy_free(p);
	return l;
}

static void percentages_of_nested_passive_groups_are_of_their_parents(void **state)
{
	static const char text[] = "[web]\nenforce = no\ncpu = 10%..50%\nmemory = 50%\n"
				   "[web/php]\ncpu = 0%..40%\nmemory = 25%\ntasks = 7\n[web/php/x]\ncpu = 1 cores\n[free]\nenforce = no\n";
	struct would_limits l = limits_of(text, "web/php");

	assert_true(l.cpu_percent > 19.99 && l.cpu_percent < 20.01);
	assert_int_equal(l.memory_bytes.value, UINT64_C(1) << 30);
	assert_int_equal(l.tasks.value, 7);
	l = limits_of(text, "web/php/x"); /* a whole core would be more than its parents have */
	assert_true(l.cpu_percent > 19.99 && l.cpu_percent < 20.01);
	assert_false(l.memory_bytes.known);
	l = limits_of(text, "free");
	assert_true(l.cpu_percent < 0);
	assert_false(l.memory_bytes.known);
	assert_false(l.tasks.known);
}

static void an_enforced_parent_counts_too(void **state)
{
	struct would_limits l = limits_of("[web]\nmemory = 2G\n[web/a]\nenforce = no\nmemory = 50%\n", "web/a");

	assert_int_equal(l.memory_bytes.value, UINT64_C(1) << 30);
}

struct run {
	struct would_track track;
	unsigned begun, ended;
};

static const struct would_limits limits = { 50, { true, 1000 }, { true, 10 } };

static void tick(struct run *r, double cpu, uint64_t memory, uint64_t tasks)
{
	struct would_use u = { cpu, { true, memory }, { true, tasks } };
	uint32_t begun, ended;

	would_tick(&r->track, &limits, &u, &begun, &ended);
	r->begun += (unsigned)__builtin_popcount(begun);
	r->ended += (unsigned)__builtin_popcount(ended);
}

static void one_busy_tick_is_no_episode(void **state)
{
	struct run r = { 0 };

	for (unsigned i = 0; i < 100; i++)
		tick(&r, i % 10 ? 10 : 100, 0, 0);
	assert_int_equal(r.begun, 0);
	/* nor is one that ends at once, of memory */
	tick(&r, 0, 2000, 0);
	tick(&r, 0, 2000, 0);
	tick(&r, 0, 10, 0);
	assert_int_equal(r.begun, 0);
}

static void an_episode_has_a_beginning_an_end_and_its_most(void **state)
{
	struct run r = { 0 };

	for (unsigned i = 0; i < 20; i++)
		tick(&r, 90 + i / 10.0, 500, 5);
	assert_int_equal(r.begun, 1);
	assert_true(r.track.over[WOULD_CPU]);
	assert_true(r.track.most[WOULD_CPU] > 91 && r.track.most[WOULD_CPU] < 92);
	for (unsigned i = 0; i < 20; i++)
		tick(&r, 50.5, 500, 5); /* just reached is not passed */
	assert_int_equal(r.ended, 1);
	assert_false(r.track.over[WOULD_CPU]);
	assert_int_equal(r.track.times[WOULD_CPU], 1);
	assert_true(r.track.ticks[WOULD_CPU] > 20 && r.track.ticks[WOULD_CPU] < 30);
}

static void each_limit_has_episodes_of_its_own(void **state)
{
	struct run r = { 0 };

	for (unsigned i = 0; i < 10; i++)
		tick(&r, 10, 1001, 11);
	assert_int_equal(r.begun, 2);
	assert_false(r.track.over[WOULD_CPU]);
	assert_true(r.track.over[WOULD_MEMORY] && r.track.over[WOULD_TASKS]);
	for (unsigned i = 0; i < 10; i++)
		tick(&r, 10, 1000, 11);
	assert_int_equal(r.ended, 1);
	assert_true(r.track.over[WOULD_TASKS]);
}

static void what_is_not_known_is_not_over(void **state)
{
	struct would_use unknown = { .cpu_percent = -1 };
	struct run r = { 0 };
	uint32_t begun, ended;

	for (unsigned i = 0; i < 10; i++) {
		would_tick(&r.track, &limits, &unknown, &begun, &ended);
		assert_int_equal(begun | ended, 0);
	}
	/* and its mean begins anew: 100 % before it was unknown says nothing of now */
	for (unsigned i = 0; i < 5; i++)
		tick(&r, 100, 0, 0);
	would_tick(&r.track, &limits, &unknown, &begun, &ended);
	tick(&r, 10, 0, 0);
	assert_true(r.track.now[WOULD_CPU] < 11);
}

static void without_a_limit_nothing_is_over(void **state)
{
	static const struct would_limits none = { .cpu_percent = -1 };
	struct would_use u = { 100, { true, UINT64_MAX }, { true, UINT64_MAX } };
	struct would_track t = { 0 };
	uint32_t begun, ended;

	for (unsigned i = 0; i < 10; i++) {
		would_tick(&t, &none, &u, &begun, &ended);
		assert_int_equal(begun | ended, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentages_of_nested_passive_groups_are_of_their_parents),
		cmocka_unit_test(an_enforced_parent_counts_too),
		cmocka_unit_test(one_busy_tick_is_no_episode),
		cmocka_unit_test(an_episode_has_a_beginning_an_end_and_its_most),
		cmocka_unit_test(each_limit_has_episodes_of_its_own),
		cmocka_unit_test(what_is_not_known_is_not_over),
		cmocka_unit_test(without_a_limit_nothing_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
