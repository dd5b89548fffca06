/* What has to be done to the kernel, and in which order, on plain folders. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "rounds.h"

static struct rounds rounds_of(struct dir_tree *t)
{
	return (struct rounds){ .k = t->k, .m = &t->m };
}

static const char *const policies[] = {
	"[a]\ncpu = 40%\nmemory = 100M..200M\n[b]\ncpu = 60%..100%\n",
	"[a]\ncpu = 40%..80%\nmemory = 300M\n[b]\ncpu = 0%..60%\ncpu.burst = 20ms\n",
	"[a]\ncpu = 40%\nmemory = 300M\nswap = 100M\n[a/b]\ncpu = 50%\nmemory = 50%\n[a/b/c]\ntasks = 50\n",
	"[a]\ncpus = 0\n[a/b]\n[b]\ncpus = 1\ncpu = 0.1%\n",
	"[a]\ncpus = 1\n[a/b]\ncpus = 1\n[b]\ncpus = 0\ncpu.idle = yes\n",
	"[a]\nmemory = 10M\nswap = 10M\n[b]\ncpu = 20%\n",
	"[b-x]\n[b]\n[b/x]\n[b/x/y]\nmemory.low = 10M\nmemory.min = 5M\n",
	"",
	"[a]\n",
	"[a]\nenforce = no\n",
};

static void a_second_plan_is_empty(void **state)
{
	struct rounds r = rounds_of(*state);

	/* from every policy to every other */
	for (size_t from = 0; from < ARRAY_SIZE(policies); from++)
		for (size_t to = 0; to < ARRAY_SIZE(policies); to++) {
			rounds_plan(&r, policies[from]);
			rounds_apply(&r);
			rounds_plan(&r, policies[to]);
			rounds_apply(&r);
			rounds_settled(&r);
		}
	rounds_done(&r);
}

static void nothing_wanted_leaves_nothing(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, policies[2]);
	assert_true(r.tree.n > 3);
	rounds_reach(&r, "");
	assert_int_equal(r.tree.n, 0);
	rounds_done(&r);
}

static void cgroups_of_others_in_our_tree_are_removed_children_first(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, "[a]\n");
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/cgq/x", NULL), 0);
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/cgq/x/y", NULL), 0);
	rounds_look(&r);
	assert_int_equal(r.plan->n_last, 2);
	assert_string_equal(r.plan->last[0].path, "x/y");
	assert_string_equal(r.plan->last[1].path, "x");
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void a_machine_that_refuses_is_not_touched(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, policies[0]);
	strcpy(t->m.refusal, "no");
	rounds_plan(&r, policies[2]);
	assert_int_equal(r.plan->n_first + r.plan->n_last, 0);
	rounds_done(&r);
}

static void drift_is_planned_with_what_stands_there(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);
	size_t i;

	rounds_reach(&r, "[a]\ncpu = 40%\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "7\n");
	rounds_look(&r);
	assert_int_equal(r.plan->n_first, 1);
	i = rounds_at(&r, ACTION_WRITE, "a", "cpu.shares", "40960");
	assert_string_equal(r.plan->first[i].was, "7");
	assert_int_equal(r.plan->first[i].at.line, 2);
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void v1_quota_is_written_parents_first_when_raised(void **state)
{
	struct rounds r = rounds_of(*state);

	rounds_reach(&r, "[a]\ncpu = 0%..20%\n[a/b]\ncpu = 0%..50%\n");
	rounds_plan(&r, "[a]\ncpu = 0%..80%\n[a/b]\ncpu = 0%..50%\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", "160000") <
		    rounds_at(&r, ACTION_WRITE, "a/b", "cpu.cfs_quota_us", "80000"));
	rounds_apply(&r);
	rounds_plan(&r, "[a]\ncpu = 0%..20%\n[a/b]\ncpu = 0%..50%\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", "40000") >
		    rounds_at(&r, ACTION_WRITE, "a/b", "cpu.cfs_quota_us", "20000"));
	rounds_done(&r);
}

static void v1_period_follows_a_quota_and_precedes_a_first_one(void **state)
{
	struct rounds r = rounds_of(*state);

	rounds_plan(&r, "[a]\ncpu = 0%..0.1%\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_period_us", "1000000") <
		    rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", "2000"));
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_plan(&r, "[a]\ncpu = 0%..50%\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", "100000") <
		    rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_period_us", "100000"));
	rounds_done(&r);
}

