/* Laws of names and paths that become numbers. */
#include "policy_built.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "classify.h"
#include "names.h"
#include "resolve.h"

static char folder[] = "/tmp/cgq-test-resolve-XXXXXX";

static int folder_make(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
	auto_free char *command = must_printf("rm -rf %s", folder);

	return system(command);
}

static char *path_in(const char *name)
{
	return must_printf("%s/%s", folder, name);
}

static struct file_id file_make(const char *name)
{
	auto_free char *path = path_in(name);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	return (struct file_id){st.st_dev, st.st_ino};
}

static void file_drop(const char *name)
{
	auto_free char *path = path_in(name);

	assert_int_equal(unlink(path), 0);
}

static void a_file_that_is_replaced_is_found_anew(void **state)
{
	auto_free char *match = must_printf("exe:%s/server", folder);
	auto_free char *old = path_in("server"), *new = path_in("server.new");
	const struct row row = {"g", match, false};
	struct policy *p = built_new(&row, 1);
	struct resolved *r = resolve_new(p);
	struct file_id id;

	assert_int_equal(r->exes[0].n, 0);
	assert_false(resolve_again(r, p));
	id = file_make("server");
	assert_true(resolve_again(r, p));
	assert_int_equal(r->exes[0].n, 1);
	assert_int_equal(r->exes[0].ids[0].ino, id.ino);
	assert_int_equal(r->exes[0].ids[0].dev, id.dev);
	assert_false(resolve_again(r, p));
	id = file_make("server.new");
	assert_int_equal(rename(new, old), 0);
	assert_true(resolve_again(r, p));
	assert_int_equal(r->exes[0].ids[0].ino, id.ino);
	file_drop("server");
	assert_true(resolve_again(r, p));
	assert_int_equal(r->exes[0].n, 0);
	resolve_free(r, p);
	built_free(p);
}

/* By whose file it runs; GROUP_NONE: no rule takes it. */
static unsigned judge(const struct policy *p, const struct resolved *r, struct file_id id)
{
	static const struct standing nowhere = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	const uint32_t known = FACT_BIT(FACT_STAT) | FACT_BIT(FACT_FILE) | FACT_BIT(FACT_NAMESPACE) | FACT_BIT(FACT_CGROUP);
	struct proc_facts f = {.pid = 812, .known = known, .exe_dev = id.dev, .exe_ino = id.ino};
	struct verdict v;

	classify(p, r, &f, NULL, &nowhere, NULL, &v);
	return v.group;
}

static void what_is_found_anew_is_judged_by_at_once(void **state)
{
	auto_free char *match = must_printf("exe:%s/anew", folder);
	const struct row row = {"g", match, false};
	struct policy *p = built_new(&row, 1);
	struct resolved *r = resolve_new(p);
	struct file_id id = file_make("anew");

	assert_non_null(r->index);
	assert_int_equal(judge(p, r, id), GROUP_NONE);
	assert_true(resolve_again(r, p));
	assert_int_equal(judge(p, r, id), 0);
	file_drop("anew");
	assert_true(resolve_again(r, p));
	assert_int_equal(judge(p, r, id), GROUP_NONE);
	resolve_free(r, p);
	built_free(p);
}

static void what_is_the_same_is_not_indexed_anew(void **state)
{
	static const struct row row = {"g", "user:root exe:/no/such/file", false};
	struct policy *p = built_new(&row, 1);
	struct resolved *r = resolve_new(p);
	const struct rule_index *before = r->index;

	assert_false(resolve_again(r, p));
	assert_ptr_equal(r->index, before);
	resolve_free(r, p);
	built_free(p);
}

static void a_glob_names_every_file_and_no_folder(void **state)
{
	auto_free char *match = must_printf("exe:%s/v*", folder);
	auto_free char *sub = path_in("v-folder");
	const struct row row = {"g", match, false};
	struct policy *p = built_new(&row, 1);
	struct resolved *r;

	file_make("v1");
	file_make("v2");
	file_make("w1");
	assert_int_equal(mkdir(sub, 0755), 0);
	r = resolve_new(p);
	assert_int_equal(r->exes[0].n, 2);
	assert_false(resolve_again(r, p));
	resolve_free(r, p);
	built_free(p);
}

static void a_literal_star_is_a_star(void **state)
{
	auto_free char *match = must_printf("exe:%s/star-*", folder);
	const struct row row = {"g", match, false};
	struct policy *p = built_new(&row, 1);
	struct resolved *r;

	file_make("star-1");
	/* as the reader leaves "star-\*" */
	p->rules[0].terms[0].values[0].is_glob = false;
	p->exe_globs[0] = false;
	r = resolve_new(p);
	assert_int_equal(r->exes[0].n, 0);
	file_make("star-*");
	assert_true(resolve_again(r, p));
	assert_int_equal(r->exes[0].n, 1);
	resolve_free(r, p);
	built_free(p);
}

static void a_name_that_does_not_exist_is_not_root(void **state)
{
	static const struct row rows[] = {
		{"g", "user:root,no-such-user,4294967294 group:root,no-such-group,12", false},
	};
	struct policy *p = built_new(rows, 1);
	struct resolved *r = resolve_new(p);

	assert_true(r->users[0].known);
	assert_int_equal(r->users[0].id, 0);
	assert_false(r->users[1].known);
	assert_true(r->users[2].known);
	assert_int_equal(r->users[2].id, 4294967294U);
	assert_true(r->user_groups[0].known);
	assert_int_equal(r->user_groups[0].id, 0);
	assert_false(r->user_groups[1].known);
	assert_int_equal(r->user_groups[2].id, 12);
	assert_false(resolve_again(r, p));
	resolve_free(r, p);
	built_free(p);
}

static void the_number_of_nobody_at_all_is_not_taken(void **state)
{
	uint32_t id = 5;

	assert_true(names_user("4294967295", &id) < 0);
	assert_true(names_user("18446744073709551616", &id) < 0);
	assert_true(names_user("", &id) < 0);
	assert_true(names_user_group("-1", &id) < 0);
	assert_int_equal(id, 5);
}

static void an_empty_policy_resolves_to_nothing(void **state)
{
	struct policy *p = built_new(NULL, 0);
	struct resolved *r = resolve_new(p);

	assert_false(resolve_again(r, p));
	resolve_free(r, p);
	resolve_free(NULL, p);
	built_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_replaced_is_found_anew),
		cmocka_unit_test(what_is_found_anew_is_judged_by_at_once),
		cmocka_unit_test(what_is_the_same_is_not_indexed_anew),
		cmocka_unit_test(a_glob_names_every_file_and_no_folder),
		cmocka_unit_test(a_literal_star_is_a_star),
		cmocka_unit_test(a_name_that_does_not_exist_is_not_root),
		cmocka_unit_test(the_number_of_nobody_at_all_is_not_taken),
		cmocka_unit_test(an_empty_policy_resolves_to_nothing),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
