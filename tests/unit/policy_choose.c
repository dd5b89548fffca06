/* Which version of each file is in force. */
#include "policy_help.h"

#include <stdio.h>

#include "policy_choose.h"

#define FILES_MAX 4
#define NONE { { NULL, NULL } }

/* NULL: not there */
struct version {
	const char *name, *text;
};

struct row {
	const char *what;
	struct version good[FILES_MAX], now[FILES_MAX];
	struct version in_force[FILES_MAX];
	const char *faults;  /* faults only */
	const char *refused; /* "NAME" or "NAME kept", each with a blank behind it */
};

#define A60 "[a]\nmatch = name:a\ncpu = 60%\n"
#define A40 "[a]\nmatch = name:a\ncpu = 40%\n"
#define A70 "[a]\nmatch = name:a\ncpu = 70%\n"
#define B60 "[b]\nmatch = name:b\ncpu = 60%\n"
#define B40 "[b]\nmatch = name:b\ncpu = 40%\n"
#define BAD "[b]\nmemory = oops\n"
#define WEB "[web]\nmatch = name:w\n"
#define PHP "[web/php]\nmatch = name:php\n"

static const struct row rows[] = {
	{ "all good", NONE, { { "1", A60 }, { "2", B40 } }, { { "1", A60 }, { "2", B40 } }, "", "" },
	{ "a faulty file keeps its last good version, alone",
	  { { "1", A60 }, { "2", B40 } }, { { "1", A40 }, { "2", BAD } }, { { "1", A40 }, { "2", B40 } },
	  "2:2: memory: 'oops' is not a size (like 512M or 2G)\n", "2 kept " },
	{ "a faulty file without one is out", NONE, { { "1", A60 }, { "2", BAD } }, { { "1", A60 } },
	  "2:2: memory: 'oops' is not a size (like 512M or 2G)\n", "2 " },
	{ "two files change places",
	  { { "1", A60 }, { "2", B40 } }, { { "1", A40 }, { "2", B60 } }, { { "1", A40 }, { "2", B60 } }, "", "" },
	{ "a fresh start refuses the later one", NONE, { { "1", A60 }, { "2", B60 } }, { { "1", A60 } },
	  "2:3: cpu: '60%' reserves too much: other groups reserve 60% of the machine already\n", "2 " },
	{ "the changed file goes back",
	  { { "1", A60 }, { "2", B40 } }, { { "1", A60 }, { "2", B60 } }, { { "1", A60 }, { "2", B40 } },
	  "2:3: cpu: '60%' reserves too much: other groups reserve 60% of the machine already\n", "2 kept " },
	{ "not the unchanged one that is charged",
	  { { "1", A60 }, { "2", B40 } }, { { "1", A70 }, { "2", B40 } }, { { "1", A60 }, { "2", B40 } },
	  "1:1: 2:3 does not hold with it (cpu: '40%' reserves too much: other groups reserve 70% of the machine already)\n",
	  "1 kept " },
	{ "a vanished file that is needed stays",
	  { { "1", WEB }, { "2", PHP } }, { { "2", PHP } }, { { "1", WEB }, { "2", PHP } },
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n",
	  "1 kept " },
	{ "also when the one that needs it changed",
	  { { "1", WEB }, { "2", PHP } }, { { "2", PHP "tasks = 5\n" } }, { { "1", WEB }, { "2", PHP "tasks = 5\n" } },
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n",
	  "1 kept " },
	{ "a vanished file that nobody needs is gone",
	  { { "1", WEB }, { "2", A60 } }, { { "2", A60 } }, { { "2", A60 } }, "", "" },
	{ "of the vanished only the one that is needed stays",
	  { { "1", WEB }, { "2", PHP }, { "3", A40 } }, { { "2", PHP } }, { { "1", WEB }, { "2", PHP } },
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n",
	  "1 kept " },
	{ "of the changed only the one that is the cause goes back",
	  { { "1", A60 }, { "2", B40 }, { "3", WEB } }, { { "1", A70 }, { "2", B40 }, { "3", WEB PHP } },
	  { { "1", A60 }, { "2", B40 }, { "3", WEB PHP } },
	  "1:1: 2:3 does not hold with it (cpu: '40%' reserves too much: other groups reserve 70% of the machine already)\n",
	  "1 kept " },
	{ "what others need stays even while the one that needs it is faulty",
	  { { "1", WEB }, { "2", PHP } }, { { "2", BAD } }, { { "1", WEB }, { "2", PHP } },
	  "2:2: memory: 'oops' is not a size (like 512M or 2G)\n"
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n",
	  "1 kept 2 kept " },
	{ "an emptied parent comes back",
	  { { "1", WEB }, { "2", PHP } }, { { "1", A40 }, { "2", PHP } }, { { "1", WEB }, { "2", PHP } },
	  "1:1: 2:1 does not hold with it ([web/php] has no parent: there is no section [web])\n", "1 kept " },
	{ "parent and child go together",
	  { { "1", WEB }, { "2", PHP } }, { { "3", A40 } }, { { "3", A40 } }, "", "" },
	{ "a child whose parent is refused is refused too", NONE,
	  { { "1", "[web]\ncpu = oops\n" }, { "2", PHP }, { "3", A40 } }, { { "3", A40 } },
	  "1:2: cpu: 'oops' is not an amount of CPU (like 40%, 1.5 cores or max)\n"
	  "2:1: [web/php] has no parent: there is no section [web]\n", "1 2 " },
	{ "a mask is a version like any other",
	  { { "1", A60 }, { "2", B40 } }, { { "1", "" }, { "2", B60 } }, { { "1", "" }, { "2", B60 } }, "", "" },
	{ "two that only fail together: the later one",
	  { { "1", "[a]\ncpu = 50%\nmatch = name:a\n" }, { "2", "[b]\ncpu = 50%\nmatch = name:b\n" } },
	  { { "1", A60 }, { "2", "[b]\ncpu = 50%\nmatch = name:c\n" } },
	  { { "1", "[a]\ncpu = 50%\nmatch = name:a\n" }, { "2", "[b]\ncpu = 50%\nmatch = name:c\n" } },
	  "1:1: 2:2 does not hold with it (cpu: '50%' reserves too much: other groups reserve 60% of the machine already)\n",
	  "1 kept " },
	{ "even an old set that never held ends in one that does",
	  { { "1", A60 }, { "2", B60 } }, { { "1", A60 }, { "2", B60 } }, { { "1", A60 } },
	  "2:3: cpu: '60%' reserves too much: other groups reserve 60% of the machine already\n", "2 " },
};

