/* Laws across files, and what is warned of. */
#include "policy_help.h"

#include <stdio.h>

#include "policy_check.h"

/* Files in reading order, "NAME\n" … ; what is told of them. */
struct row {
	const char *a, *b; /* texts of a.conf and b.conf; NULL: not there */
	const char *expected;
};

static const struct row laws[] = {
	{ "[web/php]\n", NULL, "a.conf:1: [web/php] has no parent: there is no section [web]\n" },
	{ "[a/b/c]\n[a]\n", NULL, "a.conf:1: [a/b/c] has no parent: there is no section [a/b]\n" },
	{ "[a/b]\n[a/b/c]\n[d]\n", NULL, "a.conf:1: [a/b] has no parent: there is no section [a]\n" }, /* no cascade */
	{ "[a/b]\n", "[a]\n", "" }, /* in any order */
	{ "[a]\ncpu = 40%\n[b]\ncpu = 60%\n", NULL, "" },
	{ "[a]\ncpu = 33.333%\n[b]\ncpu = 33.333%\n[c]\ncpu = 33.334%\n", NULL, "" },
	{ "[a]\ncpu = 40%\n[b]\ncpu = 60.001%\n", NULL,
	  "a.conf:4: cpu: '60.001%' reserves too much: other groups reserve 40% of the machine already\n" },
	/* the line that makes it so in reading order, not in the order of names */
	{ "[z]\ncpu = 60%\n", "[a]\ncpu = 60%..100%\n",
	  "b.conf:2: cpu: '60%..100%' reserves too much: other groups reserve 60% of the machine already\n" },
	/* a refused line is not counted against those behind it */
	{ "[a]\ncpu = 60%\n[b]\ncpu = 60%\n[c]\ncpu = 40%\n", NULL,
	  "a.conf:4: cpu: '60%' reserves too much: other groups reserve 60% of the machine already\n" },
	{ "[a]\ncpu = 60%\n[b]\ncpu = 60%\n", "[a]\ncpu = 40%\n", "" }, /* an override counts once */
	{ "[a]\ncpu = 0%..100%\n[b]\ncpu = max\n[c]\ncpu = 100%\n", NULL, "" },
	{ "[a]\ncpu = 10%\n[a/b]\ncpu = 60%\n[a/c]\ncpu = 60%\n[d]\ncpu = 90%\n", NULL,
	  "a.conf:6: cpu: '60%' reserves too much: other groups reserve 60% of [a] already\n" },
	{ "[a]\ncpu = 100%\n[b]\ncpu = 1 core\n", NULL,
	  "a.conf:4: cpu: '1 core' reserves too much: other groups reserve 100% of the machine already\n" },
	{ "[a]\ncpu = 1 core\n[b]\ncpu = 100%\n", NULL,
	  "a.conf:4: cpu: '100%' reserves too much: other groups reserve 0% and more of the machine already\n" },
	{ "[a]\ncpu = 99%\n[b]\ncpu = 64 cores\n", NULL, "" }, /* a machine may lose CPUs */
	{ "[a]\nmemory.min = 60%\n[b]\nmemory.min = 50%\n", NULL,
	  "a.conf:4: memory.min: '50%' reserves too much: other groups reserve 60% of the machine already\n" },
	{ "[a]\nmemory.low = 60%\n[b]\nmemory.low = 50%\n", NULL,
	  "a.conf:4: memory.low: '50%' reserves too much: other groups reserve 60% of the machine already\n" },
	{ "[a]\nmemory = 60%\n[b]\nmemory = 60%\n", NULL, "" }, /* ceilings may overlap */
};

static void a_law_across_files_is_charged_to_the_line_that_breaks_it(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(laws); i++) {
		auto_free char *told = help_told(laws[i].a, laws[i].b, policy_check);

		assert_string_equal(told, laws[i].expected);
	}
}

#define NEVER(file, line, earlier, group, at) \
	file ":" #line ": warning: can never win: '" earlier "' of [" group "] in " at \
	     " is tried first and fits whatever this fits\n"

