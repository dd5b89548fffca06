/* Frozen groups: what is wanted and planned on v1 and v2, and who is remembered as frozen. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "frozen.h"
#include "rounds.h"

static const char two[] = "[a]\n[a/b]\n[c]\n"; /* groups 0 to 2 */
static const bool first[] = {true, false, false}, last[] = {false, false, true};

static int v1_with_freezer(void **state)
{
	return dir_tree_new(state, "mkdir cpu,cpuacct memory freezer", LAYOUT_V1);
}

static const char *frozen_file(const struct dir_tree *t)
{
	return dir_hierarchy(t, CONTROLLER_FREEZER)->version == 1 ? "freezer.state" : "cgroup.freeze";
}

static bool is_frozen(struct dir_tree *t, const char *path)
{
	const char *text = dir_read(t, CONTROLLER_FREEZER, path, frozen_file(t));

	return !strcmp(text, "FROZEN") || !strcmp(text, "1");
}

static void reach(struct rounds *r, const char *text, const bool *frozen)
{
	r->frozen = frozen;
	rounds_reach(r, text);
}

static void a_frozen_group_is_written_once_and_nothing_else(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};

	reach(&r, two, first);
	assert_true(is_frozen(t, "/cgq/a"));
	/* the kernel stops those below by itself */
	assert_false(is_frozen(t, "/cgq/a/b"));
	assert_false(is_frozen(t, "/cgq/a/_self"));
	assert_false(is_frozen(t, "/cgq/c"));
	reach(&r, two, last);
	assert_false(is_frozen(t, "/cgq/a"));
	assert_true(is_frozen(t, "/cgq/c"));
	rounds_done(&r);
}

/* From every state to every other, a second look finds nothing to do. */
static void a_second_plan_is_empty_frozen_or_not(void **state)
{
	static const struct {
		const char *policy;
		const bool *frozen;
	} rows[] = {{two, NULL}, {two, first}, {two, last}, {"", NULL}, {"[a]\n[a/b]\n[x]\n", last}, {"[a]\ntasks = 5\n", first}};
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};

	for (size_t from = 0; from < ARRAY_SIZE(rows); from++)
		for (size_t to = 0; to < ARRAY_SIZE(rows); to++) {
			reach(&r, rows[from].policy, rows[from].frozen);
			reach(&r, rows[to].policy, rows[to].frozen);
		}
	rounds_done(&r);
}

static const struct action *find_thaw(const struct action *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].knob == KNOB_FREEZE && list[i].kind == ACTION_WRITE && !strcmp(list[i].path, path))
			return &list[i];
	return NULL;
}

static void what_goes_is_thawed_before_processes_are_moved(void **state)
{
	static const char *const policies[] = {"[a]\n[a/b]\n", "", "[a]\n[a/b]\n[c]\nenforce = no\n"};
	struct dir_tree *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct rounds r = {.k = t->k, .m = &t->m};
		const struct action *thaw;

		reach(&r, two, last);
		r.frozen = NULL;
		rounds_plan(&r, policies[i]);
		thaw = find_thaw(r.plan->first, r.plan->n_first, "c");
		assert_non_null(thaw);
		assert_true(!strcmp(thaw->text, "THAWED") || !strcmp(thaw->text, "0"));
		rounds_done(&r);
	}
}

static void v1_has_the_tree_in_the_freezer_hierarchy_only_while_something_is_frozen(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_FREEZER);
	char text[16];

	reach(&r, two, NULL);
	assert_int_equal(t->k->read(t->k, h, "/cgq", "freezer.state", text, sizeof(text), NULL), -ENOENT);
	reach(&r, two, first);
	assert_false(is_frozen(t, "/cgq/c")); /* processes are placed alike everywhere: all groups stand there */
	reach(&r, two, NULL);
	assert_int_equal(t->k->read(t->k, h, "/cgq", "freezer.state", text, sizeof(text), NULL), -ENOENT);
	rounds_done(&r);
}

static void without_a_freezer_it_is_not_to_be_had_and_says_so(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};
	const struct wanted *w;

	reach(&r, two, first);
	w = &r.want->nodes[r.want->node_of_group[0]].wanted[KNOB_FREEZE];
	assert_true(w->asked);
	assert_int_equal(w->value.kind, VALUE_UNKNOWN);
	assert_string_equal(w->impossible, "this machine has no freezer controller mounted");
	rounds_done(&r);
}

