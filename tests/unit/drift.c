/* What is drift and what is none, and what a plan must leave alone meanwhile; on plain folders. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "rounds.h"

#include "drift.h"

struct looking {
	struct dir_tree *t;
	struct rounds r;
	struct made made;
	struct drifts found;
};

static struct looking looking(struct dir_tree *t)
{
	return (struct looking){ .t = t, .r = { .k = t->k, .m = &t->m } };
}

/* Puts the policy in force, as a settle does. */
static void reach(struct looking *l, const char *text)
{
	rounds_reach(&l->r, text);
	made_take(&l->made, l->r.want, l->r.m, &l->r.tree, NULL, 0);
}

/* The tree as it is now; how much of it drifted. */
static size_t look(struct looking *l)
{
	drifts_done(&l->found);
	rounds_look(&l->r);
	drift_find(l->r.want, l->r.m, &l->made, &l->r.tree, &l->found);
	return l->found.n;
}

static void done(struct looking *l)
{
	drifts_done(&l->found);
	made_done(&l->made);
	rounds_done(&l->r);
}

static const struct drift *only(struct looking *l, enum drift_kind kind, const char *path, const char *was,
				const char *wanted)
{
	const struct drift *d = l->found.list;

	assert_int_equal(l->found.n, 1);
	assert_int_equal(d->kind, kind);
	assert_string_equal(d->path ? d->path : "BASE", path);
	assert_string_equal(d->was, was);
	assert_string_equal(d->wanted, wanted);
	return d;
}

static const char policy[] = "[a]\ncpu = 10%..40%\nmemory = 100M\n[a/b]\ntasks = 50\n[c]\ncpu = 20%\n";

static void nothing_drifts_before_anything_was_in_force(void **state)
{
	struct looking l = looking(*state);

	rounds_plan(&l.r, policy);
	assert_int_equal(look(&l), 0);
	rounds_reach(&l.r, policy);
	dir_put(l.t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "7\n");
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void what_is_as_it_was_is_none(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void an_edited_limit_is_drift_with_both_values_and_its_line(void **state)
{
	struct looking l = looking(*state);
	const struct drift *d;

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_MEMORY, "/cgq/a", "memory.limit_in_bytes", "8192\n");
	look(&l);
	d = only(&l, DRIFT_VALUE, "a", "8192", "104857600");
	assert_string_equal(d->file, "memory.limit_in_bytes");
	assert_int_equal(d->at.line, 3);
	done(&l);
}

static void a_default_that_somebody_set_is_drift_too(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_PIDS, "/cgq/c", "pids.max", "7\n");
	look(&l);
	only(&l, DRIFT_VALUE, "c", "7", "max");
	done(&l);
}

static void the_period_of_a_quota_is_a_part_of_it(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_CPU, "/cgq/a", "cpu.cfs_period_us", "50000\n");
	look(&l);
	assert_int_equal(l.found.n, 1);
	assert_string_equal(l.found.list[0].file, "cpu.cfs_quota_us");
	plan_hold(l.r.plan, l.found.list, 1);
	assert_int_equal(l.r.plan->n_first, 0);
	done(&l);
}

static void what_a_changed_policy_asks_for_is_none(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	rounds_plan(&l.r, "[a]\ncpu = 20%..60%\nmemory = 50M\n[a/b]\ntasks = 60\n[d]\ncpu = 1%\n");
	assert_true(l.r.plan->n_first > 3 && l.r.plan->n_last > 0);
	assert_int_equal(look(&l), 0);
	/* What it leaves as it was may drift beside it. */
	dir_put(l.t, CONTROLLER_PIDS, "/cgq/a", "pids.max", "7\n");
	look(&l);
	only(&l, DRIFT_VALUE, "a", "7", "max");
	done(&l);
}

