/* Pins: whose they are, who inherits, how they end; and what the state folder may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "boot_id.h"
#include "pin_store.h"

static struct pin pin_of(pid_t pid, const char *group, bool children)
{
	struct pin one = {.pid = pid, .start_ticks = 100, .key = (uint64_t)pid * 1000, .children = children, .uid = 5, .at_usec = 9};

	snprintf(one.group, sizeof(one.group), "%s", group);
	return one;
}

static struct pins *pins_with(pid_t pid, const char *group, bool children)
{
	struct pins *p = pins_new();
	struct pin one = pin_of(pid, group, children);

	pins_put(p, &one);
	return p;
}

static void a_recycled_pid_is_not_pinned(void **state)
{
	struct pins *p = pins_with(7, "a", false);

	assert_non_null(pins_of(p, 7, 100));
	assert_null(pins_of(p, 7, 101));
	assert_null(pins_of(p, 8, 100));
	assert_null(pins_find(NULL, 7));
	pins_free(p);
}

static void a_child_inherits_only_where_children_are_meant(void **state)
{
	struct pins *p = pins_with(7, "a", true);
	struct pin alone = pin_of(8, "b", false);

	pins_put(p, &alone);
	pins_fork(p, 7, 70, 0);
	pins_fork(p, 8, 80, 0);
	pins_fork(p, 9, 90, 0);
	assert_null(pins_find(p, 80));
	assert_null(pins_find(p, 90));
	assert_string_equal(pins_find(p, 70)->group, "a");
	assert_int_equal(pins_find(p, 70)->uid, 5);
	assert_true(pins_find(p, 70)->inherited);
	/* its start is learned when it is first looked at, and counts from then on */
	assert_non_null(pins_of(p, 70, 300));
	assert_null(pins_of(p, 70, 301));
	/* grandchildren too; and a pid that is born again forgets what it was */
	pins_fork(p, 70, 700, 0);
	assert_non_null(pins_find(p, 700));
	pins_fork(p, 9, 700, 0);
	assert_null(pins_find(p, 700));
	pins_free(p);
}

static void a_released_decision_ends_for_all_heirs(void **state)
{
	struct pins *p = pins_with(7, "a", true);
	struct pin other = pin_of(8, "a", true);

	pins_put(p, &other);
	pins_fork(p, 7, 70, 1);
	pins_fork(p, 70, 700, 1);
	assert_true(pins_hold(p, 7000));
	assert_true(pins_release(p, 7));
	assert_false(pins_release(p, 7));
	assert_false(pins_hold(p, 7000));
	assert_int_equal(pins_count(p), 1);
	assert_non_null(pins_find(p, 8));
	pins_free(p);
}

static void a_released_heir_is_free_alone_and_inherits_no_more(void **state)
{
	struct pins *p = pins_with(7, "a", true);

	pins_fork(p, 7, 70, 1);
	pins_fork(p, 7, 71, 1);
	assert_true(pins_release(p, 70));
	assert_false(pins_release(p, 70));
	assert_string_equal(pins_find(p, 70)->group, "");
	assert_string_equal(pins_find(p, 71)->group, "a");
	assert_string_equal(pins_find(p, 7)->group, "a");
	pins_fork(p, 70, 700, 1);
	assert_null(pins_find(p, 700));
	pins_free(p);
}

static void a_decision_holds_while_one_heir_lives(void **state)
{
	struct pins *p = pins_with(7, "a", true);

	pins_fork(p, 7, 70, 1);
	pins_drop(p, 7);
	assert_true(pins_hold(p, 7000));
	pins_release(p, 70); /* only released, it holds nothing */
	assert_false(pins_hold(p, 7000));
	pins_free(p);
}

static void drop_it(void *ctx, struct pin *one)
{
	pins_drop(ctx, one->pid);
}

static void a_walk_may_drop_the_current_one(void **state)
{
	struct pins *p = pins_new();

	for (pid_t pid = 50; pid > 0; pid--) {
		struct pin one = pin_of(pid, "a", false);

		pins_put(p, &one);
	}
	pins_each(p, drop_it, p);
	assert_int_equal(pins_count(p), 0);
	pins_free(p);
}

/* --- the state folder --- */

static char folder_path[] = "/tmp/cgq-test-pins-XXXXXX";
static int folder = -1;

static int folder_make(void **state)
{
	strcpy(strrchr(folder_path, '-'), "-XXXXXX");
	assert_non_null(mkdtemp(folder_path));
	folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder < 0;
}

static int folder_drop(void **state)
{
	unlinkat(folder, "pins", 0);
	unlinkat(folder, "pins", AT_REMOVEDIR);
	unlinkat(folder, ".pins.new", AT_REMOVEDIR);
	close(folder);
	return rmdir(folder_path);
}

