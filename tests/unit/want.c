/* What a policy means on a machine. */
#include <stdlib.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "want_make.h"
#include "policy_text.h"

#define GIB (UINT64_C(1) << 30)

/* Both versions, 4 CPUs, 8 GiB, 2 GiB of swap. */
static struct machine machine_of(int version)
{
	struct machine m = { .cpus = 4, .cpu_list = "0-3", .node_list = "0", .memory_bytes = 8 * GIB, .swap_bytes = 2 * GIB,
			     .page_bytes = 4096, .system_share = 0.05, .tree = "cgq", .n_hierarchies = 1 };

	m.layout = version == 2 ? LAYOUT_V2 : LAYOUT_V1;
	m.hierarchies[0] = (struct hierarchy){ .version = version, .mount = "/x", .base_is_root = true };
	m.hierarchies[0].controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(MEMORY);
	if (version == 2) {
		m.hierarchies[0].controllers |= CONTROLLER_BIT(CPUSET) | CONTROLLER_BIT(PIDS);
		return m;
	}
	strcpy(m.base_cpus, "0-3");
	strcpy(m.base_mems, "0");
	m.hierarchies[1] = (struct hierarchy){ .version = 1, .controllers = CONTROLLER_BIT(CPUSET), .mount = "/y" };
	m.hierarchies[2] = (struct hierarchy){ .version = 1, .controllers = CONTROLLER_BIT(PIDS), .mount = "/z" };
	m.n_hierarchies = 3;
	return m;
}

static struct policy *policy;
static struct want *want;

static int forget(void **state)
{
	policy_free(policy);
	want_free(want);
	policy = NULL;
	want = NULL;
	return 0;
}

static void wanted_of(const char *text, const struct machine *m)
{
	forget(NULL);
	policy = policy_of(text);
	want = want_make(policy, m, false, NULL);
}

static const struct node *node(const char *path)
{
	for (size_t i = 0; i < want->n; i++)
		if (!strcmp(want->nodes[i].path, path))
			return &want->nodes[i];
	fail_msg("no node %s", path);
	return NULL;
}

static const char *text_of(const char *path, enum knob k, int version)
{
	static char buf[300];

	value_to_text(k, version, &node(path)->wanted[k].value, buf, sizeof(buf));
	return buf;
}

struct row {
	const char *policy, *path;
	enum knob knob;
	int version;
	const char *text;	/* of the value; "?" unknown */
	const char *impossible; /* found in it; NULL: none */
};

