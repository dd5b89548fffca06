/* Counters over plain folders: what is unknown stays unknown, and nothing goes backwards. */
#include "dir_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counter_files.h"
#include "outside.h"
#include "proc_usage.h"
#include "sample_parse.h"
#include "sampler.h"

#define SECOND 1000000000ULL
#define UNKNOWN(x) assert_true((x) < 0)

/* A tree of two groups: web with a cgroup, batch passive. */
static struct group groups[] = {
	{ .path = "batch", .name = "batch", .parent = GROUP_NONE },
	{ .path = "web", .name = "web", .parent = GROUP_NONE, .enforce = true },
};
static struct policy policy = { .groups = groups, .n_groups = 2 };
static unsigned node_of_group[] = { UINT32_MAX, 1 };
static struct node nodes[] = {
	{ .group = GROUP_NONE, .path = "" },
	{ .group = 1, .path = "web" },
};
static struct want want = { .nodes = nodes, .n = 2, .leaf_of_group = node_of_group, .node_of_group = node_of_group,
			    .hierarchies = 1 };
static const struct want nothing = { .n = 0 };

static void make_cgroups(struct dir_tree *t)
{
	for (unsigned h = 0; h < t->m.n_hierarchies; h++) {
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq", NULL);
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq/web", NULL);
	}
}

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

static void the_machine_counts_this_process(void **state)
{
	struct counter procs = outside_procs(), memory = outside_memory();
	int status;
	pid_t pid;

	if (!procs.known) /* in a container */
		skip();
	assert_true(procs.value > 1 && procs.value < 1000000);
	assert_true(memory.known && memory.value > 1 << 20);
	pid = fork();
	if (!pid)
		_exit(outside_procs().value > 1 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void meminfo_is_read_by_whole_keys(void **state)
{
	static const char text[] = "MemTotal:       16 kB\nMemAvailable: 18446744073709551615 kB\nXMem: 1 kB\nHuge: x\n";

	assert_int_equal(outside_meminfo_parse(text, "MemTotal").value, 16384);
	assert_false(outside_meminfo_parse(text, "MemAvailable").known);
	assert_false(outside_meminfo_parse(text, "Mem").known);
	assert_false(outside_meminfo_parse(text, "Huge").known);
	assert_false(outside_meminfo_parse("", "MemTotal").known);
	assert_false(outside_meminfo_parse("MemTotal", "MemTotal").known);
}

static void a_process_cannot_forge_what_it_uses(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t cpu, start, rss;
	} rows[] = {
		{ "", -EBADMSG, 0, 0, 0 },
		{ "1 (x)", -EBADMSG, 0, 0, 0 },
		{ "1 (x) S 1 2 3", -EBADMSG, 0, 0, 0 },
		{ "7 (x) S 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 18446744073709551615", 0, 33, 333, 44 },
		{ "7 (a) S 1 (b) R 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 1", 0, 33, 333, 44 },
		{ "7 (a\n) S) R 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 1", 0, 33, 333, 44 },
		{ "7 (x) S 1 1 1 0 -1 4 5 6 7 8 -11 22 0 0 20 0 1 0 333 999 44 1", -EBADMSG, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proc_usage u = { 0 };

		assert_int_equal(proc_usage_parse(rows[i].text, strlen(rows[i].text), &u), rows[i].result);
		assert_int_equal(u.cpu_ticks, rows[i].cpu);
		assert_int_equal(u.start_ticks, rows[i].start);
		assert_int_equal(u.rss_pages, rows[i].rss);
	}
}

/* A child that spins until it is killed. */
static pid_t start_spinning(uint64_t *ret_start)
{
	struct proc_usage u;
	pid_t pid = fork();

	if (!pid)
		for (;;)
			;
	assert_int_equal(proc_usage_read(pid, &u), 0);
	*ret_start = u.start_ticks;
	return pid;
}

static void wait_for_cpu(pid_t pid, uint64_t ticks)
{
	struct proc_usage u = { 0 };

	while (u.cpu_ticks < ticks) {
		usleep(10000);
		assert_int_equal(proc_usage_read(pid, &u), 0);
	}
}

static void a_passive_group_is_measured_by_its_members_and_never_goes_backwards(void **state)
{
	struct dir_tree *t = *state;
	struct members *members = members_new();
	struct sampler *s = sampler_new(t->k, &t->m);
	struct usage u;
	uint64_t start;
	pid_t pid;

	make_cgroups(t);
	sampler_follow(s, &t->m, &policy, &want, members);
	sampler_tick(s, 1 * SECOND);
	usleep(30000); /* what starts now started after that look: ticks of 10 ms */
	pid = start_spinning(&start);
	members_put(members, pid, start)->group = 0;
	wait_for_cpu(pid, 5);
	sampler_tick(s, 2 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_true(u.rates.cpu_percent >= 2 && u.rates.cpu_percent < 50); /* 5 ticks or some more of 200 */
	assert_true(u.memory_bytes.known && u.memory_bytes.value > 0);
	assert_int_equal(u.quota.kind, VALUE_UNKNOWN);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sampler_tick(s, 3 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 0, 1e-6);
	assert_int_equal(u.memory_bytes.value, 0);
	sampler_usage_passive(s, 1, &u); /* not passive */
	UNKNOWN(u.rates.cpu_percent);
	sampler_free(s);
	members_free(members);
}

static void who_joins_a_passive_group_does_not_bring_its_past(void **state)
{
	struct dir_tree *t = *state;
	struct members *members = members_new();
	struct sampler *s = sampler_new(t->k, &t->m);
	struct usage u;
	uint64_t start;
	pid_t pid = start_spinning(&start);

	wait_for_cpu(pid, 20);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	usleep(30000);
	sampler_follow(s, &t->m, &policy, &want, members);
	sampler_tick(s, 1 * SECOND);
	members_put(members, pid, start)->group = 0;
	sampler_tick(s, 2 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 0, 1e-6);
	/* nor is another process of that number taken for it */
	members_put(members, pid, start + 1)->group = 0;
	sampler_tick(s, 3 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_int_equal(u.memory_bytes.value, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sampler_free(s);
	members_free(members);
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
		cmocka_unit_test(the_machine_counts_this_process),
		cmocka_unit_test(meminfo_is_read_by_whole_keys),
		cmocka_unit_test(a_process_cannot_forge_what_it_uses),
		V1(a_passive_group_is_measured_by_its_members_and_never_goes_backwards),
		V1(who_joins_a_passive_group_does_not_bring_its_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
