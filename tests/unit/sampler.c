/* Counters over plain folders: what is unknown stays unknown, and nothing goes backwards. */
#include "sampled.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counter_files.h"

static const struct want nothing = { .n = 0 };

static void put_cpu_v1(struct dir_tree *t, const char *path, const char *usage)
{
	dir_put(t, CONTROLLER_CPUACCT, path, "cpuacct.usage", usage);
}

static struct sampler *started(struct dir_tree *t)
{
	struct sampler *s;

	make_cgroups(t);
	s = sampler_new(t->k, &t->m);
	sampler_follow(s, &t->m, &policy, &want, NULL);
	return s;
}

static double cpu_percent(struct sampler *s, unsigned node)
{
	struct usage u;

	sampler_usage(s, node, &u);
	return u.rates.cpu_percent;
}

static void a_new_cgroup_has_no_rate_before_its_second_sample(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);

	UNKNOWN(cpu_percent(s, 1));
	put_cpu_v1(t, "/cgq/web", "500000000000\n");
	sampler_tick(s, 1 * SECOND);
	UNKNOWN(cpu_percent(s, 1));
	sampler_tick(s, 1 * SECOND + SECOND / 10); /* too soon: not counted */
	UNKNOWN(cpu_percent(s, 1));
	put_cpu_v1(t, "/cgq/web", "501000000000\n");
	sampler_tick(s, 2 * SECOND);
	assert_float_equal(cpu_percent(s, 1), 50, 1e-6); /* one of two CPUs */
	sampler_tick(s, 2 * SECOND + SECOND / 10);
	assert_float_equal(cpu_percent(s, 1), 50, 1e-6);
	sampler_free(s);
}

static void a_counter_that_starts_anew_gives_no_rate(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);

	put_cpu_v1(t, "/cgq/web", "500000000000\n");
	sampler_tick(s, 1 * SECOND);
	put_cpu_v1(t, "/cgq/web", "0\n");
	sampler_tick(s, 2 * SECOND);
	UNKNOWN(cpu_percent(s, 1));
	put_cpu_v1(t, "/cgq/web", "200000000\n");
	sampler_tick(s, 3 * SECOND);
	assert_float_equal(cpu_percent(s, 1), 10, 1e-6);
	sampler_free(s);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	static const char *const bad[] = { "", "\n", "-1\n", "x\n", "18446744073709551616\n", "0x10\n" };
	struct dir_tree *t = *state;
	struct sampler *s = started(t);
	struct usage u;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", bad[i]);
		put_cpu_v1(t, "/cgq/web", bad[i]);
		sampler_tick(s, (i + 1) * SECOND);
		sampler_usage(s, 1, &u);
		assert_false(u.memory_bytes.known);
		UNKNOWN(u.rates.cpu_percent);
	}
	sampler_usage(s, 7, &u); /* no such node */
	assert_false(u.procs.known);
	assert_int_equal(u.quota.kind, VALUE_UNKNOWN);
	sampler_free(s);
}

static void usage_of_v1_is_read_from_its_files(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);
	struct usage u;

	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", "4096\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "9223372036854771712\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cgroup.procs", "1\n22\n333\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.shares", "40960\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "50000\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_period_us", "25000\n");
	sampler_usage(s, 1, &u);
	assert_true(u.memory_bytes.known);
	assert_int_equal(u.memory_bytes.value, 4096);
	assert_int_equal(u.memory_max.kind, VALUE_MAX);
	assert_int_equal(u.procs.value, 3);
	assert_int_equal(u.weight.number, 40960);
	assert_int_equal(u.quota.kind, VALUE_QUOTA);
	assert_int_equal(u.quota.number, 50000);
	assert_int_equal(u.quota.period, 25000);
	UNKNOWN(u.pressure_percent);
	assert_false(u.io_bytes_per_second.known);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "-1\n");
	sampler_usage(s, 1, &u);
	assert_int_equal(u.quota.kind, VALUE_MAX);
	sampler_free(s);
}

