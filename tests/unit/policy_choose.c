/* Which version of each file is in force. */
#include "policy_help.h"

#include <stdio.h>
#include <stdlib.h>

#include <cgq/bounds.h>

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
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n"
	  "2:2: memory: 'oops' is not a size (like 512M or 2G)\n",
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

#define TYPO "memroy = 1G\n"
#define TYPO_AT(place) place ": unknown key 'memroy'; did you mean 'memory'?\n"
#define NO_WEB(place) place ": [web/php] has no parent: there is no section [web]\n"
#define OVER(place, wanted, already) \
	place ": cpu: '" wanted "' reserves too much: other groups reserve " already " of the machine already\n"
#define HEADER_AT(place, text) place ": '" text "' lacks its ']'\n"

/* Nobody mends one fault to hear of the next; and nothing is told that only follows from another fault. */
static const struct row all_at_once[] = {
	{ "a faulty file is judged with the others", NONE, { { "1", A60 }, { "2", B60 TYPO PHP } }, { { "1", A60 } },
	  OVER("2:3", "60%", "60%") TYPO_AT("2:4") NO_WEB("2:5"), "2 " },
	{ "and with other faulty ones", NONE, { { "1", A60 TYPO }, { "2", B60 TYPO } }, NONE,
	  TYPO_AT("1:4") OVER("2:3", "60%", "60%") TYPO_AT("2:4"), "1 2 " },
	{ "also while its last good version stays",
	  { { "1", A60 }, { "2", B40 } }, { { "1", A60 }, { "2", B60 TYPO } }, { { "1", A60 }, { "2", B40 } },
	  OVER("2:3", "60%", "60%") TYPO_AT("2:4"), "2 kept " },
	{ "a file without faults of its own hears of all across files too", NONE,
	  { { "1", A60 }, { "2", B60 "[c]\nmatch = name:c\ncpu = 50%\n" PHP } }, { { "1", A60 } },
	  OVER("2:3", "60%", "60%") OVER("2:6", "50%", "60%") NO_WEB("2:7"), "2 " },
	{ "and of each line once, with the reason for which it is refused", NONE,
	  { { "1", "[c]\ncpu = 30%\n" TYPO }, { "2", A60 }, { "3", B60 } }, { { "2", A60 } },
	  TYPO_AT("1:3") OVER("3:3", "60%", "60%"), "1 3 " },
	{ "who is accepted is told nothing of what a faulty file would do to it", NONE,
	  { { "1", A60 TYPO }, { "2", B60 } }, { { "2", B60 } }, TYPO_AT("1:4"), "1 " },
	{ "a parent in a faulty file is a parent", NONE,
	  { { "1", WEB TYPO }, { "2", PHP TYPO } }, NONE, TYPO_AT("1:3") TYPO_AT("2:3"), "1 2 " },
	{ "only one fault is told of a child whose parent is refused", NONE,
	  { { "1", WEB TYPO }, { "2", PHP "[web/cgi]\nmatch = name:cgi\n" } }, NONE, TYPO_AT("1:3") NO_WEB("2:1"), "1 2 " },
	{ "a header at fault hides parents in its own file", NONE,
	  { { "1", "[w$b]\n" PHP } }, NONE,
	  "1:1: [w$b]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts\n", "1 " },
	{ "in another file, the parent that it names", NONE,
	  { { "1", "[WEB\n" }, { "3", PHP TYPO } }, NONE, HEADER_AT("1:1", "[WEB") TYPO_AT("3:3"), "1 3 " },
	{ "however it names it", NONE,
	  { { "1", "[/web/] # all\n" }, { "3", PHP TYPO } }, NONE,
	  "1:1: text after ']'; a section stands alone on its line, a comment too\n" TYPO_AT("3:3"), "1 3 " },
	{ "and no other", NONE,
	  { { "1", "[webb\n[w/web\n[web.\n" }, { "3", PHP TYPO } }, NONE,
	  HEADER_AT("1:1", "[webb") HEADER_AT("1:2", "[w/web") HEADER_AT("1:3", "[web.") NO_WEB("3:1") TYPO_AT("3:3"), "1 3 " },
	{ "a header that is missing hides parents as well", NONE,
	  { { "1", "match = name:w\n" PHP } }, NONE, "1:1: 'match' stands before the first [section]\n", "1 " },
	{ "a header that lost its '[' is none of the group before it", NONE,
	  { { "1", "[a]\na/b]\ncpu = 60%\n[c]\ncpu = 60%\n" } }, NONE, "1:2: 'a/b]' is not 'key = value'\n", "1 " },
	{ "a parent that only the last good version has, of a file that is refused",
	  { { "1", WEB }, { "2", PHP } }, { { "1", A40 }, { "2", PHP }, { "3", "[web/cgi]\n" TYPO } },
	  { { "1", WEB }, { "2", PHP } },
	  "1:1: 2:1 does not hold with it ([web/php] has no parent: there is no section [web])\n" TYPO_AT("3:2"),
	  "1 kept 3 " },
	{ "a parent whose file vanished, and stays",
	  { { "1", WEB }, { "2", PHP } }, { { "2", PHP TYPO } }, { { "1", WEB }, { "2", PHP } },
	  "1:1: removed, but 2:1 needs it ([web/php] has no parent: there is no section [web]); its last good version stays in force\n"
	  TYPO_AT("2:3"), "1 kept 2 kept " },
	{ "a parent that is gone", { { "1", WEB } }, { { "2", PHP TYPO } }, NONE, NO_WEB("2:1") TYPO_AT("2:3"), "2 " },
	{ "a sum with a value at fault is none", NONE,
	  { { "1", A60 }, { "2", "[c]\ncpu = 3O%\n" }, { "3", B60 TYPO } }, { { "1", A60 } },
	  "2:2: cpu: '3O%' is not an amount of CPU (like 40%, 1.5 cores or max)\n"
	  TYPO_AT("3:4"), "2 3 " },
	{ "nor one that a misspelt line may mend", NONE,
	  { { "1", A60 }, { "2", "[a]\ncpuu = 10%\n[b]\ncpu = 60%\n" } }, { { "1", A60 } },
	  "2:2: unknown key 'cpuu'; did you mean 'cpu'?\n", "2 " },
	{ "or one without its '='", NONE,
	  { { "1", A60 }, { "2", "[a]\nCPU: 10%\n[b]\ncpu = 60%\n" } }, { { "1", A60 } },
	  "2:2: 'CPU: 10%' is not 'key = value'\n", "2 " },
	{ "or one under a header at fault", NONE,
	  { { "1", A60 }, { "2", "[a\ncpu = 10%\n[b]\ncpu = 60%\n" } }, { { "1", A60 } }, HEADER_AT("2:1", "[a"), "2 " },
	{ "or one under a section that stands there twice", NONE,
	  { { "1", A60 B60 "[b]\ncpu = 10%\n" } }, NONE, "1:7: [b] stands in line 4 already\n", "1 " },
	{ "whichever of them is too much", NONE,
	  { { "1", A60 "[b]\ncpu = 10%\nmatch = name:b\n" B60 } }, NONE, "1:7: [b] stands in line 4 already\n", "1 " },
	{ "but an earlier line at fault mends nothing of a later file", NONE,
	  { { "1", "[a]\ncpu = 3O%\n" }, { "2", A60 TYPO }, { "3", B60 TYPO } }, NONE,
	  "1:2: cpu: '3O%' is not an amount of CPU (like 40%, 1.5 cores or max)\n" TYPO_AT("2:4")
	  OVER("3:3", "60%", "60%") TYPO_AT("3:4"), "1 2 3 " },
	{ "nor does an earlier header at fault", NONE,
	  { { "1", "[a\ncpu = 30%\n" }, { "2", A60 TYPO }, { "3", B60 TYPO } }, NONE,
	  HEADER_AT("1:1", "[a") TYPO_AT("2:4") OVER("3:3", "60%", "60%") TYPO_AT("3:4"), "1 2 3 " },
	{ "and other parents and other keys are not meant", NONE,
	  { { "1", "[a]\ncpu = 50%\nmemory.low = x\n[a/b]\ncpu = x\n[c]\ncpu = 60%\n" } }, NONE,
	  "1:3: memory.low: 'x' is not a size (like 512M or 2G)\n"
	  "1:5: cpu: 'x' is not an amount of CPU (like 40%, 1.5 cores or max)\n" OVER("1:7", "60%", "50%"), "1 " },
	{ "what cannot be read at all may say anything", NONE,
	  { { "1", A60 }, { "2", B60 TYPO PHP }, { "3", "\xff\xfe[" } }, { { "1", A60 } },
	  TYPO_AT("2:4") "3:1: is UTF-16 text; write it as UTF-8 without a byte order mark\n", "2 3 " },
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

static void all_faults_of_a_file_are_told_at_once_and_none_that_follow_from_another(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_at_once); i++)
		row_check(&all_at_once[i]);
}