static const struct row shadows[] = {
	{ "[a]\nmatch = name:x\n", "[b]\nmatch = name:x\n", NEVER("b.conf", 2, "name:x", "a", "a.conf:2") },
	{ "[a]\nmatch = name:x,y\n[b]\nmatch = name:y\n", NULL, NEVER("a.conf", 4, "name:x,y", "a", "a.conf:2") },
	{ "[a]\nmatch = name:x,y\n[b]\nmatch = user:u name:y\n", NULL,
	  NEVER("a.conf", 4, "name:x,y", "a", "a.conf:2") },
	{ "[a]\nmatch = name:my*\n[b]\nmatch = name:mysqld\n", NULL, NEVER("a.conf", 4, "name:my*", "a", "a.conf:2") },
	{ "[a]\nmatch = name:*\n[b]\nmatch = exe:/x\n", NULL, NEVER("a.conf", 4, "name:*", "a", "a.conf:2") },
	{ "[a]\nmatch = user:u name:x\n[b]\nmatch = name:x user:u tag:t\n", NULL,
	  NEVER("a.conf", 4, "user:u name:x", "a", "a.conf:2") },
	{ "[a]\nmatch = !user:u\n[b]\nmatch = !user:u,v name:x\n", NULL,
	  NEVER("a.conf", 4, "!user:u", "a", "a.conf:2") },
	{ "[a]\nmatch = name:x !name:x,y\n", NULL,
	  "a.conf:2: warning: can never fit: one term excludes what another asks for\n" },
	/* a term that excludes what the other asks for, of kinds that have one text */
	{ "[a]\nmatch = !unit:x.service,y*\n[b]\nmatch = unit:z.service,a.service name:n\n", NULL,
	  NEVER("a.conf", 4, "!unit:x.service,y*", "a", "a.conf:2") },
	{ "[a]\nmatch = !tag:x name:n\n[b]\nmatch = tag:y name:n\n", NULL, NEVER("a.conf", 4, "!tag:x name:n", "a", "a.conf:2") },
	/* value by value */
	{ "[a]\nmatch = name:x\n[b]\nmatch = name:y*\n[c]\nmatch = name:yy,x user:u\n", NULL,
	  "a.conf:6: warning: can never win: earlier rules, the last of them 'name:y*' of [b] in a.conf:4, fit whatever this "
	  "fits\n" },
	{ "[a]\nmatch = name:x,y\n[b]\nmatch = name:y,z\n", NULL,
	  "a.conf:4: warning: 'y' can never win here: 'name:x,y' of [a] in a.conf:2 is tried first\n" },
	{ "[a]\nmatch = user:u,v name:n*\n[b]\nmatch = name:nn user:t,v tag:t\n", NULL,
	  "a.conf:4: warning: 'v' can never win here: 'user:u,v name:n*' of [a] in a.conf:2 is tried first\n" },
	/* and those that can */
	{ "[a]\nmatch = name:x,y\nmatch.2 = name:y,z\n", NULL, "" }, /* of one group: it does not matter */
	{ "[a]\nmatch = !unit:x.service\n[b]\nmatch = unit:x.service,a.service\n", NULL, "" },
	{ "[a]\nmatch = !unit:x.service\n[b]\nmatch = unit:*.service\n", NULL, "" },
	{ "[a]\nmatch = !user:u\n[b]\nmatch = user:v\n", NULL, "" }, /* may be one uid */
	{ "[a]\nmatch = !exe:/x\n[b]\nmatch = exe:/y\n", NULL, "" }, /* may be one file */
	{ "[a]\nmatch = !cgroup:/x\n[b]\nmatch = cgroup:/y\n", NULL, "" }, /* it may be in both, on v1 */
	{ "[a]\nmatch = name:x,y user:u\n[b]\nmatch = name:y,z user:v\n", NULL, "" },
	{ "[a]\nmatch = name:y\n[b]\nmatch = name:x,y\n", NULL, "" },
	{ "[a]\nmatch = name:x user:u\n[b]\nmatch = name:x\n", NULL, "" },
	{ "[a]\nmatch = name:mysqld\n[b]\nmatch = name:my*\n", NULL, "" },
	{ "[a]\nmatch = !user:u,v name:x\n[b]\nmatch = !user:u name:x\n", NULL, "" },
	{ "[a]\nmatch = !name:x\n[b]\nmatch = name:x\n", NULL, "" },
	{ "[a]\nmatch = name:x\\*\n[b]\nmatch = name:xy\n", NULL, "" },
	{ "[a]\nmatch = exe:/x\n[b]\nmatch = args:/x\n", NULL, "" },
	{ "[a]\nmatch = name:x !name:y\n", NULL, "" },
};