static const struct row rows[] = {
	/* what cannot be, first */
	{ "[a]\ncpu.burst=20ms\n", "a", KNOB_CPU_BURST, 2, "0", "needs a ceiling" },
	{ "[a]\ncpu=1%\ncpu.burst=20ms\n", "a", KNOB_CPU_BURST, 2, "4000", "no burst may be longer" },
	{ "[a]\ncpu=40%\ncpu.idle=yes\n", "a", KNOB_CPU_WEIGHT, 2, "?", "leaves no reservation" },
	{ "[a]\ncpu=8 cores\n", "a", KNOB_CPU_MAX, 2, "400000 100000", "this machine has only 4 CPUs" },
	{ "[a]\ncpu=8 cores\n", "a", KNOB_CPU_WEIGHT, 2, "10000", "come to 200% of the machine's 4 CPUs" },
	{ "[a]\ncpu=1 cores\n[a/b]\ncpu=0%..2 cores\n", "a/b", KNOB_CPU_MAX, 1, "100000", "its parent may use only 1 CPUs" },
	{ "[a]\ncpu=0%..50%\n[a/b]\ncpu=1 cores\n", "a/b", KNOB_CPU_WEIGHT, 2, "1", "its parent reserves no CPU" },
	{ "[a]\ncpu=0.01%\n", "a", KNOB_CPU_MAX, 2, "1000 1000000", "1 ms a second" },
	{ "[a]\nmemory.low=1G\n", "a", KNOB_MEMORY_LOW, 1, "?", "cgroup v1 has no memory.low" },
	{ "[a]\nmemory.min=1G\n", "a", KNOB_MEMORY_MIN, 1, "?", "cgroup v1 has no memory.min" },
	{ "[a]\nswap=1G\n", "a", KNOB_SWAP_MAX, 1, "-1", "only together with a hard limit" },
	/* reservations */
	{ "[a]\ncpu=40%\n", "a", KNOB_CPU_WEIGHT, 2, "4000", NULL },
	{ "[a]\ncpu=40%\n", "a", KNOB_CPU_WEIGHT, 1, "40960", NULL },
	{ "[a]\ncpu=100%\n", "a", KNOB_CPU_WEIGHT, 1, "102400", NULL },
	{ "[a]\ncpu=1 cores\n", "a", KNOB_CPU_WEIGHT, 2, "2500", NULL },
	{ "[a]\ncpu=50%\n[a/b]\ncpu=1 cores\n", "a/b", KNOB_CPU_WEIGHT, 2, "5000", NULL },
	{ "[a]\nmemory=1G\n", "a", KNOB_CPU_WEIGHT, 2, "1", NULL },
	{ "[a]\nmemory=1G\n", "a", KNOB_CPU_WEIGHT, 1, "2", NULL },
	{ "[a]\ncpu=max\n", "a", KNOB_CPU_WEIGHT, 2, "1", NULL },
	{ "[a]\ncpu=40%\n[a/b]\ncpu=30%\n", "a/_self", KNOB_CPU_WEIGHT, 2, "7000", NULL },
	{ "[a]\ncpu=40%\n[a/b]\ncpu=100%\n", "a/_self", KNOB_CPU_WEIGHT, 1, "2", NULL },
	{ "[a]\n", "", KNOB_CPU_WEIGHT, 1, "19456", NULL },
	{ "[a]\n", "", KNOB_CPU_WEIGHT, 2, "1900", NULL },
	/* ceilings */
	{ "[a]\ncpu=40%\n", "a", KNOB_CPU_MAX, 2, "160000 100000", NULL },
	{ "[a]\ncpu=40%\n", "a", KNOB_CPU_MAX, 1, "160000", NULL },
	{ "[a]\ncpu=40%..max\n", "a", KNOB_CPU_MAX, 2, "max 100000", NULL },
	{ "[a]\ncpu=33.333%\n", "a", KNOB_CPU_MAX, 2, "133332 100000", NULL },
	{ "[a]\ncpu=0.1%\n", "a", KNOB_CPU_MAX, 2, "4000 1000000", NULL },
	{ "[a]\ncpu=50%\n[a/b]\ncpu=50%\n", "a/b", KNOB_CPU_MAX, 2, "100000 100000", NULL },
	{ "[a]\n[a/b]\ncpu=50%\n", "a/b", KNOB_CPU_MAX, 2, "200000 100000", NULL },
	{ "[a]\ncpu=50%\n[a/b]\ncpu=50%\n", "a/_self", KNOB_CPU_MAX, 2, "max 100000", NULL },
	{ "[a]\ncpu=25%\ncpu.burst=50%\n", "a", KNOB_CPU_BURST, 2, "50000", NULL },
	{ "[a]\ncpu=25%\ncpu.burst=20ms\n", "a", KNOB_CPU_BURST, 1, "20000", NULL },
	{ "[a]\ncpu.idle=yes\n", "a", KNOB_CPU_IDLE, 2, "1", NULL },
	{ "[a]\ncpu.idle=yes\n", "a", KNOB_CPU_WEIGHT, 2, "?", NULL },
	/* memory */
	{ "[a]\nmemory=1800M..2G\n", "a", KNOB_MEMORY_HIGH, 2, "1887436800", NULL },
	{ "[a]\nmemory=1800M..2G\n", "a", KNOB_MEMORY_MAX, 1, "2147483648", NULL },
	{ "[a]\nmemory=2G\n", "a", KNOB_MEMORY_HIGH, 2, "max", NULL },
	{ "[a]\nmemory=max\n", "a", KNOB_MEMORY_MAX, 1, "-1", NULL },
	{ "[a]\nmemory=33.333%\n", "a", KNOB_MEMORY_MAX, 2, "2863280128", NULL },
	{ "[a]\nmemory=2G\n[a/b]\n[a/b/c]\nmemory=50%\n", "a/b/c", KNOB_MEMORY_MAX, 2, "1073741824", NULL },
	{ "[a]\nmemory=max\n[a/b]\nmemory=50%\n", "a/b", KNOB_MEMORY_MAX, 2, "4294967296", NULL },
	{ "[a]\nmemory.low=50%\n[a/b]\nmemory.low=50%\n", "a/b", KNOB_MEMORY_LOW, 2, "2147483648", NULL },
	{ "[a]\nswap=1G\n", "a", KNOB_SWAP_MAX, 2, "1073741824", NULL },
	{ "[a]\nswap=50%\n", "a", KNOB_SWAP_MAX, 2, "1073741824", NULL },
	{ "[a]\nmemory=1G\nswap=1G\n", "a", KNOB_SWAP_MAX, 1, "2147483648", NULL },
	{ "[a]\nmemory=1G\nswap=0\n", "a", KNOB_SWAP_MAX, 1, "1073741824", NULL },
	{ "[a]\nmemory=1G\nswap=max\n", "a", KNOB_SWAP_MAX, 1, "-1", NULL },
	/* lists */
	{ "[a]\ncpus=0-1\n", "a", KNOB_CPUS, 2, "0-1", NULL },
	{ "[a]\ncpus=0-1\n", "a", KNOB_MEMS, 2, "", NULL },
	{ "[a]\ncpus=0-1\n", "a", KNOB_MEMS, 1, "0", NULL },
	{ "[a]\ncpus=0-1\n[a/b]\n", "a/b", KNOB_CPUS, 1, "0-1", NULL },
	{ "[a]\ncpus=0-1\n[a/b]\n", "a/_self", KNOB_CPUS, 1, "0-1", NULL },
	{ "[a]\ncpus=0-1\n", "", KNOB_CPUS, 1, "0-3", NULL },
	{ "[a]\ncpus=2-9\n", "a", KNOB_CPUS, 1, "2-3", "this machine has only 0-3; the rest is left out" },
	{ "[a]\ncpus=2-9\n", "a", KNOB_CPUS, 2, "2-9", NULL },
	{ "[a]\ncpus=8-9\n", "a", KNOB_CPUS, 1, "0-3", "this machine has only 0-3; none of these" },
	{ "[a]\ncpus=0\n[a/b]\ncpus=1\n", "a/b", KNOB_CPUS, 1, "0", "its parent has only 0; none of these" },
	{ "[a]\ncpus=8-9\n[a/b]\ncpus=3,9\n", "a/b", KNOB_CPUS, 1, "3", "its parent has only 0-3; the rest" },
	{ "[a]\nmems=1\n", "a", KNOB_MEMS, 1, "0", "this machine has only 0" },
	{ "[a]\n", "a", KNOB_CPUS, 1, "?", NULL },
	{ "[a]\ntasks=500\n", "a", KNOB_TASKS_MAX, 1, "500", NULL },
	{ "[a]\ntasks=500\n", "", KNOB_TASKS_MAX, 1, "max", NULL },
};