static void a_burst_is_never_above_its_quota(void **state)
{
	struct rounds r = rounds_of(*state);

	rounds_reach(&r, "[a]\ncpu = 0%..50%\ncpu.burst = 90ms\n");
	rounds_plan(&r, "[a]\ncpu = 0%..10%\ncpu.burst = 10ms\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_burst_us", NULL) <
		    rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", NULL));
	rounds_apply(&r);
	rounds_plan(&r, "[a]\ncpu = 0%..50%\ncpu.burst = 90ms\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_burst_us", NULL) >
		    rounds_at(&r, ACTION_WRITE, "a", "cpu.cfs_quota_us", NULL));
	rounds_done(&r);
}

static void v1_memsw_is_never_below_memory(void **state)
{
	struct rounds r = rounds_of(*state);
	const char *memory = "memory.limit_in_bytes", *memsw = "memory.memsw.limit_in_bytes";

	rounds_plan(&r, "[a]\nmemory = 100M\nswap = 10M\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", memory, NULL) < rounds_at(&r, ACTION_WRITE, "a", memsw, NULL));
	rounds_apply(&r);
	rounds_plan(&r, "[a]\nmemory = 200M\nswap = 10M\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", memory, NULL) > rounds_at(&r, ACTION_WRITE, "a", memsw, NULL));
	rounds_apply(&r);
	rounds_plan(&r, "[a]\nmemory = 50M\nswap = 10M\n");
	assert_true(rounds_at(&r, ACTION_WRITE, "a", memory, NULL) < rounds_at(&r, ACTION_WRITE, "a", memsw, NULL));
	rounds_done(&r);
}

static void a_v1_cpuset_that_moves_takes_both_at_first(void **state)
{
	struct rounds r = rounds_of(*state);
	size_t parent, child;

	rounds_reach(&r, "[a]\ncpus = 0\n[a/b]\ncpus = 0\n");
	rounds_plan(&r, "[a]\ncpus = 1\n[a/b]\ncpus = 1\n");
	parent = rounds_at(&r, ACTION_WRITE, "a", "cpuset.cpus", "0-1");
	child = rounds_at(&r, ACTION_WRITE, "a/b", "cpuset.cpus", "0-1");
	assert_true(parent < child);
	assert_true(child < rounds_at(&r, ACTION_WRITE, "a/b", "cpuset.cpus", "1"));
	assert_true(rounds_at(&r, ACTION_WRITE, "a/b", "cpuset.cpus", "1") <
		    rounds_at(&r, ACTION_WRITE, "a", "cpuset.cpus", "1"));
	rounds_done(&r);
}

static void a_v1_cpuset_is_filled_from_the_top(void **state)
{
	struct rounds r = rounds_of(*state);
	size_t tree, a;

	rounds_plan(&r, "[a]\ncpus = 0\n");
	tree = rounds_at(&r, ACTION_WRITE, "", "cpuset.cpus", "0-1");
	a = rounds_at(&r, ACTION_WRITE, "a", "cpuset.cpus", "0");
	assert_true(tree < a);
	rounds_at(&r, ACTION_WRITE, "a", "cpuset.mems", "0");
	rounds_done(&r);
}

static void waking_from_idle_writes_the_weight_again(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, "[a]\ncpu = 40%\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cpu.idle", "1\n");
	rounds_look(&r);
	assert_int_equal(r.plan->n_first, 2);
	assert_true(rounds_at(&r, ACTION_WRITE, "a", "cpu.idle", "0") < rounds_at(&r, ACTION_WRITE, "a", "cpu.weight", "4000"));
	rounds_plan(&r, "[a]\ncpu.idle = yes\n");
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void lowering_memory_waits_for_use(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);
	const struct action *a;

	rounds_reach(&r, "[a]\nmemory = 200M\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "157286400\n");
	rounds_plan(&r, "[a]\nmemory = 100M\n");
	a = &r.plan->first[rounds_at(&r, ACTION_WRITE, "a", "memory.max", NULL)];
	assert_int_equal(a->only_below_bytes, 100 << 20);
	assert_true(a->may_reclaim);
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 1);
	assert_int_equal(r.told.code, EINPROGRESS);
	assert_non_null(strstr(r.told.text, "157286400 bytes in use; the limit 104857600 waits"));
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "209715200");
	/* that it waits is no refusal: as soon as use allows, it lands */
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "104857600\n");
	rounds_look(&r);
	rounds_apply(&r);
	rounds_settled(&r);
	/* what is raised waits for nothing */
	rounds_plan(&r, "[a]\nmemory = 120M\n");
	a = &r.plan->first[rounds_at(&r, ACTION_WRITE, "a", "memory.max", NULL)];
	assert_int_equal(a->only_below_bytes, 0);
	assert_false(a->may_reclaim);
	rounds_done(&r);
}