static void a_rule_that_can_never_win_is_warned_of(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(shadows); i++) {
		auto_free char *told = help_told(shadows[i].a, shadows[i].b, policy_lint);

		assert_string_equal(told, shadows[i].expected);
	}
}

#define G "match = name:x\n" /* no hint that nothing gets in */

static const struct row lints[] = {
	{ "[a]\n" G "cpu = 8 cores\n", NULL,
	  "a.conf:3: warning: cpu: '8 cores' reserves more than there is of the machine, which has 4 cores\n" },
	{ "[a]\n" G "cpu = 1 core..8 cores\n", NULL,
	  "a.conf:3: warning: cpu: the ceiling of '1 core..8 cores' is above that of the machine, which has 4 cores\n" },
	{ "[a]\ncpu = 50%\nmatch = name:x\n[b]\nmatch = name:y\ncpu = 3 cores\n", NULL,
	  "a.conf:6: warning: cpu: '3 cores' is more than the 2 cores that others leave of the machine, which has 4 cores\n" },
	{ "[a]\ncpu = max\n[a/b]\n" G "cpu = 40%\n", NULL,
	  "a.conf:5: warning: cpu: '40%' comes to nothing, being a part of [a], which reserves nothing\n" },
	{ "[a]\n[a/b]\n" G "memory.min = 1G\n", NULL,
	  "a.conf:4: warning: memory.min: '1G' comes to nothing, being a part of [a], which reserves nothing\n" },
	{ "[a]\ncpu = 2 cores\n[a/b]\n" G "cpu = 1 core..3 cores\n", NULL,
	  "a.conf:5: warning: cpu: the ceiling of '1 core..3 cores' is above that of [a], which has 2 cores\n" },
	{ "[a]\nmemory = 1G\n[a/b]\n" G "memory = 2G\n", NULL,
	  "a.conf:5: warning: memory: the ceiling of '2G' is above that of [a], which has 1G\n" },
	{ "[a]\n" G "memory = 64G\n", NULL,
	  "a.conf:3: warning: memory: the ceiling of '64G' is above that of the machine, which has 8G\n" },
	{ "[a]\n" G "memory = 0.001%\n", NULL,
	  "a.conf:3: warning: memory: '0.001%' comes to 83.89K on this machine: no program starts below 1M\n" },
	{ "[a]\n" G "memory = 5G..50%\n", NULL,
	  "a.conf:3: warning: memory: '5G..50%' begins above its end on this machine (5G and 4G)\n" },
	{ "[a]\n" G "cpu = 3 cores..50%\n", NULL,
	  "a.conf:3: warning: cpu: '3 cores..50%' begins above its end on this machine (3 cores and 2 cores)\n" },
	{ "[a]\n" G "memory = 1G\nmemory.min = 2G\n", NULL,
	  "a.conf:4: warning: memory.min: '2G' is more than the group's ceiling of 1G\n" },
	{ "[a]\ntasks = 10\n[a/b]\n" G "tasks = 11\n", NULL,
	  "a.conf:5: warning: tasks: the ceiling of '11' is above that of [a], which has 10\n" },
	{ "[a]\nmatch = name:a\nstrict = yes\n", NULL,
	  "a.conf:3: warning: strict: does nothing without a match that says exe:\n" },
	{ "[a]\nmatch = name:a !exe:/bin/sh\nstrict = yes\n", NULL,
	  "a.conf:3: warning: strict: does nothing without a match that says exe:\n" },
	{ "[a]\nmatch = exe:/bin/sh args:*x*\nstrict = yes\n", NULL,
	  "a.conf:3: warning: strict: does nothing: 'args:*x*' is known only once the program runs\n" },
	{ "[a]\nmatch = exe:/bin/sh args:*x*\nmatch.b = exe:/bin/dash\nstrict = yes\n", NULL, "" },
	{ "[a]\nmatch = name:a\nstrict = no\n", NULL, "" },
	{ "[a]\n" G "cpu = 40%\ncpu.idle = yes\n", NULL,
	  "a.conf:4: warning: cpu.idle: an idle group gets only what nobody else wants; 'cpu = 40%' reserves nothing then\n" },
	{ "[a]\n" G "cpu.burst = 20ms\n", NULL,
	  "a.conf:3: warning: cpu.burst: means nothing without a ceiling of cpu\n" },
	{ "[a]\n" G "cpus = 2-5\nmems = 1\n", NULL,
	  "a.conf:3: warning: cpus: '2-5' is not within what this machine has online (0-3)\n"
	  "a.conf:4: warning: mems: '1' is not within what this machine has online (0)\n" },
	{ "[a]\ncpus = 0-1\n[a/b]\n[a/b/c]\n" G "cpus = 1-2\n", NULL,
	  "a.conf:6: warning: cpus: '1-2' is not within what the group above it has (0-1)\n" },
	{ "[a]\ncpu = 40%\n", NULL, "a.conf:1: hint: [a] has limits, but no match: nothing gets into it by itself\n" },
	{ "[mysql]\nmatch = name:mysqld,mariadbd\ncpu = 40%\nmemory = 2G\n\n[apache]\nmatch = name:apache2,httpd\n"
	  "cpu = 60%\nmemory = 1G\n", NULL, "" },
	{ "[a]\ncpu = 50%\nmemory = 50%\n[a/b]\n" G "cpu = 100%\nmemory = 80%..100%\nswap = 0\n", NULL, "" },
	{ "[a]\n[b]\n" G "cpu = 0%..100%\n", NULL, "" },
};