static void every_setting_becomes_the_kernels_number(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct machine m = machine_of(r->version);
		const char *why;

		if (!r->text)
			continue;
		wanted_of(r->policy, &m);
		why = node(r->path)->wanted[r->knob].impossible;
		if (strcmp(text_of(r->path, r->knob, r->version), r->text) || !why != !r->impossible ||
		    (why && !strstr(why, r->impossible)))
			fail_msg("row %zu, %s: '%s' because '%s'", i, r->policy, text_of(r->path, r->knob, r->version),
				 why ? why : "");
	}
}

static void limits_are_whole_pages(void **state)
{
	struct machine m = machine_of(2);

	wanted_of("[a]\nmemory=2000001\n", &m);
	assert_int_equal(node("a")->wanted[KNOB_MEMORY_MAX].value.number, 2000001 / 4096 * 4096);
}

static void members_of_a_group_with_children_live_in_a_leaf(void **state)
{
	struct machine m = machine_of(2);
	unsigned a, b;

	wanted_of("[a]\n[a/b]\n[c]\n[c/d]\nenforce=no\n", &m);
	a = policy_group(policy, "a");
	b = policy_group(policy, "a/b");
	assert_string_equal(want->nodes[want->leaf_of_group[a]].path, "a/_self");
	assert_string_equal(want->nodes[want->node_of_group[a]].path, "a");
	assert_string_equal(want->nodes[want->leaf_of_group[b]].path, "a/b");
	/* a child that is only measured has no cgroup, and makes nobody a parent */
	assert_string_equal(want->nodes[want->leaf_of_group[policy_group(policy, "c")]].path, "c");
	assert_int_equal(want->node_of_group[policy_group(policy, "c/d")], UINT32_MAX);
	assert_int_equal(want->n, 5);
	for (size_t i = 1; i < want->n; i++)
		assert_true(want->nodes[i].parent < i);
}

