/* Who changes a tree is noticed, whoever it is and whichever cgroup; on plain folders, where inotify says the same. */
#include "dir_tree.h"

#include <unistd.h>

#include "observe.h"
#include "tree_watch.h"

struct told {
	struct dir_tree *t;
	struct tree_watch *w;
	const char *skipped; /* path that is not to be watched */
	char last[2048];     /* "HIERARCHY PATH FILE;" of each */
	unsigned n;
};

static void changed(void *ctx, unsigned hierarchy, const char *path, const char *file)
{
	struct told *told = ctx;
	size_t len = strlen(told->last);

	snprintf(told->last + len, sizeof(told->last) - len, "%u %s %s;", hierarchy, path ? path : "BASE", file ? file : "-");
	told->n++;
}

static bool skips(void *ctx, unsigned hierarchy, const char *path)
{
	struct told *told = ctx;

	return told->skipped && !strcmp(told->skipped, path);
}

static void follow(struct told *told)
{
	struct tree tree = { 0 };

	assert_int_equal(observe_tree(told->t->k, &told->t->m, &tree, NULL), 0);
	assert_int_equal(tree_watch_follow(told->w, &told->t->m, &tree, NULL), 0);
	tree_free(&tree);
}

static void make(struct told *told, const char *path)
{
	for (unsigned h = 0; h < told->t->m.n_hierarchies; h++)
		assert_int_equal(told->t->k->make(told->t->k, &told->t->m.hierarchies[h], path, NULL), 0);
}

static void begin(struct told *told, void **state)
{
	struct tree_watch_want want = { changed, skips, told };

	*told = (struct told){ .t = *state, .w = tree_watch_new(&want, NULL) };
	assert_non_null(told->w);
	make(told, "/cgq");
	make(told, "/cgq/web");
	follow(told);
	tree_watch_read(told->w);
	assert_int_equal(told->n, 0);
}

static const char *read_told(struct told *told)
{
	told->last[0] = 0;
	told->n = 0;
	tree_watch_read(told->w);
	return told->last;
}

static void expect(struct told *told, enum controller c, const char *rest)
{
	char text[256];

	snprintf(text, sizeof(text), "%d %s;", machine_hierarchy(&told->t->m, c), rest);
	if (!strstr(read_told(told), text)) {
		print_error("told '%s', not '%s'\n", told->last, text);
		assert_true(false);
	}
}

static void a_written_limit_is_told_with_its_file(void **state)
{
	struct told told;

	begin(&told, state);
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "7\n");
	expect(&told, CONTROLLER_MEMORY, "web memory.limit_in_bytes");
	assert_string_equal(read_told(&told), "");
	tree_watch_free(told.w);
}

/* A mover keeps its descriptors, and each move would wake who watches. */
static void what_is_written_to_a_file_that_stays_open_is_told_when_it_is_closed(void **state)
{
	const struct hierarchy *h;
	struct told told;
	int fd;

	begin(&told, state);
	h = &told.t->m.hierarchies[machine_hierarchy(&told.t->m, CONTROLLER_MEMORY)];
	fd = told.t->k->open_procs(told.t->k, h, "/cgq/web", NULL);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "7\n", 2), 2);
	assert_string_equal(read_told(&told), "");
	close(fd);
	expect(&told, CONTROLLER_MEMORY, "web cgroup.procs");
	tree_watch_free(told.w);
}

static void cgroups_that_come_and_go_are_told_of_their_parent(void **state)
{
	struct told told;

	begin(&told, state);
	dir_shell("rm -r pids/cgq/web", told.t->root);
	expect(&told, CONTROLLER_PIDS, " -");
	dir_shell("mkdir memory/cgq/x", told.t->root);
	expect(&told, CONTROLLER_MEMORY, " -");
	dir_shell("mv memory/cgq/web memory/cgq/y", told.t->root);
	expect(&told, CONTROLLER_MEMORY, " -");
	dir_shell("mv cpuset/cgq cpuset/z", told.t->root);
	expect(&told, CONTROLLER_CPUSET, "BASE -");
	tree_watch_free(told.w);
}

static void what_others_do_beside_the_tree_is_no_news(void **state)
{
	struct told told;

	begin(&told, state);
	dir_shell("mkdir memory/other && rmdir memory/other && echo 7 >memory/cgroup.procs", told.t->root);
	assert_string_equal(read_told(&told), "");
	tree_watch_free(told.w);
}