static void a_policy_that_changes_only_the_period_is_none(void **state)
{
	struct looking l = looking(*state);

	reach(&l, "[a]\ncpu = 0%..1%\n"); /* 2 ms of 100 ms */
	rounds_plan(&l.r, "[a]\ncpu = 0%..0.1%\n"); /* 2 ms of 1 s */
	rounds_at(&l.r, ACTION_WRITE, "a", "cpu.cfs_period_us", "1000000");
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void what_is_left_in_one_hierarchy_holds_nothing_in_another(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_shell("rm -r cpu,cpuacct/cgq/a", l.t->root);
	rounds_plan(&l.r, "[a]\ncpu = 10%..40%\nmemory = 200M\n[a/b]\ntasks = 50\n[c]\ncpu = 20%\n");
	assert_int_equal(look(&l), 1);
	plan_hold(l.r.plan, l.found.list, 1);
	rounds_at(&l.r, ACTION_WRITE, "a", "memory.limit_in_bytes", "209715200");
	assert_int_equal(l.r.plan->n_first, 1);
	done(&l);
}

static void what_the_kernel_never_took_is_none(void **state)
{
	struct looking l = looking(*state);

	rounds_plan(&l.r, policy);
	rounds_apply(&l.r);
	dir_put(l.t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "7\n");
	rounds_look(&l.r);
	made_take(&l.made, l.r.want, l.r.m, &l.r.tree, NULL, 0);
	dir_put(l.t, CONTROLLER_CPU, "/cgq/a", "cpu.shares", "8\n");
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void of_a_cgroup_that_is_gone_only_the_topmost_is_told(void **state)
{
	struct looking l = looking(*state);
	const struct drift *d;

	reach(&l, policy);
	dir_shell("rm -r cpu,cpuacct/cgq/a", l.t->root);
	look(&l);
	d = only(&l, DRIFT_CGROUP, "a", "gone", "there");
	assert_int_equal(d->hierarchy, machine_hierarchy(&l.t->m, CONTROLLER_CPU));
	rounds_apply(&l.r);
	rounds_settled(&l.r);
	done(&l);
}

static void the_whole_tree_may_be_gone(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_shell("rm -r pids/cgq", l.t->root);
	look(&l);
	only(&l, DRIFT_CGROUP, "", "gone", "there");
	plan_hold(l.r.plan, l.found.list, 1);
	assert_int_equal(l.r.plan->n_first + l.r.plan->n_last, 0);
	done(&l);
}

static void a_renamed_group_is_gone_and_its_new_name_strange(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_shell("mv memory/cgq/a memory/cgq/x", l.t->root);
	assert_int_equal(look(&l), 2);
	assert_int_equal(l.found.list[0].kind, DRIFT_CGROUP);
	assert_int_equal(l.found.list[1].kind, DRIFT_STRANGER);
	assert_string_equal(l.found.list[1].path, "x");
	assert_int_equal(l.found.list[1].group, GROUP_NONE);
	/* both left: neither made nor removed */
	plan_hold(l.r.plan, l.found.list, 2);
	assert_int_equal(l.r.plan->n_first + l.r.plan->n_last, 0);
	done(&l);
}

static void a_group_that_the_policy_drops_is_no_stranger(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	rounds_plan(&l.r, "[c]\ncpu = 20%\n");
	assert_int_equal(look(&l), 0);
	/* nor one that somebody made and the policy now asks for */
	dir_shell("mkdir cpu,cpuacct/cgq/d", l.t->root);
	rounds_plan(&l.r, "[c]\ncpu = 20%\n[d]\n");
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void what_is_left_stays_drift_until_it_is_as_it_was(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_MEMORY, "/cgq/a", "memory.limit_in_bytes", "8192\n");
	dir_shell("rm -r cpu,cpuacct/cgq/c && mkdir pids/cgq/x && touch pids/cgq/x/cgroup.procs", l.t->root);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(look(&l), 3);
		plan_hold(l.r.plan, l.found.list, l.found.n);
		assert_int_equal(l.r.plan->n_first + l.r.plan->n_last, 0);
		made_take(&l.made, l.r.want, l.r.m, &l.r.tree, l.found.list, l.found.n);
	}
	look(&l);
	rounds_apply(&l.r);
	rounds_look(&l.r);
	made_take(&l.made, l.r.want, l.r.m, &l.r.tree, NULL, 0);
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void what_was_put_back_in_vain_is_no_drift_any_more(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_MEMORY, "/cgq/a", "memory.limit_in_bytes", "8192\n");
	assert_int_equal(look(&l), 1);
	made_take(&l.made, l.r.want, l.r.m, &l.r.tree, NULL, 0);
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void holding_one_limit_holds_nothing_else(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_MEMORY, "/cgq/a", "memory.limit_in_bytes", "8192\n");
	rounds_plan(&l.r, "[a]\ncpu = 10%..60%\nmemory = 100M\n[a/b]\ntasks = 60\n[c]\ncpu = 20%\n");
	assert_int_equal(look(&l), 1);
	plan_hold(l.r.plan, l.found.list, 1);
	assert_int_equal(l.r.plan->n_first, 2);
	rounds_at(&l.r, ACTION_WRITE, "a", "cpu.cfs_quota_us", "120000");
	rounds_at(&l.r, ACTION_WRITE, "a/b", "pids.max", "60");
	done(&l);
}

static void without_anything_to_enforce_nothing_drifts(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	rounds_plan(&l.r, "");
	dir_shell("mkdir pids/cgq/x", l.t->root);
	assert_int_equal(look(&l), 0);
	strcpy(l.t->m.refusal, "no");
	rounds_plan(&l.r, policy);
	assert_int_equal(look(&l), 0);
	done(&l);
}

static void v2_a_controller_that_is_no_longer_handed_on_is_drift_and_its_limits_are_not_told_too(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_CPU, "/cgq/a", "cgroup.subtree_control", "cpu pids\n");
	dir_shell("rm unified/cgq/a/b/memory.* unified/cgq/a/_self/memory.*", l.t->root);
	look(&l);
	only(&l, DRIFT_CONTROLLER, "a", "-memory", "+memory");
	assert_string_equal(l.found.list[0].file, "cgroup.subtree_control");
	plan_hold(l.r.plan, l.found.list, 1);
	for (size_t i = 0; i < l.r.plan->n_first; i++)
		action_print(&l.r.plan->first[i]);
	assert_int_equal(l.r.plan->n_first, 0);
	made_take(&l.made, l.r.want, l.r.m, &l.r.tree, l.found.list, 1);
	assert_int_equal(look(&l), 1);
	done(&l);
}