static void siblings_split_as_reserved(void **state)
{
	struct machine m = machine_of(2);

	wanted_of("[a]\ncpu=40%..100%\n[b]\ncpu=60%..100%\n", &m);
	assert_string_equal(text_of("a", KNOB_CPU_WEIGHT, 2), "4000");
	assert_string_equal(text_of("b", KNOB_CPU_WEIGHT, 2), "6000");
	assert_true(node("a")->cpu_min_percent > 39.99 && node("a")->cpu_min_percent < 40.01);
	assert_true(node("b")->cpu_max_percent > 99.99 && node("b")->cpu_max_percent < 100.01);
}

static void lost_cpus_shrink_all_reservations_alike(void **state)
{
	struct machine m = machine_of(2);

	m.cpus = 2;
	wanted_of("[a]\ncpu=3 cores\n[b]\ncpu=1 cores\n[c]\n", &m);
	assert_string_equal(text_of("a", KNOB_CPU_WEIGHT, 2), "7500");
	assert_string_equal(text_of("b", KNOB_CPU_WEIGHT, 2), "2500");
	assert_non_null(strstr(node("b")->wanted[KNOB_CPU_WEIGHT].impossible, "200% of the machine's 2 CPUs"));
	assert_null(node("c")->wanted[KNOB_CPU_WEIGHT].impossible);
	assert_true(node("c")->cpu_min_percent < 0);
}

/* By the formula of the law itself: outside's 1024 against all of ours. */
static void one_busy_thread_outside_keeps_its_share(void **state)
{
	static const double shares[] = { 0.01, 0.05, 0.1, 0.5 };

	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		struct machine m = machine_of(1);
		double tree;

		m.system_share = shares[i];
		wanted_of("[a]\ncpu=100%\n", &m);
		tree = (double)node("")->wanted[KNOB_CPU_WEIGHT].value.number;
		assert_true(1024 / (1024 + tree) > shares[i] - 0.0001);
		assert_true(1024 / (1024 + tree) < shares[i] + 0.0001);
	}
}

static void only_needed_hierarchies_are_stood_in(void **state)
{
	struct machine m = machine_of(1);

	wanted_of("[a]\n", &m);
	assert_int_equal(want->hierarchies, 1U << 0);
	wanted_of("[a]\ntasks=5\n", &m);
	assert_int_equal(want->hierarchies, 1U << 0 | 1U << 2);
	/* a shared mount brings its other controllers along: a cpuset must be filled before it takes a process */
	m.hierarchies[0].controllers |= CONTROLLER_BIT(CPUSET);
	m.hierarchies[1].controllers = 0;
	wanted_of("[a]\n", &m);
	assert_string_equal(text_of("a", KNOB_CPUS, 1), "0-3");
}