static void put_file(const char *text, size_t len)
{
	auto_fd int fd = openat(folder, "pins", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, len), len);
}

static void what_was_decided_is_known_to_the_next_daemon(void **state)
{
	struct pins *p = pins_with(7, "web/php", true), *next = pins_new();
	struct err e = {0};
	const struct pin *one;

	pins_fork(p, 7, 70, 300);
	pins_fork(p, 7, 71, 301);
	pins_release(p, 71);
	pins_fork(p, 7, 72, 0); /* not looked at yet: its parent tells of it again */
	assert_int_equal(pin_store_save(folder, p, &e), 0);
	assert_int_equal(pin_store_load(folder, next, &e), 0);
	assert_int_equal(pins_count(next), 3);
	one = pins_of(next, 7, 100);
	assert_non_null(one);
	assert_string_equal(one->group, "web/php");
	assert_true(one->children && !one->inherited && one->uid == 5 && one->at_usec == 9 && one->key == 7000);
	assert_true(pins_of(next, 70, 300)->inherited);
	assert_string_equal(pins_of(next, 71, 301)->group, "");
	assert_false(pins_changed(next));
	pins_free(p);
	pins_free(next);
}

static void nothing_is_written_where_nothing_changed(void **state)
{
	struct pins *p = pins_with(7, "a", false);
	struct stat st;

	assert_int_equal(pin_store_save(folder, p, NULL), 0);
	unlinkat(folder, "pins", 0);
	assert_int_equal(pin_store_save(folder, p, NULL), 0);
	assert_int_equal(fstatat(folder, "pins", &st, 0), -1);
	pins_drop(p, 7);
	assert_int_equal(pin_store_save(folder, p, NULL), 0);
	assert_int_equal(fstatat(folder, "pins", &st, 0), 0);
	pins_free(p);
}

static void more_than_can_be_read_again_is_left_out_and_told(void **state)
{
	struct pins *p = pins_new(), *next = pins_new();
	struct pin one = {.start_ticks = UINT64_MAX, .key = UINT64_MAX, .uid = UINT32_MAX, .at_usec = UINT64_MAX};
	struct err e = {0};

	memset(one.group, 'a', GROUP_PART_MAX_BYTES);
	for (one.pid = 1; one.pid <= 200000; one.pid++)
		pins_put(p, &one);
	assert_int_equal(pin_store_save(folder, p, &e), -EFBIG);
	assert_int_equal(strncmp(e.text, "state: pins: ", 13), 0);
	assert_false(pins_changed(p)); /* not again every second */
	assert_int_equal(pin_store_load(folder, next, NULL), 0);
	assert_true(pins_count(next) > 100000);
	pins_free(p);
	pins_free(next);
}

static char *text_of_boot(const char *lines)
{
	char boot[BOOT_ID_SIZE];

	boot_id_read(boot);
	return must_printf("cgq-pins 1 %s\n%s", boot, lines);
}

static void damaged_lines_cost_one_line_of_log_and_no_other_pin(void **state)
{
	static const char *const lines[] = {
		"x 100 1 0 0 0 0 a", "0 100 1 0 0 0 0 a", "4294967303 100 1 0 0 0 0 a", "8 0 1 0 0 0 0 a", "8 -1 1 0 0 0 0 a",
		"8 100 1 3 0 0 0 a", "8 100 1 0 7 0 0 a", "8 100 1 0 0 4294967296 0 a", "8 100 1 0 0 0 0", "8 100 1 0 0 0 0 ",
		"8 100 1 0 0 0 0 ../x", "8 100 1 0 0 0 0 A", "8 100 1 0 0 0 0 a b", "8 100 1 0 0 0 0 a\x1b[2J", "8", " ",
		"8 100 18446744073709551616 0 0 0 0 a",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		auto_free char *both = must_printf("%s\n7 100 1 0 0 0 0 a\n", lines[i]);
		auto_free char *text = text_of_boot(both);
		struct pins *p = pins_new();
		struct err e = {0};

		put_file(text, strlen(text));
		assert_int_equal(pin_store_load(folder, p, &e), -EBADMSG);
		assert_string_equal(e.text, "state: pins has 1 damaged lines; their processes are not pinned any more");
		assert_int_equal(pins_count(p), 1);
		assert_non_null(pins_of(p, 7, 100));
		pins_free(p);
	}
}