static void throttling_of_v1_is_in_a_hierarchy_of_its_own(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);
	struct usage u;

	put_cpu_v1(t, "/cgq/web", "0\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "nr_periods 10\nnr_throttled 2\nthrottled_time 5\n");
	sampler_tick(s, 1 * SECOND);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat", "nr_periods 20\nnr_throttled 7\nthrottled_time 5\n");
	sampler_tick(s, 2 * SECOND);
	sampler_usage(s, 1, &u);
	assert_float_equal(u.rates.throttled_percent, 50, 1e-6);
	sampler_free(s);
}

static void usage_of_v2_is_read_from_its_files(void **state)
{
	struct dir_tree *t = *state;
	const struct hierarchy *h = &t->m.hierarchies[0];
	struct sampler *s;
	struct usage u;

	t->k->write(t->k, h, "", "cgroup.subtree_control", "+cpu +memory", NULL);
	t->k->make(t->k, h, "/cgq", NULL);
	t->k->write(t->k, h, "/cgq", "cgroup.subtree_control", "+cpu +memory", NULL);
	s = started(t);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat",
		"usage_usec 1000000\nuser_usec 1\nsystem_usec 1\nnr_periods 10\nnr_throttled 2\nthrottled_usec 5\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.pressure", "some avg10=1.25 avg60=0.00 avg300=0.00 total=1\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.max", "max 100000\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.current", "8192\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.max", "max\n");
	sampler_tick(s, 1 * SECOND);
	dir_put(t, CONTROLLER_CPU, "/cgq/web", "cpu.stat",
		"usage_usec 1500000\nuser_usec 1\nsystem_usec 1\nnr_periods 20\nnr_throttled 3\nthrottled_usec 5\n");
	sampler_tick(s, 2 * SECOND);
	sampler_usage(s, 1, &u);
	assert_float_equal(u.rates.cpu_percent, 25, 1e-6);
	assert_float_equal(u.rates.throttled_percent, 10, 1e-6);
	assert_float_equal(u.pressure_percent, 1.25, 1e-6);
	assert_int_equal(u.memory_bytes.value, 8192);
	assert_int_equal(u.memory_max.kind, VALUE_MAX);
	assert_int_equal(u.quota.kind, VALUE_MAX);
	sampler_free(s);
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void descriptors_are_kept_within_bounds_and_given_back(void **state)
{
	struct dir_tree *t = *state;
	unsigned before = open_descriptors();
	struct rlimit old, few = { 0 };
	struct sampler *s;
	struct usage u;

	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = before + 40;
	setrlimit(RLIMIT_NOFILE, &few);
	s = started(t);
	sampler_tick(s, 1 * SECOND);
	sampler_usage(s, 0, &u);
	sampler_usage(s, 1, &u);
	assert_true(u.memory_bytes.known);
	assert_true(open_descriptors() <= before + few.rlim_cur / 2);
	sampler_follow(s, &t->m, &policy, &nothing, NULL);
	assert_true(open_descriptors() <= before + 2); /* the machine's own */
	sampler_free(s);
	assert_int_equal(open_descriptors(), before);
	setrlimit(RLIMIT_NOFILE, &old);
}

static void with_no_descriptor_to_keep_everything_is_still_read(void **state)
{
	struct dir_tree *t = *state;
	struct counter_source source = { .kernel = t->k, .machine = &t->m, .kept_max = 0 };
	unsigned before = open_descriptors();
	struct counter_files files;
	char text[64];

	make_cgroups(t);
	counter_files_init(&files);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", "4096\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(counter_read(&source, &files, "web", COUNTER_MEMORY, text, sizeof(text)), 4);
	assert_string_equal(text, "4096");
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(source.kept, 0);
}

