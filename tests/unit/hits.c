/* What a cgroup ran into: totals of the kernel become news, and unknown stays unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include "dir_tree.h"
#include "sampler.h"

#define SECOND 1000000000ULL

static uint64_t take(struct hit_count *h, uint64_t total, uint64_t second)
{
	return hit_take(h, (struct counter){ true, total }, second * SECOND, false);
}

static void what_was_before_we_looked_is_no_news(void **state)
{
	struct hit_count h = { 0 };

	assert_false(hit_total(&h).known);
	assert_int_equal(take(&h, 500, 1), 0);
	assert_true(hit_total(&h).known);
	assert_int_equal(hit_total(&h).value, 0);
	assert_int_equal(take(&h, 503, 2), 3);
	assert_int_equal(hit_total(&h).value, 3);
	hit_done(&h);
}

static void what_is_unknown_changes_nothing(void **state)
{
	struct hit_count h = { 0 };

	assert_int_equal(hit_take(&h, (struct counter){ false, 7 }, SECOND, true), 0);
	assert_false(hit_total(&h).known);
	take(&h, 1, 1);
	assert_int_equal(hit_take(&h, (struct counter){ 0 }, 2 * SECOND, true), 0);
	assert_int_equal(take(&h, 2, 3), 1);
	hit_done(&h);
}

static void a_total_that_starts_anew_is_all_new(void **state)
{
	struct hit_count h = { 0 };

	take(&h, 1000, 1);
	assert_int_equal(take(&h, 2, 2), 2);
	assert_int_equal(hit_total(&h).value, 2);
	hit_done(&h);
}

static void who_lives_at_a_limit_is_told_of_less_and_less(void **state)
{
	struct hit_count h = { 0 };
	unsigned told = 0;
	uint64_t sum = 0;

	take(&h, 0, 0);
	assert_int_equal(take(&h, 1, 1), 1); /* the first one at once */
	for (uint64_t s = 2; s <= 3601; s++) {
		uint64_t n = take(&h, s, s);

		told += n > 0;
		sum += n;
	}
	assert_in_range(told, 8, 14); /* 10, 20, 40 … 600 s */
	assert_int_equal(hit_total(&h).value, 3601);
	assert_true(sum > 2900); /* what is told counts what was not */
	hit_done(&h);
}

static void after_a_quiet_time_the_next_is_news(void **state)
{
	struct hit_count h = { 0 };

	take(&h, 0, 0);
	assert_int_equal(take(&h, 1, 1), 1);
	assert_int_equal(take(&h, 2, 5), 0);
	assert_int_equal(take(&h, 2, 12), 1); /* what was held back comes when its time is over, though nothing is new */
	assert_int_equal(take(&h, 3, 100), 1);
	assert_int_equal(take(&h, 4, 101), 0);
	assert_int_equal(take(&h, 4, 111), 1);
	hit_done(&h);
}

static void a_kill_is_told_each_time(void **state)
{
	struct hit_count h = { 0 };

	take(&h, 0, 0);
	for (uint64_t s = 1; s < 20; s++)
		assert_int_equal(hit_take(&h, (struct counter){ true, s }, s * SECOND, true), 1);
	hit_done(&h);
}

/* --- through the sampler --- */

static struct group groups[] = { { .path = "web", .name = "web", .parent = GROUP_NONE, .enforce = true } };
static struct policy policy = { .groups = groups, .n_groups = 1 };
static unsigned node_of_group[] = { 1 };
static struct node nodes[] = { { .group = GROUP_NONE, .path = "" }, { .group = 0, .path = "web" } };
static struct want want = { .nodes = nodes, .n = 2, .leaf_of_group = node_of_group, .node_of_group = node_of_group,
			    .hierarchies = 1 };

struct told {
	unsigned n;
	uint64_t count[HIT__COUNT];
};

static void on_hit(void *ctx, const char *path, enum hit what, uint64_t count)
{
	struct told *t = ctx;

	assert_string_equal(path, "web");
	t->n++;
	t->count[what] += count;
}

static struct sampler *started(struct dir_tree *t, struct told *told)
{
	struct sampler *s = sampler_new(t->k, &t->m);

	for (unsigned h = 0; h < t->m.n_hierarchies; h++) {
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq", NULL);
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq/web", NULL);
	}
	sampler_on_hits(s, on_hit, told);
	return s;
}

static void follow(struct dir_tree *t, struct sampler *s)
{
	sampler_follow(s, &t->m, &policy, &want, NULL);
}

static void tick(struct sampler *s, unsigned from, unsigned to)
{
	for (unsigned second = from; second <= to; second++)
		sampler_tick(s, second * SECOND);
}

static void put_v1(struct dir_tree *t, const char *cpu, const char *failcnt, const char *oom, const char *pids)
{
	dir_put(t, CONTROLLER_CPUACCT, "/cgq/web", "cpuacct.usage", cpu);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.failcnt", failcnt);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.oom_control", oom);
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events", pids);
}

