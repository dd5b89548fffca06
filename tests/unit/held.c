/* Files that were rolled back stay out until they change. */
#include "policy_help.h"

#include "held.h"
#include "policy_choose.h"

static const char why[] = "not confirmed within 30s";

/* "NAME=TEXT" each; an empty text masks. */
static void files(struct file_set *ret, const char *const *list)
{
	*ret = (struct file_set){ 0 };
	for (; *list; list++) {
		auto_free char *copy = must_strdup(*list);
		char *text = copy, *name = strsep(&text, "=");

		help_put(ret, name, text);
	}
}

static void check(const struct file_set *now, struct held *h, bool forgotten, const char *faults_text)
{
	struct file_set copy = { 0 };
	struct faults faults = { 0 };
	auto_free char *told = NULL;

	for (size_t i = 0; i < now->n; i++)
		file_set_put(&copy, now->list[i].name, now->list[i].path, now->list[i].text, now->list[i].len,
			     now->list[i].masked);
	assert_int_equal(held_apply(h, &copy, &faults), forgotten);
	told = help_faults(&faults);
	assert_string_equal(told, faults_text);
	faults_done(&faults);
	file_set_done(&copy);
}

#define WAITS "rolled back: not confirmed within 30s; waits for a change of the file, or for cgq reload\n"

static const char *const point_list[] = { "1=[a]\ncpu = 1%\n", "2=[b]\ncpu = 1%\n", "3=[c]\ncpu = 1%\n", NULL };
static const char *const now_list[] = { "1=[a]\ncpu = 2%\n", "2=[b]\ncpu = 1%\n", "4=[d]\ncpu = 4%\n", NULL };

static void whatever_differs_is_held_and_nothing_else(void **state)
{
	struct file_set point, now;
	struct held h;

	files(&point, point_list);
	files(&now, now_list);
	held_make(&now, &point, why, &h);
	assert_int_equal(h.n, 3);
	check(&now, &h, false, "1:1: " WAITS "4:1: " WAITS "3:1: its removal was " WAITS);
	held_done(&h);
	file_set_done(&point);
	file_set_done(&now);
}

static void what_was_in_force_before_is_so_again(void **state)
{
	struct machine m = help_machine();
	struct file_set point, now;
	struct faults faults = { 0 };
	struct choice c;
	struct held h;

	files(&point, point_list);
	files(&now, now_list);
	held_make(&now, &point, why, &h);
	held_apply(&h, &now, &faults);
	policy_choose(&now, &faults, &point, &m, &c);
	assert_true(file_sets_equal(&c.in_force, &point));
	assert_int_equal(c.n_refused, 3);
	choice_done(&c);
	faults_done(&faults);
	held_done(&h);
	file_set_done(&point);
	file_set_done(&now);
}

static const struct {
	const char *list[4];
	const char *faults; /* what goes on waiting */
} changed[] = {
	{ { "1=[a]\ncpu = 3%\n", "2=[b]\ncpu = 1%\n", "4=[d]\ncpu = 4%\n" }, "4:1: " WAITS "3:1: its removal was " WAITS },
	{ { "1=[a]\ncpu = 2%\n", "2=[b]\ncpu = 1%\n" }, "1:1: " WAITS "3:1: its removal was " WAITS },
	{ { "1=[a]\ncpu = 2%\n", "3=[c]\ncpu = 1%\n", "4=" }, "1:1: " WAITS },
};

static void one_that_changes_is_taken_and_the_others_wait_on(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(changed); i++) {
		struct file_set point, now, next;
		struct held h;

		files(&point, point_list);
		files(&now, now_list);
		files(&next, changed[i].list);
		held_make(&now, &point, why, &h);
		check(&next, &h, true, changed[i].faults);
		check(&next, &h, false, changed[i].faults);
		held_done(&h);
		file_set_done(&point);
		file_set_done(&now);
		file_set_done(&next);
	}
}

static void the_same_bytes_in_another_folder_are_another_file(void **state)
{
	struct file_set point = { 0 }, now = { 0 };
	struct held h;

	file_set_put(&point, "1", "/a/1", "x", 1, false);
	file_set_put(&now, "1", "/b/1", "x", 1, false);
	held_make(&now, &point, why, &h);
	assert_int_equal(h.n, 1);
	check(&point, &h, true, "");
	held_done(&h);
	file_set_done(&point);
	file_set_done(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_differs_is_held_and_nothing_else),
		cmocka_unit_test(what_was_in_force_before_is_so_again),
		cmocka_unit_test(one_that_changes_is_taken_and_the_others_wait_on),
		cmocka_unit_test(the_same_bytes_in_another_folder_are_another_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
