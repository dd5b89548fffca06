/* The drop-in of `cgq set --save`: merged by group and key, and nothing of it lost. */
#include "policy_help.h"

#include <errno.h>
#include <stdlib.h>

#include "dropin.h"

#define HEAD                                                                                                         \
	"# Written by cgq set --save, last by root at W.\n"                                                          \
	"# It is written anew each time: comments are lost, settings and rules stay.\n"                              \
	"# Files whose names sort after 90-cgq-set.conf override it.\n"

static const struct row {
	const char *what, *old;	     /* NULL: there is no file */
	const char *put[3];	     /* "GROUP KEY VALUE" */
	const char *group, *keys[2]; /* to be dropped */
	bool all;
	const char *text;	     /* after the head; NULL: nothing is left */
} rows[] = {
	{ "a first value", NULL, { "web cpu 40%" }, NULL, { 0 }, false, "\n[web]\ncpu = 40%\n" },
	{ "several", NULL, { "web cpu 40%", "web/php cpu 10%", "web tasks 7" }, NULL, { 0 }, false,
	  "\n[web]\ncpu = 40%\ntasks = 7\n\n[web/php]\ncpu = 10%\n" },
	{ "one more", "[web]\ncpu = 40%\n", { "web tasks 7" }, NULL, { 0 }, false, "\n[web]\ncpu = 40%\ntasks = 7\n" },
	{ "another value", "[web]\ncpu = 40%\ntasks = 7\n", { "web cpu 50%" }, NULL, { 0 }, false,
	  "\n[web]\ntasks = 7\ncpu = 50%\n" },
	{ "the same key of another group stays", "[a]\ncpu = 1%\n[b]\ncpu = 2%\n", { "b cpu 3%" }, NULL, { 0 }, false,
	  "\n[a]\ncpu = 1%\n\n[b]\ncpu = 3%\n" },
	{ "rules that somebody wrote into it stay", "# mine\n[a]\nmatch = name:x\\,y  user:u\nmatch.b = !exe:/bin/x\n",
	  { "a cpu 3%" }, NULL, { 0 }, false, "\n[a]\nmatch = name:x\\,y user:u\nmatch.b = !exe:/bin/x\ncpu = 3%\n" },
	{ "a key is taken out", "[a]\ncpu = 1%\ntasks = 2\n[b]\ncpu = 2%\n", { 0 }, "a", { "cpu" }, false,
	  "\n[a]\ntasks = 2\n\n[b]\ncpu = 2%\n" },
	{ "a group is taken out", "[a]\ncpu = 1%\ntasks = 2\n[b]\ncpu = 2%\n", { 0 }, "a", { 0 }, true,
	  "\n[b]\ncpu = 2%\n" },
	{ "nothing is left", "[a]\ncpu = 1%\n", { 0 }, "a", { 0 }, true, NULL },
	{ "an empty file", "", { "a cpu 1%" }, NULL, { 0 }, false, "\n[a]\ncpu = 1%\n" },
};

static void put(struct overrides *o, const char *text)
{
	char *copy = must_strdup(text), *rest = copy;
	char *group = strsep(&rest, " "), *key = strsep(&rest, " ");

	overrides_put(o, &(struct override){ group, key, rest, (char *)"root", (char *)"W" });
	free(copy);
}

static int change(const struct row *row, char **ret, struct faults *faults)
{
	struct overrides o = { 0 };
	struct file_set set = { 0 };
	struct dropin_change c = { &o, row->group, row->keys, 0, row->all, "root", "W" };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(row->put) && row->put[i]; i++)
		put(&o, row->put[i]);
	while (c.n_keys < ARRAY_SIZE(row->keys) && row->keys[c.n_keys])
		c.n_keys++;
	if (row->old)
		help_put(&set, DROPIN_NAME, row->old);
	r = dropin_change(row->old ? set.list : NULL, &c, ret, faults);
	file_set_done(&set);
	overrides_done(&o);
	return r;
}

static void it_holds_what_it_held_but_for_what_was_asked(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct faults faults = { 0 };
		auto_free char *text = NULL;

		assert_int_equal(change(&rows[i], &text, &faults), 0);
		assert_int_equal(faults.n, 0);
		if (!rows[i].text) {
			assert_null(text);
			continue;
		}
		assert_non_null(text);
		assert_memory_equal(text, HEAD, strlen(HEAD));
		if (strcmp(text + strlen(HEAD), rows[i].text))
			print_error("%s\n", rows[i].what);
		assert_string_equal(text + strlen(HEAD), rows[i].text);
	}
}

static void what_is_written_can_be_read_and_written_again(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row again = { .old = NULL };
		struct row second = again;
		struct faults faults = { 0 };
		auto_free char *text = NULL, *same = NULL;

		change(&rows[i], &text, &faults);
		if (!text)
			continue;
		second.old = text;
		assert_int_equal(change(&second, &same, &faults), 0);
		assert_string_equal(same, text);
	}
}

static void a_faulty_one_is_not_touched(void **state)
{
	static const struct row row = { .old = "[web]\ncpu = lots\n", .put = { "web tasks 7" } };
	struct faults faults = { 0 };
	char *text = NULL;
	auto_free char *told = NULL;

	assert_int_equal(change(&row, &text, &faults), -EINVAL);
	assert_null(text);
	told = help_faults(&faults);
	assert_string_equal(told, "90-cgq-set.conf:2: cpu: 'lots' is not an amount of CPU (like 40%, 1.5 cores or max)\n");
	faults_done(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds_what_it_held_but_for_what_was_asked),
		cmocka_unit_test(what_is_written_can_be_read_and_written_again),
		cmocka_unit_test(a_faulty_one_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
