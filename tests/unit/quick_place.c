/* What a thread that places at once says of what it does, and how it came out. */
#include "mover_tree.h"

#include "child.h"
#include "policy_built.h"
#undef fail /* ours fills a struct err */

#include "quick_parts.h"

static const struct row rows[] = {{"web", "name:cgq-quick-one", false}};
static const struct resolved resolved;

/* A thread's kit, whose mover has to open the group's cgroup.procs first: something may happen then. */
struct bench {
	struct policy *policy;
	struct node nodes[2];
	unsigned leaf;
	struct want want;
	struct quick_plan plan;
	struct quick_kit kit;
	struct paths paths;
	struct kernel kernel;
	pid_t pid;
	bool ends; /* the process, meanwhile */
} bench;

static int open_procs_meanwhile(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	if (bench.ends)
		real_child_end(bench.pid);
	bench.ends = false;
	return real.k->open_procs(real.k, h, path, e);
}

static void bench_make(const char *leaf)
{
	bench = (struct bench){.policy = built_new(rows, ARRAY_SIZE(rows)), .leaf = 1};
	paths_make(&bench.paths, "web");
	bench.nodes[0].path = "";
	bench.nodes[1].path = (char *)leaf;
	bench.want = (struct want){.nodes = bench.nodes, .n = 2, .leaf_of_group = &bench.leaf};
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		bench.want.hierarchies |= bench.paths.list[h] ? 1U << h : 0;
	bench.kernel = *real.k;
	bench.kernel.open_procs = open_procs_meanwhile;
	bench.plan = (struct quick_plan){.kernel = &bench.kernel, .machine = &real.m, .policy = bench.policy,
					 .resolved = &resolved, .want = &bench.want, .state_folder = -1};
	bench.kit = (struct quick_kit){.plan = &bench.plan, .proc = proc_new(&real.m, NULL),
				       .mover = mover_new(&bench.kernel, &real.m),
				       .origins = origin_store_new(-1, &real.m), .talk = quick_talk_new(NULL)};
	bench.pid = child_named("cgq-quick-one");
}

static void bench_leave(void)
{
	quick_talk_free(bench.kit.talk);
	mover_free(bench.kit.mover);
	origin_store_free(bench.kit.origins);
	proc_free(bench.kit.proc);
	built_free(bench.policy);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (bench.paths.list[h])
			cgroup_remove(h, bench.paths.list[h]);
}

/* The next message, which is of that process. */
static void expect_said(enum quick_kind kind, uint64_t start_ticks)
{
	struct quick_message m = {0};

	assert_true(quick_talk_hear(bench.kit.talk, &m));
	assert_int_equal(m.kind, kind);
	assert_int_equal(m.pid, bench.pid);
	assert_int_equal(m.start_ticks, start_ticks);
	assert_int_equal(m.group, 0);
	assert_string_equal(m.comm, "cgq-quick-one");
	assert_int_equal(m.paths_bytes > 0, kind == QUICK_MOVES);
}

static void expect_silence(void)
{
	struct quick_message m;

	assert_false(quick_talk_hear(bench.kit.talk, &m));
}

static const struct proc_event_told *exec_of(pid_t pid)
{
	static struct proc_event_told told;

	told = (struct proc_event_told){.kind = EVENT_EXEC, .pid = pid};
	return &told;
}

static void a_move_is_announced_and_then_told(void **state)
{
	uint64_t start;

	bench_make("web");
	start = start_of(bench.pid);
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_said(QUICK_MOVES, start);
	expect_said(QUICK_MOVED, start);
	expect_silence();
	assert_at(bench.pid, &bench.paths);
	/* in one of our cgroups, it is the main loop's */
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_silence();
	real_child_end(bench.pid);
	bench_leave();
}

static void one_that_ends_before_its_move_is_told_as_missed(void **state)
{
	uint64_t start;

	bench_make("web");
	start = start_of(bench.pid);
	bench.ends = true;
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_said(QUICK_MOVES, start);
	expect_said(QUICK_MISSED, start);
	expect_silence();
	/* gone when its event comes, nothing is said of it */
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_silence();
	bench_leave();
}

static void where_its_cgroup_is_gone_it_is_missed(void **state)
{
	uint64_t start;

	bench_make("gone");
	start = start_of(bench.pid);
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_said(QUICK_MOVES, start);
	expect_said(QUICK_MISSED, start);
	assert_at_home(bench.pid);
	real_child_end(bench.pid);
	bench_leave();
}

static void who_is_pinned_is_left_alone(void **state)
{
	bench_make("web");
	bench.plan.pinned = &bench.pid;
	bench.plan.n_pinned = 1;
	quick_place(&bench.kit, exec_of(bench.pid));
	expect_silence();
	assert_at_home(bench.pid);
	real_child_end(bench.pid);
	bench_leave();
}

static void who_is_named_by_no_rule_is_told_as_unfit_and_left_alone(void **state)
{
	struct quick_message m = {0};
	pid_t other;

	bench_make("web");
	other = child_named("cgq-quick-two");
	quick_place(&bench.kit, exec_of(other));
	assert_true(quick_talk_hear(bench.kit.talk, &m));
	assert_int_equal(m.kind, QUICK_UNFIT);
	assert_int_equal(m.pid, other);
	assert_int_equal(m.ppid, getpid());
	expect_silence();
	assert_at_home(other);
	real_child_end(other);
	real_child_end(bench.pid);
	bench_leave();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_is_announced_and_then_told),
		cmocka_unit_test(one_that_ends_before_its_move_is_told_as_missed),
		cmocka_unit_test(where_its_cgroup_is_gone_it_is_missed),
		cmocka_unit_test(who_is_pinned_is_left_alone),
		cmocka_unit_test(who_is_named_by_no_rule_is_told_as_unfit_and_left_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
