/* Laws of what waits at the gate, and of which files are held back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "place.h"
#include "strict_files.h"
#include "strict_pending.h"

#include <cmocka.h>

#include "policy_help.h"

static struct pending p;

static struct pending_one one_of(uint64_t id, uint64_t at_ns, int group)
{
	return (struct pending_one){ .said = { .id = id, .at_ns = at_ns }, .group = group, .event = (int)id + 100 };
}

static int fill(void **state)
{
	p.n = 0;
	for (uint64_t id = 1; id <= 3; id++) {
		struct pending_one one = one_of(id, id * 10, id == 2 ? 6 : 5);

		assert_true(pending_add(&p, &one));
	}
	return 0;
}

static void an_answer_finds_its_question_in_any_order_and_once(void **state)
{
	struct pending_one one;

	assert_true(pending_take(&p, 3, &one));
	assert_int_equal(one.event, 103);
	assert_true(pending_take(&p, 1, &one));
	assert_false(pending_take(&p, 1, &one));
	assert_false(pending_take(&p, 77, &one));
	assert_true(pending_take(&p, 2, &one));
	assert_int_equal(one.group, 6);
	assert_int_equal(p.n, 0);
}

static void who_waited_long_enough_goes_on_and_nobody_else(void **state)
{
	struct pending_one one;

	assert_false(pending_take_old(&p, 9, &one));
	assert_true(pending_take_old(&p, 20, &one));
	assert_int_equal(one.said.id, 1);
	assert_true(pending_take_old(&p, 20, &one));
	assert_int_equal(one.said.id, 2);
	assert_false(pending_take_old(&p, 20, &one));
	assert_int_equal(p.n, 1);
}

static void more_than_there_is_room_for_is_not_taken(void **state)
{
	struct pending_one one = one_of(9, 99, 5);

	while (p.n < PENDING_MAX)
		assert_true(pending_add(&p, &one));
	assert_false(pending_add(&p, &one));
	assert_true(pending_take(&p, 1, &one));
	assert_true(pending_add(&p, &one));
}

static void a_group_is_waited_for_until_its_last_question(void **state)
{
	struct pending_one one;

	assert_true(pending_has_group(&p, 6));
	assert_true(pending_take(&p, 2, &one));
	assert_false(pending_has_group(&p, 6));
	assert_true(pending_has_group(&p, 5));
}

/* A folder with a script, a link and two files. */
static char folder[64];

static void put(const char *name, const char *text)
{
	auto_free char *path = must_printf("%s/%s", folder, name);
	auto_file FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
}

static int folder_make(void **state)
{
	auto_free char *link = NULL;

	snprintf(folder, sizeof(folder), "/tmp/cgq-test-strict-XXXXXX");
	assert_non_null(mkdtemp(folder));
	put("one", "x");
	put("two", "xyz");
	put("script", "#!/bin/sh\n");
	link = must_printf("%s/link", folder);
	return symlink("one", link);
}

static int folder_remove(void **state)
{
	static const char *const names[] = { "one", "two", "script", "link" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		auto_free char *path = must_printf("%s/%s", folder, names[i]);

		unlink(path);
	}
	return rmdir(folder);
}

/* "%s" of the text is the folder. */
static struct strict_files files_of(const char *text)
{
	struct strict_files files;
	char policy[1000];
	struct policy *made;
	size_t n = 0;

	for (const char *at; (at = strchr(text, '%')); text = at + 1)
		n += (size_t)snprintf(policy + n, sizeof(policy) - n, "%.*s%s", (int)(at - text), text, folder);
	snprintf(policy + n, sizeof(policy) - n, "%s", text);
	made = help_policy(policy);
	strict_files_make(made, &files);
	policy_free(made);
	return files;
}

