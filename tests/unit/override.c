/* What was set while running: files in memory that stand above all others. */
#include "policy_help.h"

#include <stdio.h>

#include "override.h"
#include "policy_choose.h"

#define WHEN "2026-11-25 19:05:11"
#define BY_ROOT "set by root at " WHEN

static struct override one(const char *group, const char *key, const char *value)
{
	return (struct override){ (char *)group, (char *)key, (char *)value, (char *)"root", (char *)WHEN };
}

static void put(struct overrides *o, const char *group, const char *key, const char *value)
{
	struct override x = one(group, key, value);

	overrides_put(o, &x);
}

static void files_make(struct file_set *ret)
{
	*ret = (struct file_set){ 0 };
	help_put(ret, "50-web.conf", "[web]\nmatch = name:w\ncpu = 40%\nmemory = 1G\n[db]\ncpu = 30%\n");
	/* sorts after every ASCII name */
	help_put(ret, "\xf0\x9f\x98\x80.conf", "[web]\nmemory = 2G\n");
}

static const struct {
	const char *key, *value, *fault; /* NULL: could stand in a file */
} hostile[] = {
	{ "match", "name:x", "match: who belongs to a group stands in files only" },
	{ "match.shell", "name:x", "match.shell: who belongs to a group stands in files only" },
	{ "", "1", "unknown key ''" },
	{ "cpu]", "1", "unknown key 'cpu]'" },
	{ "[x]\ncpu", "1", "unknown key '[x]\\ncpu'" },
	{ "cpu=1%\nmemory", "1", "unknown key 'cpu=1%\\nmemory'" },
	{ "cpu ", "1", "unknown key 'cpu '" },
	{ "CPU", "1", "unknown key 'CPU'" },
	{ "cpu", "40%\n[db]", "cpu: '40%\\n[db]' is not one line of at most 1000 bytes" },
	{ "cpu", "40%\r", "cpu: '40%\\x0d' is not one line of at most 1000 bytes" },
	{ "cpu", "4\x7f", "cpu: '4\\x7f' is not one line of at most 1000 bytes" },
	{ "matches", "x", NULL },
	{ "cpu", "lots", NULL },
	{ "cpu", "", NULL },
};

static void what_would_be_more_than_one_line_of_a_file_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct override x = one("web", hostile[i].key, hostile[i].value);
		char why[512] = "";

		assert_int_equal(override_check(&x, why, sizeof(why)) < 0, hostile[i].fault != NULL);
		assert_string_equal(why, hostile[i].fault ? hostile[i].fault : "");
	}
}

static void a_value_longer_than_a_line_is_refused(void **state)
{
	char value[1100] = "", why[1600];
	struct override x = one("web", "cpu", value);

	memset(value, '1', sizeof(value));
	value[1000 - 3 - 3] = '\0';
	assert_int_equal(override_check(&x, why, sizeof(why)), 0);
	value[1000 - 3 - 3] = '1';
	value[1000 - 3 - 2] = '\0';
	assert_true(override_check(&x, why, sizeof(why)) < 0);
}

static void an_override_stands_above_every_file_and_says_who_and_when(void **state)
{
	struct overrides o = { 0 };
	struct file_set files;
	struct faults faults = { 0 };
	struct policy *p;
	const struct setting *s;

	files_make(&files);
	put(&o, "web", "memory", "3G");
	put(&o, "web", "tasks", "7");
	overrides_render(&o, &files);
	p = policy_read(&files, &faults);
	assert_int_equal(faults.n, 0);
	s = group_setting(&p->groups[policy_group(p, "web")], KEY_MEMORY);
	assert_string_equal(s->text, "3G");
	assert_string_equal(s->at.file, BY_ROOT);
	assert_int_equal(override_line(&s->at), 0);
	assert_string_equal(s->over.file, "\xf0\x9f\x98\x80.conf");
	assert_int_equal(override_line(&s->over), 2);
	assert_string_equal(group_setting(&p->groups[policy_group(p, "web")], KEY_TASKS)->text, "7");
	policy_free(p);
	file_set_done(&files);
	overrides_done(&o);
}

static void a_later_set_of_the_same_key_replaces_the_earlier(void **state)
{
	struct overrides o = { 0 };

	put(&o, "web", "cpu", "1%");
	put(&o, "web", "memory", "1G");
	put(&o, "web", "cpu", "2%");
	put(&o, "web/php", "cpu", "3%");
	assert_int_equal(o.n, 3);
	assert_string_equal(overrides_find(&o, "web", "cpu")->value, "2%");
	assert_null(overrides_find(&o, "web", "tasks"));
	assert_int_equal(overrides_drop(&o, "web", "tasks"), 0);
	assert_int_equal(overrides_drop(&o, "web", "cpu"), 1);
	assert_int_equal(overrides_drop(&o, "web", NULL), 1);
	assert_int_equal(o.n, 1);
	assert_string_equal(o.list[0].group, "web/php");
	overrides_done(&o);
}

static const struct {
	const char *group, *key, *value, *faults;
} judged[] = {
	{ "web", "cpu", "lots", BY_ROOT ":2: cpu: 'lots' is not an amount of CPU (like 40%, 1.5 cores or max)\n" },
	{ "web", "cpuu", "4%", BY_ROOT ":2: unknown key 'cpuu'; did you mean 'cpu'?\n" },
	{ "web", "cpu", "", BY_ROOT ":2: cpu: has no value\n" },
	{ "web", "cpu", "40%\\", BY_ROOT ":2: cpu: ends in a backslash; a value stands on one line\n" },
	{ "web", "cpu", "40% ; x", BY_ROOT ":2: cpu: a value has no ';'; a comment stands on a line of its own\n" },
	{ "web", "cpu", "71%",
	  BY_ROOT ":2: cpu: '71%' reserves too much: other groups reserve 30% of the machine already\n" },
	{ "web/x", "cpu", "10%", "" },
	{ "x/y", "cpu", "10%", BY_ROOT ":1: [x/y] has no parent: there is no section [x]\n" },
	{ "web", "cpu", "70%", "" },
};