/* Where v1's freezer.state says FROZEN of a group whose parent is, its own state is read from elsewhere. */
static void a_child_of_a_frozen_group_is_not_frozen_itself(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};

	reach(&r, two, first);
	dir_put(t, CONTROLLER_FREEZER, "/cgq/a/b", "freezer.state", "FROZEN");
	rounds_look(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void what_an_earlier_daemon_left_frozen_is_adopted(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = {.k = t->k, .m = &t->m};
	struct frozen f = {0};
	auto_free bool *groups = NULL;

	reach(&r, two, first);
	frozen_adopt(&f, r.policy, &r.tree);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.list[0].path, "a");
	assert_false(f.list[0].known);
	groups = frozen_groups(&f, r.policy);
	assert_true(groups[0] && !groups[1] && !groups[2]);
	frozen_done(&f);
	rounds_done(&r);
}

static void who_is_frozen_is_known_by_path(void **state)
{
	struct frozen f = {0};

	assert_null(frozen_find(NULL, "a"));
	assert_null(frozen_find(&f, "a"));
	frozen_put(&f, "a", 7, 70);
	frozen_put(&f, "a/b/c", 8, 80);
	frozen_put(&f, "a", 9, 90); /* whose it was first, it stays */
	assert_int_equal(f.n, 2);
	assert_int_equal(frozen_find(&f, "a")->uid, 7);
	assert_int_equal(frozen_find(&f, "a/b")->uid, 7);
	assert_int_equal(frozen_find(&f, "a/b/c/d")->uid, 8);
	assert_int_equal(frozen_above(&f, "a/b/c")->uid, 7);
	assert_null(frozen_above(&f, "a"));
	assert_null(frozen_find(&f, "ab"));
	assert_null(frozen_find(&f, "b"));
	assert_int_equal(frozen_drop(&f, "a/b"), 1);
	assert_int_equal(frozen_drop(&f, "a/b"), 0);
	assert_int_equal(frozen_find(&f, "a/b/c")->uid, 7);
	assert_int_equal(frozen_drop(&f, "a"), 1);
	frozen_done(&f);
}

static void note_path(void *ctx, const char *path)
{
	strcat(ctx, path);
	strcat(ctx, ";");
}

static void a_freeze_ends_with_its_group(void **state)
{
	struct policy *p = policy_of("[a]\n[a/b]\nenforce = no\n[d]\n");
	struct frozen f = {0};
	char told[64] = "";

	frozen_put(&f, "a", 0, 1);
	frozen_put(&f, "a/b", 0, 1);
	frozen_put(&f, "gone", 0, 1);
	frozen_trim(&f, p, note_path, told);
	assert_string_equal(told, "gone;a/b;");
	assert_int_equal(f.n, 1);
	assert_string_equal(f.list[0].path, "a");
	frozen_done(&f);
	policy_free(p);
}

#define ON_V1(test) cmocka_unit_test_setup_teardown(test, v1_with_freezer, dir_tree_done)
#define ON_V2(test) cmocka_unit_test_setup_teardown(test, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V1(a_frozen_group_is_written_once_and_nothing_else),
		ON_V2(a_frozen_group_is_written_once_and_nothing_else),
		ON_V1(a_second_plan_is_empty_frozen_or_not),
		ON_V2(a_second_plan_is_empty_frozen_or_not),
		ON_V1(what_goes_is_thawed_before_processes_are_moved),
		ON_V2(what_goes_is_thawed_before_processes_are_moved),
		ON_V1(v1_has_the_tree_in_the_freezer_hierarchy_only_while_something_is_frozen),
		cmocka_unit_test_setup_teardown(without_a_freezer_it_is_not_to_be_had_and_says_so, dir_tree_v1, dir_tree_done),
		ON_V1(a_child_of_a_frozen_group_is_not_frozen_itself),
		ON_V1(what_an_earlier_daemon_left_frozen_is_adopted),
		ON_V2(what_an_earlier_daemon_left_frozen_is_adopted),
		cmocka_unit_test(who_is_frozen_is_known_by_path),
		cmocka_unit_test(a_freeze_ends_with_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