static void only_what_enforced_strict_groups_name_and_is_there_counts(void **state)
{
	static const struct {
		const char *policy;
		size_t n;
	} rows[] = {
		{ "[a]\nmatch = exe:%/one\n", 0 },
		{ "[a]\nmatch = exe:%/one\nstrict = no\n", 0 },
		{ "[a]\nmatch = name:one\nstrict = yes\n", 0 },
		{ "[a]\nmatch = name:x !exe:%/one\nstrict = yes\n", 0 },
		{ "[a]\nmatch = exe:%/missing\nstrict = yes\n", 0 },
		{ "[a]\nmatch = exe:%\nstrict = yes\n", 0 },
		{ "[a]\nmatch = exe:%/one\nstrict = yes\nenforce = no\n", 0 },
		{ "[a]\nenforce = no\n[a/b]\nmatch = exe:%/one\nstrict = yes\n", 0 },
		{ "[a]\nstrict = yes\n[a/b]\nmatch = exe:%/one\n", 0 },
		{ "[a]\nmatch = exe:%/one\nstrict = yes\n", 1 },
		{ "[a]\nmatch = exe:%/one,%/missing user:0\nmatch.b = exe:%/two\nstrict = yes\n", 2 },
		{ "[a]\nmatch = exe:%/t*\nstrict = yes\n", 1 },
		{ "[a]\nmatch = exe:%/?[nw]?\nstrict = yes\n", 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct strict_files files = files_of(rows[i].policy);

		if (files.n != rows[i].n)
			print_error("%s", rows[i].policy);
		assert_int_equal(files.n, rows[i].n);
		strict_files_done(&files);
	}
}

static void a_file_is_found_by_what_it_is_and_called_by_its_own_name(void **state)
{
	struct strict_files files = files_of("[a]\nmatch = exe:%/link\nstrict = yes\n");
	auto_free char *path = must_printf("%s/one", folder);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(files.n, 1);
	assert_int_equal(files.list[0].error, 0);
	assert_string_equal(files.list[0].name, "one");
	assert_ptr_equal(strict_files_find(&files, st.st_dev, st.st_ino), &files.list[0]);
	assert_null(strict_files_find(&files, st.st_dev + 1, st.st_ino));
	assert_null(strict_files_bad(&files, 0));
	strict_files_close(&files);
	assert_int_equal(files.list[0].fd, -1);
	strict_files_done(&files);
}

static void what_never_is_the_executable_of_its_process_is_not_held_back(void **state)
{
	struct strict_files files = files_of("[a]\nmatch = exe:%/script\nstrict = yes\n"
					     "[b]\nmatch = exe:/lib*/ld-linux*.so.*\nstrict = yes\n"
					     "[c]\nmatch = exe:%/one\nstrict = yes\n");

	assert_true(files.n >= 3);
	assert_string_equal(strict_file_reason(strict_files_bad(&files, 0)), "a script: what runs is its interpreter");
	assert_string_equal(strict_file_reason(strict_files_bad(&files, 1)), "the dynamic loader, which every program opens");
	assert_null(strict_files_bad(&files, 2));
	strict_files_done(&files);
}

/* What would hold it there by a later look: a rule that was edited lets go of its own only. */
static void one_whose_exec_failed_is_held_by_what_held_it_before(void **state)
{
	static const struct {
		enum verdict_kind kind;
		uint64_t key;
	} rows[] = { { VERDICT_RULE, 7 }, { VERDICT_STAYS, 3 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct member one = { .group = 1, .rule_key = 7, .ahead_ns = 5, .before_group = 0, .before_key = 3,
				      .journaled = true };

		place_land(&one, &(struct verdict){ .kind = rows[i].kind });
		assert_int_equal(one.rule_key, rows[i].key);
		assert_int_equal(one.ahead_ns, 0);
		assert_false(one.journaled); /* that says what held it before */
		place_land(&one, &(struct verdict){ .kind = VERDICT_STAYS });
		assert_int_equal(one.rule_key, rows[i].key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_answer_finds_its_question_in_any_order_and_once, fill),
		cmocka_unit_test_setup(who_waited_long_enough_goes_on_and_nobody_else, fill),
		cmocka_unit_test_setup(more_than_there_is_room_for_is_not_taken, fill),
		cmocka_unit_test_setup(a_group_is_waited_for_until_its_last_question, fill),
		cmocka_unit_test_setup_teardown(only_what_enforced_strict_groups_name_and_is_there_counts, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(a_file_is_found_by_what_it_is_and_called_by_its_own_name, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(what_never_is_the_executable_of_its_process_is_not_held_back, folder_make,
						folder_remove),
		cmocka_unit_test(one_whose_exec_failed_is_held_by_what_held_it_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