static void use_is_looked_at_again_before_the_write(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, "[a]\nmemory = 200M\n");
	rounds_plan(&r, "[a]\nmemory = 100M\n");
	assert_false(r.plan->first[rounds_at(&r, ACTION_WRITE, "a", "memory.max", NULL)].may_reclaim);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "157286400\n");
	rounds_apply(&r);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "209715200");
	rounds_done(&r);
}

static void use_that_grew_meanwhile_is_left_to_reclaim(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	r.reclaim = reclaim_new(t->k, &t->m, NULL);
	rounds_reach(&r, "[a]\nmemory = 200M\n");
	rounds_plan(&r, "[a]\nmemory = 100M\n");
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "157286400\n");
	rounds_apply(&r);
	assert_int_equal(r.first.deferred, 1);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "209715200");
	reclaim_free(r.reclaim);
	rounds_done(&r);
}

static void v2_controllers_are_enabled_from_the_top_once_members_are_out(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_plan(&r, "[a]\nmemory = 10M\n");
	assert_true(rounds_at(&r, ACTION_ENABLE, NULL, NULL, "+cpu") < rounds_at(&r, ACTION_ENABLE, "", NULL, "+cpu"));
	rounds_apply(&r);
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cgroup.procs", "17\n18\n");
	rounds_plan(&r, "[a]\nmemory = 10M\n[a/b]\n");
	assert_true(rounds_at(&r, ACTION_MAKE, "a/_self", NULL, NULL) <
		    rounds_at(&r, ACTION_EVACUATE, "a", NULL, "a/_self"));
	assert_true(rounds_at(&r, ACTION_EVACUATE, "a", NULL, "a/_self") <
		    rounds_at(&r, ACTION_ENABLE, "a", NULL, "+memory"));
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 0);
	rounds_settled(&r);
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/cgq/a/_self", "cgroup.procs"), "17");
	/* back to a leaf: the controllers go before members return */
	rounds_plan(&r, "[a]\nmemory = 10M\n");
	rounds_at(&r, ACTION_DISABLE, "a", NULL, "-memory");
	dir_put(t, CONTROLLER_CPU, "/cgq/a/_self", "cgroup.procs", "");
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void a_base_that_may_hold_no_processes_is_emptied_first(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	assert_int_equal(t->k->write(t->k, dir_hierarchy(t, CONTROLLER_CPU), "", "cgroup.subtree_control", "+cpu", NULL), 0);
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/my.scope", NULL), 0);
	dir_put(t, CONTROLLER_CPU, "/my.scope", "cgroup.procs", "17\n");
	strcpy(t->m.hierarchies[0].base, "/my.scope");
	t->m.hierarchies[0].base_is_root = false;
	t->m.hierarchies[0].controllers = CONTROLLER_BIT(CPU);
	rounds_plan(&r, "[a]\ncpu = 40%\n");
	assert_true(rounds_at(&r, ACTION_EVACUATE, NULL, NULL, NULL) < rounds_at(&r, ACTION_ENABLE, NULL, NULL, "+cpu"));
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 0);
	rounds_settled(&r);
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/my.scope/cgq-rest", "cgroup.procs"), "17");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/my.scope/cgq/a", "cpu.weight"), "4000");
	/* and when the tree goes, its processes are back */
	r.given[0] = CONTROLLER_BIT(CPU);
	rounds_reach(&r, "");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/my.scope", "cgroup.procs"), "17");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/my.scope", "cgroup.subtree_control"), "");
	assert_int_equal(t->k->read(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/my.scope/cgq-rest", "cgroup.procs", t->text, 9, NULL),
			 -ENOENT);
	rounds_done(&r);
}

static void controllers_that_cgqd_enabled_in_the_base_go_when_nobody_wants_them(void **state)
{
	struct dir_tree *t = *state;
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_CPU);
	struct rounds r = rounds_of(t);

	assert_int_equal(t->k->write(t->k, h, "", "cgroup.subtree_control", "+memory", NULL), 0);
	r.given[0] = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUSET); /* memory was there before */
	rounds_reach(&r, "[a]\ncpus = 0\n");
	rounds_reach(&r, "[a]\n");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "", "cgroup.subtree_control"), "cpu memory");
	rounds_reach(&r, "");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "", "cgroup.subtree_control"), "memory");
	rounds_done(&r);
}

