/* What a question reads anew: over plain folders, where a file changes with or without a word. */
#include "sampled.h"

static void put_all(struct dir_tree *t, const char *memory, const char *procs, const char *shares)
{
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", memory);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "8192\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cgroup.procs", procs);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.shares", shares);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "-1\n");
}

static void put_cpu(struct dir_tree *t, const char *usage)
{
	dir_put(t, CONTROLLER_CPUACCT, "/cgq/web", "cpuacct.usage", usage);
}

/* Two ticks of a group that sleeps, watched, with one process, 4096 bytes and 100 shares that a question has read. */
static struct sampler *asleep(struct dir_tree *t)
{
	struct sampler *s;
	struct usage u;

	make_cgroups(t);
	put_all(t, "4096\n", "1\n", "100\n");
	put_cpu(t, "5000\n");
	s = sampler_new(t->k, &t->m);
	sampler_follow(s, &t->m, &policy, &want, NULL);
	sampler_watched(s, true);
	sampler_tick(s, 1 * SECOND);
	sampler_tick(s, 2 * SECOND);
	sampler_usage(s, 1, &u);
	return s;
}

static void expect(struct sampler *s, uint64_t memory, uint64_t procs, uint64_t shares)
{
	struct usage u;

	sampler_usage(s, 1, &u);
	assert_true(u.memory_bytes.known && u.procs.known);
	assert_int_equal(u.memory_bytes.value, memory);
	assert_int_equal(u.procs.value, procs);
	assert_int_equal(u.weight.number, shares);
}

static void what_sleeps_is_read_once(void **state)
{
	struct sampler *s = asleep(*state);

	put_all(*state, "5\n", "1\n2\n", "200\n");
	expect(s, 4096, 1, 100);
	sampler_free(s);
}

static void without_a_watch_everything_is_read_at_each_question(void **state)
{
	struct sampler *s = asleep(*state);

	put_all(*state, "5\n", "1\n2\n", "200\n");
	sampler_watched(s, false);
	expect(s, 5, 2, 200);
	put_all(*state, "6\n", "1\n", "300\n");
	expect(s, 6, 1, 300);
	sampler_free(s);
}

static void what_changed_while_nobody_told_is_read_once_all_is_told_again(void **state)
{
	struct sampler *s = asleep(*state);

	sampler_watched(s, false);
	expect(s, 4096, 1, 100);
	put_all(*state, "5\n", "1\n2\n", "200\n");
	sampler_watched(s, true);
	expect(s, 5, 2, 200);
	sampler_free(s);
}

static void what_has_used_cpu_is_read_but_for_its_limits(void **state)
{
	struct sampler *s = asleep(*state);

	put_all(*state, "5\n", "1\n2\n", "200\n");
	put_cpu(*state, "5001\n");
	sampler_tick(s, 3 * SECOND);
	expect(s, 5, 2, 100);
	sampler_free(s);
}

static void where_the_kernel_counts_no_cpu_nobody_is_known_to_sleep(void **state)
{
	struct sampler *s = asleep(*state);

	put_cpu(*state, "\n");
	sampler_tick(s, 3 * SECOND);
	expect(s, 4096, 1, 100);
	put_all(*state, "5\n", "1\n2\n", "100\n");
	expect(s, 5, 2, 100);
	sampler_free(s);
}

static void a_move_that_is_told_counts_at_once(void **state)
{
	struct sampler *s = asleep(*state);

	put_all(*state, "4096\n", "1\n2\n", "100\n");
	sampler_told_move(s);
	expect(s, 4096, 2, 100);
	sampler_free(s);
}

static void a_write_that_is_told_counts_at_once_and_once(void **state)
{
	struct sampler *s = asleep(*state);

	put_all(*state, "5\n", "1\n2\n", "200\n");
	sampler_told_write(s);
	expect(s, 5, 2, 200);
	put_all(*state, "6\n", "1\n", "300\n");
	expect(s, 5, 2, 200);
	sampler_free(s);
}