static void what_is_hardly_meant_is_warned_of(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lints); i++) {
		auto_free char *told = help_told(lints[i].a, lints[i].b, policy_lint);

		assert_string_equal(told, lints[i].expected);
	}
}

static void a_machine_that_is_not_known_is_not_complained_about(void **state)
{
	struct policy *p = help_policy("[a]\nmatch = name:x\ncpu = 99 cores\nmemory = 99T\ncpus = 99\nmemory.min = 9T\n");
	struct machine m = { 0 };
	struct faults faults = { 0 };

	policy_check(p, &m, &faults);
	policy_lint(p, &m, &faults);
	assert_int_equal(faults.n, 0);
	policy_free(p);
	faults_done(&faults);
}

/* 10,000 groups and 20,000 rules, of which half are of one name. */
static void lint_takes_no_square_of_time(void **state)
{
	struct machine m = help_machine();
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;

	for (unsigned i = 0; i < 100; i++) {
		auto_free char *text = must_alloc(100 * 128);
		char name[32], *end = text;

		snprintf(name, sizeof(name), "%02u.conf", i);
		for (unsigned j = 0; j < 100; j++)
			end += sprintf(end, "[g%u-%u]\nmatch = name:n%u-%u\nmatch.j = name:java args:*%u-%u*\ncpu = 0.01%%\nmemory = 1G\n",
				       i, j, i, j, i, j);
		help_put(&files, name, text);
	}
	p = policy_read(&files, &faults);
	policy_check(p, &m, &faults);
	policy_lint(p, &m, &faults);
	assert_int_equal(faults.n, 0);
	policy_advise(p, &m, &faults); /* a hint for each group, of its reservation, and one of the sum */
	assert_int_equal(faults.n, 10001);
	assert_int_equal(p->n_groups, 10000);
	assert_int_equal(p->n_rules, 20000);
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_law_across_files_is_charged_to_the_line_that_breaks_it),
		cmocka_unit_test(a_rule_that_can_never_win_is_warned_of),
		cmocka_unit_test(what_is_hardly_meant_is_warned_of),
		cmocka_unit_test(a_machine_that_is_not_known_is_not_complained_about),
		cmocka_unit_test(lint_takes_no_square_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