static void files_of_v1_are_counted(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);
	struct counter hits[HIT__COUNT];

	put_v1(t, "1\n", "5\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "max 2\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "nr_periods 9\nnr_throttled 3\nthrottled_time 1\n");
	follow(t, s);
	tick(s, 1, 2);
	assert_int_equal(told.n, 0);
	put_v1(t, "2\n", "12\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n", "max 3\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "nr_periods 9\nnr_throttled 8\nthrottled_time 1\n");
	tick(s, 3, 4);
	sampler_hits(s, 1, hits);
	assert_int_equal(told.count[HIT_MEMORY], 7);
	assert_int_equal(told.count[HIT_OOM_KILL], 3);
	assert_int_equal(told.count[HIT_TASKS], 1);
	assert_int_equal(told.count[HIT_THROTTLED], 5);
	assert_int_equal(hits[HIT_MEMORY].value, 7);
	assert_int_equal(hits[HIT_THROTTLED].value, 5);
	assert_false(hits[HIT_MEMORY_SOFT].known); /* v1 does not count it */
	sampler_hits(s, 7, hits); /* no such node */
	assert_false(hits[HIT_MEMORY].known);
	sampler_free(s);
}

static void a_kill_before_the_first_tick_is_told(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);

	put_v1(t, "1\n", "0\n", "oom_kill 0\n", "max 0\n");
	follow(t, s);
	put_v1(t, "2\n", "1\n", "oom_kill 1\n", "max 0\n");
	tick(s, 1, 2);
	assert_int_equal(told.count[HIT_OOM_KILL], 1);
	sampler_free(s);
}

static void what_used_no_cpu_is_not_read_and_what_did_is_within_two_ticks(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);

	put_v1(t, "1\n", "0\n", "oom_kill 0\n", "max 0\n");
	follow(t, s);
	tick(s, 1, 4);
	put_v1(t, "1\n", "9\n", "oom_kill 0\n", "max 0\n");
	tick(s, 5, 8);
	assert_int_equal(told.n, 0);
	put_v1(t, "2\n", "9\n", "oom_kill 0\n", "max 0\n");
	tick(s, 9, 10);
	assert_int_equal(told.count[HIT_MEMORY], 9);
	sampler_free(s);
}

static void counts_survive_a_reload(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);
	struct counter hits[HIT__COUNT];

	put_v1(t, "1\n", "0\n", "oom_kill 0\n", "max 0\n");
	follow(t, s);
	put_v1(t, "2\n", "1\n", "oom_kill 0\n", "max 0\n");
	tick(s, 1, 2);
	follow(t, s);
	sampler_hits(s, 1, hits);
	assert_int_equal(hits[HIT_MEMORY].value, 1);
	assert_int_equal(told.n, 1);
	sampler_free(s);
}

static void what_is_no_number_is_unknown(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);
	struct counter hits[HIT__COUNT];

	put_v1(t, "1\n", "x\n", "oom_kill_disable 0\n", "");
	follow(t, s);
	tick(s, 1, 2);
	sampler_hits(s, 1, hits);
	for (unsigned i = 0; i < HIT__COUNT; i++)
		assert_false(hits[i].known);
	sampler_free(s);
}

static void files_of_v2_are_counted_where_the_limit_is(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);

	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "usage_usec 1\nnr_periods 1\nnr_throttled 0\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.events", "low 0\nhigh 90\nmax 90\noom 90\noom_kill 90\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n");
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events", "max 0\n");
	follow(t, s);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "usage_usec 2\nnr_periods 1\nnr_throttled 0\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.events.local", "low 7\nhigh 2\nmax 3\noom 7\noom_kill 4\n");
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events", "max 5\n");
	tick(s, 1, 2);
	assert_int_equal(told.count[HIT_MEMORY_SOFT], 2);
	assert_int_equal(told.count[HIT_MEMORY], 3);
	assert_int_equal(told.count[HIT_OOM_KILL], 4);
	assert_int_equal(told.count[HIT_TASKS], 5);
	sampler_free(s);
}

static void where_there_is_a_local_count_of_tasks_it_is_taken(void **state)
{
	struct dir_tree *t = *state;
	struct told told = { 0 };
	struct sampler *s = started(t, &told);

	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events", "max 0\n");
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events.local", "max 0\n");
	follow(t, s);
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events", "max 9\n");
	dir_put(t, CONTROLLER_PIDS, "/cgq/web", "pids.events.local", "max 1\n");
	tick(s, 1, 2);
	assert_int_equal(told.count[HIT_TASKS], 1);
	sampler_free(s);
}

#define V1(law) cmocka_unit_test_setup_teardown(law, dir_tree_v1, dir_tree_done)
#define V2(law) cmocka_unit_test_setup_teardown(law, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_before_we_looked_is_no_news),
		cmocka_unit_test(what_is_unknown_changes_nothing),
		cmocka_unit_test(a_total_that_starts_anew_is_all_new),
		cmocka_unit_test(who_lives_at_a_limit_is_told_of_less_and_less),
		cmocka_unit_test(after_a_quiet_time_the_next_is_news),
		cmocka_unit_test(a_kill_is_told_each_time),
		V1(files_of_v1_are_counted),
		V1(a_kill_before_the_first_tick_is_told),
		V1(what_used_no_cpu_is_not_read_and_what_did_is_within_two_ticks),
		V1(counts_survive_a_reload),
		V1(what_is_no_number_is_unknown),
		V2(files_of_v2_are_counted_where_the_limit_is),
		V2(where_there_is_a_local_count_of_tasks_it_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