/* What an earlier version wrote is read as it was meant; the kind of cgq run is one more of the same number. */
static void what_was_started_is_known_as_that_after_a_restart(void **state)
{
	auto_free char *text = text_of_boot("7 100 1 0 0 5 9 a\n8 100 2 1 0 5 9 a\n9 100 3 2 0 5 9 a\n10 100 3 2 1 5 9 a\n");
	struct pins *p = pins_new(), *again = pins_new();
	struct err e = {0};

	put_file(text, strlen(text));
	assert_int_equal(pin_store_load(folder, p, &e), 0);
	assert_false(pins_find(p, 7)->children || pins_find(p, 7)->run);
	assert_true(pins_find(p, 8)->children && !pins_find(p, 8)->run);
	assert_true(pins_find(p, 9)->children && pins_find(p, 9)->run);
	pins_drop(p, 8);
	assert_int_equal(pin_store_save(folder, p, &e), 0);
	assert_int_equal(pin_store_load(folder, again, &e), 0);
	assert_true(pins_find(again, 9)->run && pins_find(again, 10)->run && pins_find(again, 10)->inherited);
	assert_false(pins_find(again, 7)->run);
	pins_free(p);
	pins_free(again);
}

static void a_group_longer_than_any_is_damage(void **state)
{
	char group[4096];
	struct pins *p = pins_new();

	memset(group, 'a', sizeof(group) - 1);
	group[sizeof(group) - 1] = '\0';
	auto_free char *line = must_printf("7 100 1 0 0 0 0 %s\n", group);
	auto_free char *text = text_of_boot(line);

	put_file(text, strlen(text));
	assert_int_equal(pin_store_load(folder, p, NULL), -EBADMSG);
	assert_int_equal(pins_count(p), 0);
	pins_free(p);
}

static void pins_of_another_boot_version_or_kind_are_nobodys(void **state)
{
	static const char *const texts[] = {
		"cgq-pins 1 00000000-0000-0000-0000-000000000000\n7 100 1 0 0 0 0 a\n",
		"cgq-pins 2 x\n7 100 1 0 0 0 0 a\n",
		"",
		"\n\n\n",
		"\x7f\x45LF\n7 100 1 0 0 0 0 a\n",
	};
	static const char nul[] = "cgq-pins\0 1\n7 100 1 0 0 0 0 a\n";

	for (size_t i = 0; i <= ARRAY_SIZE(texts); i++) {
		struct pins *p = pins_new();

		if (i < ARRAY_SIZE(texts))
			put_file(texts[i], strlen(texts[i]));
		else
			put_file(nul, sizeof(nul));
		assert_int_equal(pin_store_load(folder, p, NULL), i == 0 ? 0 : -EBADMSG);
		assert_int_equal(pins_count(p), 0);
		pins_free(p);
	}
}

static void a_folder_that_takes_nothing_costs_a_line(void **state)
{
	struct pins *p = pins_with(7, "a", false);
	struct err e = {0};

	assert_int_equal(mkdirat(folder, ".pins.new", 0700), 0);
	assert_true(pin_store_save(folder, p, &e) < 0);
	assert_int_equal(strncmp(e.text, "state: pins: ", 13), 0);
	assert_non_null(pins_find(p, 7));
	assert_int_equal(mkdirat(folder, "pins", 0700), 0);
	e = (struct err){0};
	assert_true(pin_store_load(folder, p, &e) < 0);
	assert_int_equal(strncmp(e.text, "state: pins", 11), 0);
	assert_int_equal(pin_store_load(-1, p, &e), 0);
	assert_int_equal(pin_store_save(-1, p, &e), 0);
	pins_free(p);
}

#define IN_FOLDER(law) cmocka_unit_test_setup_teardown(law, folder_make, folder_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recycled_pid_is_not_pinned),
		cmocka_unit_test(a_child_inherits_only_where_children_are_meant),
		cmocka_unit_test(a_released_decision_ends_for_all_heirs),
		cmocka_unit_test(a_released_heir_is_free_alone_and_inherits_no_more),
		cmocka_unit_test(a_decision_holds_while_one_heir_lives),
		cmocka_unit_test(a_walk_may_drop_the_current_one),
		IN_FOLDER(what_was_decided_is_known_to_the_next_daemon),
		IN_FOLDER(nothing_is_written_where_nothing_changed),
		IN_FOLDER(damaged_lines_cost_one_line_of_log_and_no_other_pin),
		IN_FOLDER(what_was_started_is_known_as_that_after_a_restart),
		IN_FOLDER(a_group_longer_than_any_is_damage),
		IN_FOLDER(more_than_can_be_read_again_is_left_out_and_told),
		IN_FOLDER(pins_of_another_boot_version_or_kind_are_nobodys),
		IN_FOLDER(a_folder_that_takes_nothing_costs_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