static void v2_the_base_hands_on_too(void **state)
{
	struct looking l = looking(*state);

	reach(&l, policy);
	dir_put(l.t, CONTROLLER_CPU, "", "cgroup.subtree_control", "cpu memory\n");
	look(&l);
	only(&l, DRIFT_CONTROLLER, "BASE", "-pids", "+pids");
	done(&l);
}

int main(void)
{
#define V1(name) cmocka_unit_test_setup_teardown(name, dir_tree_v1, dir_tree_done)
#define V2(name) cmocka_unit_test_setup_teardown(name, dir_tree_v2, dir_tree_done)
	const struct CMUnitTest tests[] = {
		V1(nothing_drifts_before_anything_was_in_force),
		V1(what_is_as_it_was_is_none),
		V2(what_is_as_it_was_is_none),
		V1(an_edited_limit_is_drift_with_both_values_and_its_line),
		V1(a_default_that_somebody_set_is_drift_too),
		V1(the_period_of_a_quota_is_a_part_of_it),
		V1(what_a_changed_policy_asks_for_is_none),
		V2(what_a_changed_policy_asks_for_is_none),
		V1(a_policy_that_changes_only_the_period_is_none),
		V1(what_is_left_in_one_hierarchy_holds_nothing_in_another),
		V1(what_the_kernel_never_took_is_none),
		V1(of_a_cgroup_that_is_gone_only_the_topmost_is_told),
		V1(the_whole_tree_may_be_gone),
		V1(a_renamed_group_is_gone_and_its_new_name_strange),
		V1(a_group_that_the_policy_drops_is_no_stranger),
		V1(what_is_left_stays_drift_until_it_is_as_it_was),
		V1(what_was_put_back_in_vain_is_no_drift_any_more),
		V1(holding_one_limit_holds_nothing_else),
		V1(without_anything_to_enforce_nothing_drifts),
		V2(v2_a_controller_that_is_no_longer_handed_on_is_drift_and_its_limits_are_not_told_too),
		V2(v2_the_base_hands_on_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
