/* Keepers in the state folder, and what their networks are called. */
#include "policy_help.h"
#undef fail

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "keeper_store.h"

static void names_and_links_are_told_apart_by_tree_and_group(void **state)
{
	char name[KEEPER_NAME_BYTES], a[KEEPER_LINK_BYTES], b[KEEPER_LINK_BYTES], group[256];

	keeper_name("cgq", "web/php/pool", name);
	assert_string_equal(name, "cgq-web:php:pool");
	keeper_link("cgq", "web", a);
	keeper_link("cgq-test", "web", b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 11);
	memset(group, 'a', 255);
	group[255] = '\0';
	keeper_name("cgq", group, name);
	assert_string_equal(name, "");
}

static void a_keeper_is_known_after_a_restart_and_damage_costs_only_its_line(void **state)
{
	char folder[] = "/tmp/cgq-test-XXXXXX", text[4096] = "";
	struct keepers k = { 0 }, back = { 0 };
	struct err e = { 0 };
	int fd, file;
	ssize_t len;

	assert_non_null(mkdtemp(folder));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*keepers_add(&k, "web/php", 3, "cgq") = (struct keeper){ .group = "web/php", .state = KEEPER_THERE, .pid = 7, .start_ticks = 8,
		.kinds = 3, .inodes = { 4026532281, 5 }, .name = "cgq-web:php", .link = "cgq01234567" };
	keepers_add(&k, "db", 4, "cgq");
	assert_int_equal(keeper_store_save(fd, &k, &e), 0);
	assert_false(k.changed);
	assert_int_equal(keeper_store_load(fd, &back, &e), 0);
	assert_int_equal(back.n, 2);
	assert_memory_equal(&back.list[0], &k.list[0], sizeof(k.list[0]));
	assert_int_equal(back.list[1].state, KEEPER_ASKED);
	assert_string_equal(back.list[1].name, "");
	keepers_done(&back);
	file = openat(fd, "keepers", O_RDWR | O_CLOEXEC);
	len = read(file, text, sizeof(text) - 1);
	assert_true(len > 0);
	strcpy(strstr(text, "1 7 8"), "1 0 8 3 1 2 3 4 5 web - -\n9 7 8 3 1 2 3 4 5 a - -\n1 7 8 3 1 2 3 4 5 ../a - -\n"
				      "1 7 8 3 1 2 3 4 5 a b/c -\n1 7 8 0 1 2 3 4 5 a - -\n1 7 8 3 1 2 3 4 5 a -\nx\n"
				      "1 7 8 3 1 2 3 4 5 good cgq1 cgq-good\n");
	assert_int_equal(pwrite(file, text, strlen(text), 0), strlen(text));
	assert_int_equal(ftruncate(file, (off_t)strlen(text)), 0);
	assert_int_equal(keeper_store_load(fd, &back, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "7 damaged lines"));
	assert_int_equal(back.n, 1);
	assert_string_equal(back.list[0].group, "good");
	keepers_done(&back);
	keepers_done(&k);
	close(file);
	unlinkat(fd, "keepers", 0);
	close(fd);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_links_are_told_apart_by_tree_and_group),
		cmocka_unit_test(a_keeper_is_known_after_a_restart_and_damage_costs_only_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