static void set_make(struct file_set *s, const struct version *versions)
{
	for (unsigned i = 0; i < FILES_MAX && versions[i].name; i++)
		help_put(s, versions[i].name, versions[i].text);
}

static char *set_text(const struct file_set *s)
{
	char *all = must_strdup("");

	for (size_t i = 0; i < s->n; i++) {
		char *more = must_printf("%s%s:%s|", all, s->list[i].name, s->list[i].text);

		free(all);
		all = more;
	}
	return all;
}

static char *refused_text(const struct choice *c)
{
	char *all = must_strdup("");

	for (size_t i = 0; i < c->n_refused; i++) {
		char *more = must_printf("%s%s %s", all, c->refused[i].path, c->refused[i].kept ? "kept " : "");

		free(all);
		all = more;
	}
	return all;
}

static char *faults_only(struct faults *f)
{
	size_t n = 0;

	faults_sort(f);
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].severity == SEVERITY_FAULT)
			f->list[n++] = f->list[i];
	f->n = n;
	return help_faults(f);
}

/* Whatever is chosen holds, and is what in_force says. */
static void assert_holds(const struct choice *c)
{
	struct machine m = help_machine();
	struct choice again;

	policy_choose(&c->in_force, NULL, &c->in_force, &m, &again);
	assert_int_equal(again.n_refused, 0);
	assert_int_equal(faults_count(&again.faults, SEVERITY_FAULT), 0);
	assert_int_equal(again.policy->hash, c->policy->hash);
	choice_done(&again);
}