static void what_changes_without_a_word_is_seen_in_its_turn(void **state)
{
	struct sampler *s = asleep(*state);
	unsigned second = 2;

	put_all(*state, "5\n", "1\n2\n", "200\n");
	for (unsigned i = 0; i < 10; i++)
		sampler_tick(s, ++second * SECOND);
	put_all(*state, "6\n", "1\n2\n", "200\n"); /* its turn was before */
	expect(s, 5, 2, 100);
	for (unsigned i = 0; i < 20; i++)
		sampler_tick(s, ++second * SECOND);
	expect(s, 6, 2, 200);
	sampler_free(s);
}

static void when_nobody_has_asked_for_long_all_is_read_for_the_next(void **state)
{
	struct sampler *s = asleep(*state);
	unsigned second = 2;

	sampler_watched(s, true);
	for (unsigned i = 0; i < 60; i++)
		sampler_tick(s, ++second * SECOND);
	put_all(*state, "5\n", "1\n2\n", "200\n");
	sampler_watched(s, true);
	expect(s, 4096, 1, 100);
	for (unsigned i = 0; i < 61; i++)
		sampler_tick(s, ++second * SECOND);
	put_all(*state, "6\n", "1\n", "300\n");
	sampler_watched(s, true);
	expect(s, 6, 1, 300);
	sampler_free(s);
}

static void what_could_not_be_read_is_asked_again(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s;
	struct usage u;

	make_cgroups(t);
	put_all(t, "\n", "1\n", "\n");
	put_cpu(t, "5000\n");
	s = sampler_new(t->k, &t->m);
	sampler_follow(s, &t->m, &policy, &want, NULL);
	sampler_watched(s, true);
	sampler_tick(s, 1 * SECOND);
	sampler_usage(s, 1, &u);
	assert_false(u.memory_bytes.known);
	assert_int_equal(u.weight.kind, VALUE_UNKNOWN);
	put_all(t, "4096\n", "1\n", "100\n");
	expect(s, 4096, 1, 100);
	sampler_free(s);
}

static double pressure(struct sampler *s)
{
	struct usage u;

	sampler_usage(s, 1, &u);
	return u.pressure_percent;
}

static void pressure_is_read_until_it_is_gone(void **state)
{
	static const char *const averages[] = { "1.25", "0.50", "0.00", "9.00" };
	static const double expected[] = { 1.25, 0.5, 0, 0 };
	struct dir_tree *t = *state;
	struct sampler *s;
	char text[80];

	t->k->write(t->k, &t->m.hierarchies[0], "", "cgroup.subtree_control", "+cpu +memory", NULL);
	t->k->make(t->k, &t->m.hierarchies[0], "/cgq", NULL);
	t->k->write(t->k, &t->m.hierarchies[0], "/cgq", "cgroup.subtree_control", "+cpu +memory", NULL);
	make_cgroups(t);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "usage_usec 1000000\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.current", "4096\n");
	s = sampler_new(t->k, &t->m);
	sampler_follow(s, &t->m, &policy, &want, NULL);
	sampler_watched(s, true);
	sampler_tick(s, 1 * SECOND);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		snprintf(text, sizeof(text), "some avg10=%s avg60=0.00 avg300=0.00 total=1\n", averages[i]);
		dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.pressure", text);
		assert_float_equal(pressure(s), expected[i], 1e-6);
	}
	sampler_free(s);
}

#define V1(law) cmocka_unit_test_setup_teardown(law, dir_tree_v1, dir_tree_done)
#define V2(law) cmocka_unit_test_setup_teardown(law, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		V1(what_could_not_be_read_is_asked_again),
		V1(without_a_watch_everything_is_read_at_each_question),
		V1(what_changed_while_nobody_told_is_read_once_all_is_told_again),
		V1(where_the_kernel_counts_no_cpu_nobody_is_known_to_sleep),
		V1(what_sleeps_is_read_once),
		V1(what_has_used_cpu_is_read_but_for_its_limits),
		V1(a_move_that_is_told_counts_at_once),
		V1(a_write_that_is_told_counts_at_once_and_once),
		V1(what_changes_without_a_word_is_seen_in_its_turn),
		V1(when_nobody_has_asked_for_long_all_is_read_for_the_next),
		V2(pressure_is_read_until_it_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