/* A watch goes along with what is renamed: after a look the name means the new one. */
static void a_cgroup_made_again_under_its_name_is_watched_again(void **state)
{
	struct told told;

	begin(&told, state);
	dir_shell("mv memory/cgq/web memory/cgq/old", told.t->root);
	make(&told, "/cgq/web");
	read_told(&told);
	follow(&told);
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "7\n");
	expect(&told, CONTROLLER_MEMORY, "web memory.limit_in_bytes");
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/old", "memory.limit_in_bytes", "7\n");
	expect(&told, CONTROLLER_MEMORY, "old memory.limit_in_bytes");
	/* also where the tree looks as before */
	dir_shell("rm -r memory/cgq/web", told.t->root);
	make(&told, "/cgq/web");
	read_told(&told);
	follow(&told);
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "7\n");
	expect(&told, CONTROLLER_MEMORY, "web memory.limit_in_bytes");
	tree_watch_free(told.w);
}

static void one_that_is_skipped_costs_nothing_and_comes_back(void **state)
{
	struct told told;

	begin(&told, state);
	told.skipped = "web";
	follow(&told);
	read_told(&told);
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "7\n");
	assert_string_equal(read_told(&told), "");
	told.skipped = NULL;
	follow(&told);
	dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "8\n");
	expect(&told, CONTROLLER_MEMORY, "web memory.limit_in_bytes");
	tree_watch_free(told.w);
}

static void whether_all_is_seen_is_known(void **state)
{
	struct told told;

	begin(&told, state);
	assert_true(tree_watch_sees_all(told.w));
	make(&told, "/cgq/web/php");
	assert_true(tree_watch_read(told.w)); /* to the last */
	assert_false(tree_watch_sees_all(told.w));
	follow(&told);
	assert_true(tree_watch_sees_all(told.w));
	told.skipped = "web";
	follow(&told);
	assert_false(tree_watch_sees_all(told.w));
	told.skipped = NULL;
	follow(&told);
	assert_true(tree_watch_sees_all(told.w));
	tree_watch_free(told.w);
}

static void what_is_left_to_be_told_is_known(void **state)
{
	static const char *const files[] = { "memory.limit_in_bytes", "memory.soft_limit_in_bytes" };
	struct told told;
	unsigned reads = 1;

	begin(&told, state);
	for (unsigned i = 0; i < 6000; i++) /* alternating: two alike in a row become one */
		dir_put(told.t, CONTROLLER_MEMORY, "/cgq/web", files[i % 2], "7\n");
	told.n = 0;
	assert_false(tree_watch_read(told.w));
	while (!tree_watch_read(told.w))
		assert_true(reads++ < 100);
	assert_true(told.n >= 6000);
	tree_watch_free(told.w);
}

static void v2_the_base_is_watched_for_what_it_hands_on(void **state)
{
	struct told told;

	begin(&told, state);
	dir_put(told.t, CONTROLLER_CPU, "", "cgroup.subtree_control", "cpu\n");
	expect(&told, CONTROLLER_CPU, "BASE cgroup.subtree_control");
	dir_put(told.t, CONTROLLER_CPU, "", "cgroup.procs", "1\n");
	assert_string_equal(read_told(&told), "");
	tree_watch_free(told.w);
}

int main(void)
{
#define V1(name) cmocka_unit_test_setup_teardown(name, dir_tree_v1, dir_tree_done)
	const struct CMUnitTest tests[] = {
		V1(a_written_limit_is_told_with_its_file),
		V1(what_is_written_to_a_file_that_stays_open_is_told_when_it_is_closed),
		V1(cgroups_that_come_and_go_are_told_of_their_parent),
		V1(what_others_do_beside_the_tree_is_no_news),
		V1(a_cgroup_made_again_under_its_name_is_watched_again),
		V1(one_that_is_skipped_costs_nothing_and_comes_back),
		V1(whether_all_is_seen_is_known),
		V1(what_is_left_to_be_told_is_known),
		cmocka_unit_test_setup_teardown(v2_the_base_is_watched_for_what_it_hands_on, dir_tree_v2, dir_tree_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