static void a_cgroup_that_comes_later_is_found_at_the_next_follow(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = sampler_new(t->k, &t->m);
	struct usage u;

	sampler_follow(s, &t->m, &policy, &want, NULL);
	sampler_tick(s, 1 * SECOND);
	sampler_usage(s, 1, &u);
	assert_false(u.procs.known);
	make_cgroups(t);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", "4096\n");
	sampler_follow(s, &t->m, &policy, &want, NULL);
	sampler_usage(s, 1, &u);
	assert_true(u.procs.known);
	assert_true(u.memory_bytes.known);
	sampler_free(s);
}

static void what_stays_keeps_its_counters(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);
	struct node turned[] = { nodes[0], { .group = GROUP_NONE, .path = "other" }, nodes[1] };
	struct want other = { .nodes = turned, .n = 3, .leaf_of_group = node_of_group,
			      .node_of_group = (unsigned[]){ UINT32_MAX, 2 }, .hierarchies = 1 };

	put_cpu_v1(t, "/cgq/web", "0\n");
	sampler_tick(s, 1 * SECOND);
	sampler_follow(s, &t->m, &policy, &other, NULL);
	put_cpu_v1(t, "/cgq/web", "1000000000\n");
	sampler_tick(s, 2 * SECOND);
	assert_float_equal(cpu_percent(s, 2), 50, 1e-6);
	UNKNOWN(cpu_percent(s, 1));
	sampler_free(s);
}

static void outside_is_the_machine_less_the_tree_and_never_negative(void **state)
{
	struct dir_tree *t = *state;
	struct sampler *s = started(t);
	struct usage u;

	put_cpu_v1(t, "", "0\n");
	put_cpu_v1(t, "/cgq", "0\n");
	sampler_tick(s, 1 * SECOND);
	sampler_usage_outside(s, 0, &u);
	UNKNOWN(u.rates.cpu_percent);
	put_cpu_v1(t, "", "1500000000\n");
	put_cpu_v1(t, "/cgq", "1000000000\n");
	sampler_tick(s, 2 * SECOND);
	sampler_usage_outside(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 25, 1e-6);
	put_cpu_v1(t, "/cgq", "3000000000\n"); /* read later than the machine's: may be ahead */
	sampler_tick(s, 3 * SECOND);
	dir_put(t, CONTROLLER_MEMORY, "/cgq", "memory.usage_in_bytes", "9000000000000000\n");
	sampler_usage_outside(s, 1000000, &u);
	assert_float_equal(u.rates.cpu_percent, 0, 1e-6);
	assert_true(u.memory_bytes.known);
	assert_int_equal(u.memory_bytes.value, 0);
	assert_true(!u.procs.known || u.procs.value == 0);
	/* without a tree everything is outside */
	sampler_follow(s, &t->m, &policy, &nothing, NULL);
	put_cpu_v1(t, "", "2500000000\n");
	sampler_tick(s, 4 * SECOND);
	sampler_usage_outside(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 50, 1e-6);
	sampler_free(s);
}

#define V1(law) cmocka_unit_test_setup_teardown(law, dir_tree_v1, dir_tree_done)
#define V2(law) cmocka_unit_test_setup_teardown(law, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		V1(what_cannot_be_read_is_unknown),
		V1(a_new_cgroup_has_no_rate_before_its_second_sample),
		V1(a_counter_that_starts_anew_gives_no_rate),
		V1(usage_of_v1_is_read_from_its_files),
		V1(throttling_of_v1_is_in_a_hierarchy_of_its_own),
		V2(usage_of_v2_is_read_from_its_files),
		V1(descriptors_are_kept_within_bounds_and_given_back),
		V1(with_no_descriptor_to_keep_everything_is_still_read),
		V1(a_cgroup_that_comes_later_is_found_at_the_next_follow),
		V1(what_stays_keeps_its_counters),
		V1(outside_is_the_machine_less_the_tree_and_never_negative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
