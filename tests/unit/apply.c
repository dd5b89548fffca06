/* Plan becomes writes: a failure touches its own item, and what the kernel changes is not taken for done. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "rounds.h"

/* A kernel that says no. Only one test at a time uses it. */
static struct {
	int (*write)(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, const char *text,
		     struct err *e);
	const char *path, *file; /* refused … */
	int code;
	int times;		 /* … this often; -1: always */
	const char *instead;	 /* taken, but as this */
	unsigned writes, told;
} no;

static int write_no(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, const char *text,
		    struct err *e)
{
	bool hit = no.path && !strcmp(path, no.path) && !strcmp(file, no.file) && no.times;

	no.writes++;
	if (hit && no.times > 0)
		no.times--;
	if (hit && no.code)
		return (fail)(e, no.code, "%s: %s: write: %s", path, file, strerror(no.code));
	return no.write(k, h, path, file, hit ? no.instead : text, e);
}

static void tell_count(void *ctx, const struct action *a, int error, const struct err *e)
{
	no.told++;
	rounds_tell(ctx, a, error, e);
}

static struct rounds rounds_with_no(struct dir_tree *t, const char *path, const char *file, int code, int times)
{
	memset(&no, 0, sizeof(no));
	no.write = t->k->write;
	no.path = path;
	no.file = file;
	no.code = code;
	no.times = times;
	t->k->write = write_no;
	return (struct rounds){ .k = t->k, .m = &t->m };
}

static void a_refused_write_touches_nothing_else(void **state)
{
	static const int codes[] = { EINVAL, EBUSY, ENOSPC, EIO, ENODEV, EROFS, EPERM };
	struct dir_tree *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct rounds r = rounds_with_no(t, "/cgq/a", "cpu.shares", codes[i], -1);

		rounds_plan(&r, "[a]\ncpu = 40%\nmemory = 10M\n[b]\ncpu = 30%\n");
		rounds_apply(&r);
		assert_int_equal(r.first.failed, 1);
		assert_int_equal(r.told.code, codes[i]);
		assert_int_equal(r.first.done, r.plan->n_first - 1);
		assert_string_equal(dir_read(t, CONTROLLER_CPU, "/cgq/b", "cpu.shares"), "30720");
		assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.limit_in_bytes"), "10485760");
		assert_int_equal(r.refusals.n, 1);
		assert_int_equal(r.refusals.list[0].error, codes[i]);
		assert_int_equal(r.refusals.list[0].left.number, 1024);
		rounds_settled(&r);
		t->k->write = no.write;
		rounds_reach(&r, "");
		rounds_done(&r);
	}
}

static void what_comes_too_early_is_tried_again_after_the_others(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_with_no(t, "/cgq/a", "cpu.shares", EINVAL, 1);

	rounds_reach(&r, "[a]\ncpu = 40%\n");
	assert_int_equal(r.refusals.n, 0);
	t->k->write = no.write;
	rounds_done(&r);
}

static void what_the_kernel_keeps_otherwise_is_a_refusal(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_with_no(t, "/cgq/a", "cpu.shares", 0, -1);

	no.instead = "2";
	rounds_plan(&r, "[a]\ncpu = 40%\n");
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 1);
	assert_string_equal(r.told.text, "/cgq/a: cpu.shares: wrote '40960', the kernel keeps '2'");
	assert_int_equal(r.refusals.list[0].error, 0);
	assert_int_equal(r.refusals.list[0].left.number, 2);
	rounds_settled(&r);
	/* asked for something else, and taken: forgotten */
	t->k->write = no.write;
	rounds_reach(&r, "[a]\ncpu = 30%\n");
	assert_int_equal(r.refusals.n, 0);
	rounds_done(&r);
}

static void every_action_is_told_of_once(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = rounds_with_no(t, "/cgq/a", "cpu.shares", EBUSY, -1);
	struct applier a = { .kernel = t->k, .machine = &t->m, .refusals = &r.refusals, .tell = tell_count, .ctx = &r };

	rounds_plan(&r, "[a]\ncpu = 40%\n[b]\n");
	apply_first(&a, r.plan, &r.first);
	assert_int_equal(no.told, r.plan->n_first);
	assert_int_equal(r.first.done + r.first.failed, r.plan->n_first);
	rounds_done(&r);
}

static void the_populated_are_not_removed_and_tried_at_the_next_look(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = { .k = t->k, .m = &t->m };

	rounds_reach(&r, "[a]\n[b]\n");
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cgroup.procs", "17\n");
	rounds_plan(&r, "[b]\n");
	rounds_apply(&r);
	assert_int_equal(r.last.failed, 1);
	assert_int_equal(r.last.done, 1);
	assert_int_equal(r.told.code, EBUSY);
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cgroup.procs", "");
	rounds_look(&r);
	rounds_apply(&r);
	rounds_settled(&r);
	rounds_done(&r);
}

static void a_refusal_goes_with_its_cgroup_and_its_children(void **state)
{
	struct dir_tree *t = *state;
	struct rounds r = { .k = t->k, .m = &t->m };
	struct value left = { .kind = VALUE_NUMBER, .number = 1024 };

	rounds_reach(&r, "[a]\n[a/b]\n[c]\n");
	refusals_put(&r.refusals, "a", KNOB_CPU_WEIGHT, "5", &left, EBUSY);
	refusals_put(&r.refusals, "a/b", KNOB_CPU_WEIGHT, "5", &left, EBUSY);
	refusals_put(&r.refusals, "c", KNOB_CPU_WEIGHT, "5", &left, EBUSY);
	rounds_plan(&r, "[a]\n[c]\n");
	rounds_apply(&r);
	assert_int_equal(r.refusals.n, 1);
	assert_string_equal(r.refusals.list[0].path, "c");
	rounds_done(&r);
}

#define ON_V1(test) cmocka_unit_test_setup_teardown(test, dir_tree_v1, dir_tree_done)

static void a_list_that_was_left_is_remembered_for_itself(void **state)
{
	struct refusals refusals = {0};
	char text[] = "0-3";
	struct value left = {.kind = VALUE_LIST, .list = text};

	refusals_put(&refusals, "a", KNOB_CPUS, "0-7", &left, EINVAL);
	text[0] = '2';
	assert_string_equal(refusals_find(&refusals, "a", KNOB_CPUS, "0-7")->left.list, "0-3");
	refusals_put(&refusals, "a", KNOB_CPUS, "0-7", &left, EINVAL);
	assert_string_equal(refusals_find(&refusals, "a", KNOB_CPUS, "0-7")->left.list, "2-3");
	refusals_clear(&refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V1(a_refused_write_touches_nothing_else),
		ON_V1(what_comes_too_early_is_tried_again_after_the_others),
		ON_V1(what_the_kernel_keeps_otherwise_is_a_refusal),
		ON_V1(every_action_is_told_of_once),
		ON_V1(the_populated_are_not_removed_and_tried_at_the_next_look),
		ON_V1(a_refusal_goes_with_its_cgroup_and_its_children),
		cmocka_unit_test(a_list_that_was_left_is_remembered_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
