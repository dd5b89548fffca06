/* Counters of this host's own cgroups, which come and go. */
#include "real_tree.h"

#include "sampler.h"

static struct group groups[] = { { .path = "web", .name = "web", .parent = GROUP_NONE, .enforce = true } };
static struct policy policy = { .groups = groups, .n_groups = 1 };
static unsigned node_of_group[] = { 1 };
static struct node nodes[] = { { .group = GROUP_NONE, .path = "" }, { .group = 0, .path = "web" } };
static struct want want = { .nodes = nodes, .n = 2, .leaf_of_group = node_of_group, .node_of_group = node_of_group,
			    .hierarchies = 1 };

static int set_up(void **state)
{
	static struct real_tree tree;

	*state = &tree;
	return real_tree_init(&tree);
}

static int tear_down(void **state)
{
	real_tree_done(*state);
	return 0;
}

static const struct hierarchy *memory_of(struct real_tree *t, const char *rel, char *path, size_t size)
{
	int h = machine_hierarchy(&t->m, CONTROLLER_MEMORY);

	machine_path(&t->m, (unsigned)h, rel, path, size);
	return &t->m.hierarchies[h];
}

static void make(struct real_tree *t, const char *rel)
{
	char path[600];
	const struct hierarchy *h = memory_of(t, rel, path, sizeof(path));

	assert_int_equal(t->k->make(t->k, h, path, NULL), 0);
}

static void drop(struct real_tree *t, const char *rel)
{
	char path[600];
	const struct hierarchy *h = memory_of(t, rel, path, sizeof(path));

	assert_int_equal(t->k->remove(t->k, h, path, NULL), 0);
}

static bool is_read(struct sampler *s)
{
	struct usage u;

	sampler_usage(s, 1, &u);
	return u.procs.known && u.memory_bytes.known;
}

static void a_cgroup_that_is_made_anew_is_read_again(void **state)
{
	struct real_tree *t = *state;
	struct sampler *s;

	if (!t->usable || memory_of(t, "", (char[600]){ 0 }, 600)->version != 1)
		skip();
	make(t, "");
	make(t, "web");
	s = sampler_new(t->k, &t->m);
	sampler_follow(s, &t->m, &policy, &want, NULL);
	assert_true(is_read(s));
	drop(t, "web"); /* what is open answers ENODEV from now on */
	make(t, "web");
	assert_true(is_read(s));
	drop(t, "web");
	assert_false(is_read(s));
	assert_false(is_read(s));
	make(t, "web");
	assert_false(is_read(s)); /* nobody said that it is back */
	sampler_follow(s, &t->m, &policy, &want, NULL);
	assert_true(is_read(s));
	sampler_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_cgroup_that_is_made_anew_is_read_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