static void row_check(const struct row *row)
{
	struct file_set good = { 0 }, now = { 0 }, expected = { 0 };
	struct machine m = help_machine();
	struct choice c;
	auto_free char *told = NULL, *refused = NULL, *set = NULL, *expected_set = NULL;

	set_make(&good, row->good);
	set_make(&now, row->now);
	set_make(&expected, row->in_force);
	policy_choose(&now, NULL, &good, &m, &c);
	told = faults_only(&c.faults);
	refused = refused_text(&c);
	set = set_text(&c.in_force);
	expected_set = set_text(&expected);
	if (strcmp(told, row->faults) || strcmp(refused, row->refused) || strcmp(set, expected_set))
		print_error("%s\n", row->what);
	assert_string_equal(told, row->faults);
	assert_string_equal(refused, row->refused);
	assert_string_equal(set, expected_set);
	assert_holds(&c);
	choice_done(&c);
	file_set_done(&good);
	file_set_done(&now);
	file_set_done(&expected);
}

static void the_newest_set_that_holds_is_in_force(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		row_check(&rows[i]);
}

static void a_file_that_could_not_be_read_keeps_its_last_good_version(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct faults read_faults = { 0 };
	struct machine m = help_machine();
	struct choice c;

	help_put(&good, "1", A60);
	file_set_put(&now, "1", "1", NULL, 0, false);
	fault_add(&read_faults, SEVERITY_FAULT, (struct place){ "1", 1 }, "is a FIFO, not a file; refused");
	policy_choose(&now, &read_faults, &good, &m, &c);
	assert_int_equal(c.policy->n_groups, 1);
	assert_int_equal(c.n_refused, 1);
	assert_true(c.refused[0].kept);
	assert_int_equal(c.faults.n, 1);
	assert_string_equal(c.faults.list[0].text, "is a FIFO, not a file; refused");
	choice_done(&c);
	faults_done(&read_faults);
	file_set_done(&good);
	file_set_done(&now);
}

/* `cgq diff --as b.conf a.conf` */
static void one_path_under_two_names_comes_to_an_end(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct machine m = help_machine();
	struct choice c;

	file_set_put(&good, "a", "same", A60, strlen(A60), false);
	file_set_put(&now, "a", "same", A60, strlen(A60), false);
	file_set_put(&now, "b", "same", B60, strlen(B60), false);
	policy_choose(&now, NULL, &good, &m, &c);
	assert_int_equal(c.in_force.n, 1);
	assert_string_equal(c.in_force.list[0].name, "a");
	choice_done(&c);
	file_set_done(&good);
	file_set_done(&now);
}

static void many_files_that_do_not_hold_come_to_an_end(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct machine m = help_machine();
	struct choice c;

	for (unsigned i = 0; i < 300; i++) {
		char name[16], text[128];

		snprintf(name, sizeof(name), "%04u.conf", i);
		snprintf(text, sizeof(text), "[g%u]\nmatch = name:n%u\ncpu = 51%%\n", i, i);
		help_put(&now, name, text);
	}
	policy_choose(&now, NULL, &good, &m, &c);
	assert_int_equal(c.n_refused, 299);
	assert_int_equal(c.policy->n_groups, 1);
	choice_done(&c);
	file_set_done(&now);
}

static void warnings_are_of_what_is_in_force(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct machine m = help_machine();
	struct choice c;

	help_put(&now, "1", "[a]\ncpu = 40%\n");
	help_put(&now, "2", "[b]\ncpu = 40%\nmemory = oops\n");
	policy_choose(&now, NULL, &good, &m, &c);
	assert_int_equal(faults_count(&c.faults, SEVERITY_FAULT), 1);
	assert_int_equal(faults_count(&c.faults, SEVERITY_HINT), 1);
	choice_done(&c);
	file_set_done(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_set_that_holds_is_in_force),
		cmocka_unit_test(a_file_that_could_not_be_read_keeps_its_last_good_version),
		cmocka_unit_test(one_path_under_two_names_comes_to_an_end),
		cmocka_unit_test(many_files_that_do_not_hold_come_to_an_end),
		cmocka_unit_test(warnings_are_of_what_is_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