static void controllers_that_others_may_rely_on_stay(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	r.given[0] = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(MEMORY);
	rounds_reach(&r, "[a]\n");
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/neighbour", NULL), 0);
	rounds_reach(&r, "");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "", "cgroup.subtree_control"), "cpu memory");
	rounds_done(&r);
}

static void a_setting_nobody_asks_for_any_more_is_taken_back(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);

	rounds_reach(&r, "[a]\ntasks = 5\n[b]\ntasks = 6\n");
	rounds_reach(&r, "[a]\n[b]\ntasks = 6\n");
	assert_string_equal(dir_read(t, CONTROLLER_PIDS, "/cgq/a", "pids.max"), "max");
	rounds_reach(&r, "[a]\n[b]\n");
	assert_int_equal(t->k->read(t->k, dir_hierarchy(t, CONTROLLER_PIDS), "/cgq/b", "pids.max", t->text, 9, NULL),
			 -ENOENT);
	rounds_done(&r);
}

static void what_the_kernel_refuses_is_not_tried_again(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);
	struct value left = { .kind = VALUE_NUMBER, .number = 1024 };

	rounds_reach(&r, "[a]\ncpu = 40%\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "1024\n");
	refusals_put(&r.refusals, "a", KNOB_CPU_WEIGHT, "40960", &left, EINVAL);
	rounds_settled(&r);
	/* another text, or another state of things, is worth a try */
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "1000\n");
	rounds_look(&r);
	assert_int_equal(r.plan->n_first, 1);
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "1024\n");
	rounds_plan(&r, "[a]\ncpu = 41%\n");
	rounds_at(&r, ACTION_WRITE, "a", "cpu.shares", NULL);
	rounds_done(&r);
}

static void a_file_this_kernel_lacks_is_tried_once_for_who_asks(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_of(t);
	char file[512];

	rounds_reach(&r, "[a]\ncpu = 40%\n[b]\ncpu = 40%\n");
	snprintf(file, sizeof(file), "%s/cgq/a/cpu.cfs_burst_us", dir_hierarchy(t, CONTROLLER_CPU)->mount);
	unlink(file);
	rounds_settled(&r);
	rounds_plan(&r, "[a]\ncpu = 40%\ncpu.burst = 5ms\n[b]\ncpu = 40%\n");
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 1);
	assert_int_equal(r.told.code, ENOENT);
	rounds_settled(&r);
	rounds_done(&r);
}

#define ON_V1(test) cmocka_unit_test_setup_teardown(test, dir_tree_v1, dir_tree_done)
#define ON_V2(test) cmocka_unit_test_setup_teardown(test, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V1(a_second_plan_is_empty),
		ON_V2(a_second_plan_is_empty),
		ON_V1(nothing_wanted_leaves_nothing),
		ON_V2(nothing_wanted_leaves_nothing),
		ON_V1(cgroups_of_others_in_our_tree_are_removed_children_first),
		ON_V2(cgroups_of_others_in_our_tree_are_removed_children_first),
		ON_V2(a_machine_that_refuses_is_not_touched),
		ON_V1(drift_is_planned_with_what_stands_there),
		ON_V1(v1_quota_is_written_parents_first_when_raised),
		ON_V1(v1_period_follows_a_quota_and_precedes_a_first_one),
		ON_V1(a_burst_is_never_above_its_quota),
		ON_V1(v1_memsw_is_never_below_memory),
		ON_V1(a_v1_cpuset_that_moves_takes_both_at_first),
		ON_V1(a_v1_cpuset_is_filled_from_the_top),
		ON_V2(waking_from_idle_writes_the_weight_again),
		ON_V2(lowering_memory_waits_for_use),
		ON_V2(use_is_looked_at_again_before_the_write),
		ON_V2(use_that_grew_meanwhile_is_left_to_reclaim),
		ON_V2(v2_controllers_are_enabled_from_the_top_once_members_are_out),
		ON_V2(a_base_that_may_hold_no_processes_is_emptied_first),
		ON_V2(controllers_that_cgqd_enabled_in_the_base_go_when_nobody_wants_them),
		ON_V2(controllers_that_others_may_rely_on_stay),
		ON_V2(a_setting_nobody_asks_for_any_more_is_taken_back),
		ON_V1(what_the_kernel_refuses_is_not_tried_again),
		ON_V1(a_file_this_kernel_lacks_is_tried_once_for_who_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