static void an_override_is_judged_as_a_file_is(void **state)
{
	struct machine m = help_machine();
	struct file_set files;

	files_make(&files);
	for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
		struct overrides o = { 0 };
		struct faults faults = { 0 };
		auto_free char *told = NULL;

		put(&o, judged[i].group, judged[i].key, judged[i].value);
		overrides_judge(&o, &files, &m, &faults);
		told = help_faults(&faults);
		assert_string_equal(told, judged[i].faults);
		faults_done(&faults);
		overrides_done(&o);
	}
	file_set_done(&files);
}

static void the_overrides_in_force_are_not_judged_twice(void **state)
{
	struct machine m = help_machine();
	struct overrides o = { 0 };
	struct faults faults = { 0 };
	struct file_set files;

	files_make(&files);
	put(&o, "web", "cpu", "70%");
	overrides_render(&o, &files);
	put(&o, "web", "cpu", "60%"); /* its old value makes room for nobody */
	put(&o, "db", "cpu", "40%");
	overrides_judge(&o, &files, &m, &faults);
	assert_int_equal(faults.n, 0);
	file_set_done(&files);
	overrides_done(&o);
}

static void what_is_taken_back_is_no_last_good_version(void **state)
{
	struct overrides o = { 0 };
	struct file_set in_force, kept = { 0 }, real = { 0 };

	files_make(&in_force);
	put(&o, "web", "cpu", "10%");
	put(&o, "db", "cpu", "20%");
	overrides_render(&o, &in_force);
	assert_int_equal(in_force.n, 4);
	put(&o, "db", "cpu", "25%");
	overrides_drop(&o, "web", NULL);
	overrides_filter(&o, &in_force, &kept);
	assert_int_equal(kept.n, 3);
	assert_true(override_is_file(kept.list[2].name));
	assert_non_null(strstr(kept.list[2].text, "cpu = 20%")); /* as it was in force */
	overrides_strip(&in_force, &real);
	assert_int_equal(real.n, 2);
	file_set_done(&in_force);
	file_set_done(&kept);
	file_set_done(&real);
	overrides_done(&o);
}

static void no_file_passes_for_an_override(void **state)
{
	static const char *const names[] = { "set by root at.conf", "/etc/set by root", "set by root/50-web.conf", "50.conf", "" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_false(override_is_path(names[i]));
	assert_false(override_is_path(NULL));
	assert_true(override_is_path(BY_ROOT));
	assert_false(override_is_file("set web cpu.conf"));
}

static unsigned orphans;

static void orphan_count(void *ctx, const struct override *o)
{
	orphans++;
	assert_string_equal(o->group, "gone");
}

static void an_override_makes_no_group(void **state)
{
	struct overrides o = { 0 };
	struct faults faults = { 0 };
	struct file_set files;
	struct policy *p;

	files_make(&files);
	put(&o, "gone", "cpu", "10%");
	put(&o, "web", "cpu", "10%");
	overrides_render(&o, &files);
	p = policy_read(&files, &faults);
	assert_true(overrides_drop_orphans(&o, p, orphan_count, NULL));
	assert_int_equal(orphans, 1);
	assert_int_equal(o.n, 1);
	assert_false(overrides_drop_orphans(&o, p, orphan_count, NULL));
	policy_free(p);
	file_set_done(&files);
	overrides_done(&o);
}

/* A file that asks for more than an override leaves waits, as any file does that does not hold with the others. */
static void a_file_that_does_not_hold_with_an_override_is_refused(void **state)
{
	struct machine m = help_machine();
	struct overrides o = { 0 };
	struct file_set now, good;
	struct choice c;

	files_make(&now);
	files_make(&good);
	put(&o, "web", "cpu", "60%");
	overrides_render(&o, &now);
	overrides_render(&o, &good);
	help_put(&now, "60-more.conf", "[more]\ncpu = 20%\n");
	policy_choose(&now, NULL, &good, &m, &c);
	assert_int_equal(c.n_refused, 1);
	assert_string_equal(c.refused[0].path, "60-more.conf");
	assert_string_equal(group_setting(&c.policy->groups[policy_group(c.policy, "web")], KEY_CPU)->text, "60%");
	choice_done(&c);
	file_set_done(&now);
	file_set_done(&good);
	overrides_done(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_be_more_than_one_line_of_a_file_is_refused),
		cmocka_unit_test(a_value_longer_than_a_line_is_refused),
		cmocka_unit_test(an_override_stands_above_every_file_and_says_who_and_when),
		cmocka_unit_test(a_later_set_of_the_same_key_replaces_the_earlier),
		cmocka_unit_test(an_override_is_judged_as_a_file_is),
		cmocka_unit_test(the_overrides_in_force_are_not_judged_twice),
		cmocka_unit_test(what_is_taken_back_is_no_last_good_version),
		cmocka_unit_test(no_file_passes_for_an_override),
		cmocka_unit_test(an_override_makes_no_group),
		cmocka_unit_test(a_file_that_does_not_hold_with_an_override_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