static void nothing_enforced_wants_no_tree(void **state)
{
	struct machine m = machine_of(1);

	wanted_of("", &m);
	assert_int_equal(want->n, 0);
	assert_int_equal(want->hierarchies, 0);
	wanted_of("[a]\ncpu=40%\nenforce=no\n", &m);
	assert_int_equal(want->n, 0);
	forget(NULL);
	policy = policy_of("[a]\ncpu=40%\n");
	want = want_make(policy, &m, true, NULL);
	assert_int_equal(want->n, 0);
	assert_int_equal(want->leaf_of_group[0], UINT32_MAX);
}

static void a_machine_that_refuses_is_said_at_every_setting(void **state)
{
	struct machine m = machine_of(2);

	strcpy(m.refusal, "systemd owns this machine's cgroups");
	wanted_of("[a]\ncpu=40%\nmemory=1G\n", &m);
	assert_int_equal(want->hierarchies, 0);
	assert_string_equal(node("a")->wanted[KNOB_CPU_MAX].impossible, m.refusal);
	assert_string_equal(node("a")->wanted[KNOB_MEMORY_MAX].impossible, m.refusal);
	assert_null(node("a")->wanted[KNOB_TASKS_MAX].impossible);
	assert_int_equal(want->leaf_of_group[0], UINT32_MAX);
}

static void what_is_mounted_nowhere_is_named(void **state)
{
	struct machine m = machine_of(1);

	m.n_hierarchies = 2;
	wanted_of("[a]\ntasks=5\n[b]\n", &m);
	assert_string_equal(node("a")->wanted[KNOB_TASKS_MAX].impossible, "this machine has no pids controller mounted");
	assert_null(node("b")->wanted[KNOB_TASKS_MAX].impossible);
	m.missing_knobs = 1U << KNOB_SWAP_MAX | 1U << KNOB_CPU_BURST;
	wanted_of("[a]\nmemory=1G\nswap=1G\ncpu=20%\ncpu.burst=1ms\n", &m);
	assert_string_equal(node("a")->wanted[KNOB_SWAP_MAX].impossible, "swap accounting is off on this kernel");
	assert_string_equal(node("a")->wanted[KNOB_CPU_BURST].impossible, "this kernel has no cpu.cfs_burst_us");
}

static void what_the_kernel_shows_comes_back_as_percent(void **state)
{
	struct machine m = machine_of(1);
	struct value v = { .kind = VALUE_NUMBER, .number = 40960 };

	assert_true(want_min_percent(&m, &v, 50) > 19.99 && want_min_percent(&m, &v, 50) < 20.01);
	v.number = 2;
	assert_true(want_min_percent(&m, &v, 50) < 0);
	v = (struct value){ .kind = VALUE_UNKNOWN };
	assert_true(want_min_percent(&m, &v, 50) < 0);
	assert_true(want_max_percent(&m, &v) < 0);
	v = (struct value){ .kind = VALUE_QUOTA, .number = 160000, .period = 100000 };
	assert_true(want_max_percent(&m, &v) > 39.99 && want_max_percent(&m, &v) < 40.01);
	v.kind = VALUE_MAX;
	assert_true(want_max_percent(&m, &v) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_setting_becomes_the_kernels_number, forget),
		cmocka_unit_test_teardown(limits_are_whole_pages, forget),
		cmocka_unit_test_teardown(members_of_a_group_with_children_live_in_a_leaf, forget),
		cmocka_unit_test_teardown(siblings_split_as_reserved, forget),
		cmocka_unit_test_teardown(lost_cpus_shrink_all_reservations_alike, forget),
		cmocka_unit_test_teardown(one_busy_thread_outside_keeps_its_share, forget),
		cmocka_unit_test_teardown(only_needed_hierarchies_are_stood_in, forget),
		cmocka_unit_test_teardown(nothing_enforced_wants_no_tree, forget),
		cmocka_unit_test_teardown(a_machine_that_refuses_is_said_at_every_setting, forget),
		cmocka_unit_test_teardown(what_is_mounted_nowhere_is_named, forget),
		cmocka_unit_test_teardown(what_the_kernel_shows_comes_back_as_percent, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