/* The bound holds for local faults and those across files together, and what it hides is counted. */
static void many_faults_across_files_are_counted(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct machine m = help_machine();
	char *text = must_alloc(3000 * 32), *end = text;
	struct choice c;

	end += sprintf(end, "[a]\nx = 1\n");
	for (unsigned i = 0; i < 2500; i++)
		end += sprintf(end, "[p%u/c]\n", i);
	help_put(&now, "1", text);
	policy_choose(&now, NULL, &good, &m, &c);
	assert_int_equal(c.faults.n, POLICY_FAULTS_MAX + 1);
	assert_string_equal(c.faults.list[POLICY_FAULTS_MAX].text, "and 1501 more faults from here on");
	choice_done(&c);
	file_set_done(&now);
	free(text);
}

/* What does not fit is not there to be judged any further. */
static void a_faulty_file_that_is_too_much_is_told_so(void **state)
{
	struct file_set good = { 0 }, now = { 0 };
	struct machine m = help_machine();
	auto_free char *text = must_alloc(POLICY_GROUPS_MAX * 16), *told = NULL;
	char *end = text;
	struct choice c;

	for (unsigned i = 1; i < POLICY_GROUPS_MAX; i++)
		end += sprintf(end, "[g%u]\n", i);
	help_put(&now, "1", text);
	help_put(&now, "2", "[x]\n[y]\ncpu = 3O%\n");
	help_put(&now, "3", PHP TYPO);
	policy_choose(&now, NULL, &good, &m, &c);
	told = faults_only(&c.faults);
	assert_string_equal(told, "2:2: [y] is one group too many; at most 10000 in all\n"
				  "2:3: cpu: '3O%' is not an amount of CPU (like 40%, 1.5 cores or max)\n"
				  TYPO_AT("3:3"));
	choice_done(&c);
	file_set_done(&now);
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
		cmocka_unit_test(all_faults_of_a_file_are_told_at_once_and_none_that_follow_from_another),
		cmocka_unit_test(many_faults_across_files_are_counted),
		cmocka_unit_test(a_faulty_file_that_is_too_much_is_told_so),
		cmocka_unit_test(a_file_that_could_not_be_read_keeps_its_last_good_version),
		cmocka_unit_test(one_path_under_two_names_comes_to_an_end),
		cmocka_unit_test(many_files_that_do_not_hold_come_to_an_end),
		cmocka_unit_test(warnings_are_of_what_is_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
