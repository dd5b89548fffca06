/* What may be meant and is worth a look; rules that take everything; ceilings below the use. */
#include "policy_help.h"

#include "policy_check.h"

struct row {
	const char *text; /* of a.conf */
	const char *expected;
};

typedef void lint_fn(const struct policy *p, const struct machine *m, struct faults *faults);

static void rows_check(const struct row *rows, size_t n, lint_fn *lint, const struct machine *m)
{
	for (size_t i = 0; i < n; i++) {
		struct policy *p = help_policy(rows[i].text);
		struct faults faults = { 0 };
		auto_free char *told = NULL;

		lint(p, m, &faults);
		faults_sort(&faults);
		told = help_faults(&faults);
		assert_string_equal(told, rows[i].expected);
		policy_free(p);
		faults_done(&faults);
	}
}

#define TOO(line, rule, group, at, value)                                                                            \
	"a.conf:" #line ": hint: a process that fits this may fit '" rule "' of [" group "] in a.conf:" #at          \
	" too (both name '" value "'), which is tried first\n"

static const struct row overlaps[] = {
	{ "[a]\nmatch = name:java user:ci\n[b]\nmatch = name:java args:*x*\n", TOO(4, "name:java user:ci", "a", 2, "java") },
	{ "[a]\nmatch = user:u,v tag:x\n[b]\nmatch = user:v,w args:y\n", TOO(4, "user:u,v tag:x", "a", 2, "v") },
	{ "[a]\nmatch = name:my* user:u\n[b]\nmatch = args:x name:mysqld\n", TOO(4, "name:my* user:u", "a", 2, "mysqld") },
	{ "[a]\nmatch = name:my* user:u\n[b]\nmatch = name:my* args:x\n", TOO(4, "name:my* user:u", "a", 2, "my*") },
	{ "[a]\nmatch = name:x,y user:u,v\n[b]\nmatch = name:y,z user:v,w\n", TOO(4, "name:x,y user:u,v", "a", 2, "y") },
	{ "[a]\nmatch = tag:t !user:u name:x\n[b]\nmatch = name:x args:y\n", TOO(4, "tag:t !user:u name:x", "a", 2, "x") },
	/* once for two groups, and once for a rule */
	{ "[a]\nmatch = name:java user:ci\nmatch.2 = name:java user:cd\n[b]\nmatch = name:java args:*x*\n"
	  "match.2 = name:java args:*y*\n", TOO(5, "name:java user:ci", "a", 2, "java") },
	/* the special before the general */
	{ "[a]\nmatch = name:y\n[b]\nmatch = name:x,y\n", "" },
	{ "[a]\nmatch = name:mysqld,foo\n[b]\nmatch = name:my*\n", "" },
	{ "[a]\nmatch = name:java user:ci\n[b]\nmatch = name:java\n", "" },
	{ "[a]\nmatch = name:java,node user:ci\n[b]\nmatch = name:java,python\n", "" },
	{ "[a]\nmatch = name:php* user:u\n[b]\nmatch = name:php-fpm\n", "" },
	{ "[a]\nmatch = name:java user:u\n[b]\nmatch = name:java user:u,v\n", "" },
	/* what authors tell groups apart by */
	{ "[a]\nmatch = name:java args:*x*\n[b]\nmatch = name:java args:*y*\n", "" },
	{ "[a]\nmatch = user:u\n[b]\nmatch = name:x\n", "" },
	{ "[a]\nmatch = name:a* user:u\n[b]\nmatch = name:*a tag:t\n", "" },
	/* what cannot be */
	{ "[a]\nmatch = name:java user:ci\n[b]\nmatch = name:java !user:ci args:x\n", "" },
	{ "[a]\nmatch = name:java !user:ci tag:t\n[b]\nmatch = name:java user:ci args:x\n", "" },
	{ "[a]\nmatch = name:x,y user:u\n[b]\nmatch = name:y,z !name:y args:x\n", "" },
	{ "[a]\nmatch = name:x,y !name:y user:u\n[b]\nmatch = name:y,z args:x\n", "" },
	/* one group, and what is told as a warning */
	{ "[a]\nmatch = name:java user:ci\nmatch.2 = name:java args:*x*\n", "" },
	{ "[a]\nmatch = name:x,y\n[b]\nmatch = name:y,z\n", "" },
	{ "[a]\nmatch = name:x\n[b]\nmatch = name:x user:u\n", "" },
};

static void an_overlap_is_told_unless_the_special_comes_first(void **state)
{
	struct machine m = help_machine();

	rows_check(overlaps, ARRAY_SIZE(overlaps), policy_advise, &m);
}

#define G(name) "match = name:" name "\n"

static const struct row overcommits[] = {
	{ "[a]\n" G("a") "memory = 5G\n[b]\n" G("b") "memory = 1G..4G\n",
	  "a.conf:6: hint: memory: with '1G..4G' the ceilings sum to 9G of the machine, which has 8G: all may run short "
	  "with none at its ceiling\n" },
	{ "[a]\n" G("a") "memory = 50%\n[b]\n" G("b") "memory = 50%\n",
	  "a.conf:6: hint: memory: with '50%' the ceilings sum to 8G of the machine, which has 8G: little is sure to be "
	  "left for everything outside\n" },
	{ "[a]\nmemory = 1G\n[a/b]\n" G("b") "memory = 80%\n[a/c]\n" G("c") "memory = 512M\n[a/d]\n" G("d") "memory = 1G\n",
	  "a.conf:8: hint: memory: with '512M' the ceilings sum to 1.3G of [a], which has 1G: all may run short with none "
	  "at its ceiling\n" },
	/* all of a group's may be given to its children */
	{ "[a]\nmemory = 1G\n[a/b]\n" G("b") "memory = 50%\n[a/c]\n" G("c") "memory = 512M\n", "" },
	{ "[a]\n" G("a") "memory = 5G\n[b]\n" G("b") "memory = 2G\n", "" },
	{ "[a]\n" G("a") "memory = 100%\n[b]\n" G("b"), "" },
	{ "[a]\n" G("a") "memory = 5G\n[b]\n" G("b") "memory = max\n", "" },
	{ "[a]\n" G("a") "memory = 5G\n[b]\nenforce = no\n" G("b") "memory = 4G\n", "" },
};

static void ceilings_that_cannot_all_be_used_are_told_once(void **state)
{
	struct machine m = help_machine();

	rows_check(overcommits, ARRAY_SIZE(overcommits), policy_advise, &m);
}

#define FORGE(line, rule, group, setting)                                                                            \
	"a.conf:" #line ": hint: any user's process can call itself what '" rule "' asks for, and share in what ["   \
	group "] reserves (" setting "): add user:, or name the executable by exe:\n"

static const struct row forgeables[] = {
	{ "[a]\nmatch = name:x\ncpu = 10%..max\n", FORGE(2, "name:x", "a", "cpu = 10%..max") },
	{ "[a]\nmatch = args:x\nmemory.min = 1G\n", FORGE(2, "args:x", "a", "memory.min = 1G") },
	{ "[a]\nmatch = tag:x\nmemory.low = 1G\n", FORGE(2, "tag:x", "a", "memory.low = 1G") },
	{ "[a]\nmatch = parent:x !user:u\ncpu = 1 core\n", FORGE(2, "parent:x !user:u", "a", "cpu = 1 core") },
	/* once for a group */
	{ "[a]\nmatch = exe:/x\nmatch.2 = name:x\nmatch.3 = name:y\ncpu = 10%\n", FORGE(3, "name:x", "a", "cpu = 10%") },
	/* what nobody chooses for himself */
	{ "[a]\nmatch = exe:/x\nmatch.2 = name:x user:u\nmatch.3 = name:x group:g\nmatch.4 = unit:x.service\n"
	  "match.5 = args:x cgroup:/x\ncpu = 10%\n", "" },
	/* nothing to gain */
	{ "[a]\nmatch = name:x\ncpu = 0%..10%\nmemory = 1G\nmemory.low = 0\n", "" },
	{ "[a]\nmatch = name:x\ncpu = max\n", "" },
	{ "[a]\nmatch = name:x\ncpu = 10%\nenforce = no\n", "" },
};

static void a_name_that_anyone_can_take_is_told_where_it_reserves(void **state)
{
	struct machine m = help_machine();

	rows_check(forgeables, ARRAY_SIZE(forgeables), policy_advise, &m);
}

#define TAKES(line, name, group, held)                                                                               \
	"a.conf:" #line ": warning: takes " name " too, and whatever else no earlier rule takes, into [" group       \
	"], which is held to " held "\n"

static const struct row catch_alls[] = {
	{ "[a]\nmatch = name:*\ncpu = 0%..10%\n", TAKES(2, "sshd", "a", "10% CPU") },
	{ "[a]\nmatch = user:root\nmemory = 512M\n", TAKES(2, "sshd", "a", "512M memory") },
	{ "[a]\nmatch = user:0 group:0\ntasks = 100\n", TAKES(2, "sshd", "a", "100 tasks") },
	{ "[a]\nmatch = !user:www-data\ncpu.idle = yes\n", TAKES(2, "sshd", "a", "CPU that nobody else wants") },
	{ "[a]\nmatch = unit:*.service\ncpu = 1.5 cores\n", TAKES(2, "sshd", "a", "37.5% CPU") },
	{ "[a]\nmatch = exe:/usr/*\ncpu = 20%\nmemory = 1G\n", TAKES(2, "sshd", "a", "20% CPU, 1G memory") },
	{ "[a]\nmatch = args:*\nmatch.2 = cgroup:/system.slice/*\ncpu = 20%\n", TAKES(2, "sshd", "a", "20% CPU") },
	{ "[a]\ncpu = 20%\n[a/b]\nmatch = parent:systemd\ncpu = 2 cores\n", /* what is above holds it too */
	  TAKES(4, "sshd", "a/b", "20% CPU")
	  "a.conf:5: warning: cpu: '2 cores' reserves more than there is of [a], which has 0.8 cores\n" },
	/* sshd is cared for, the journal is not */
	{ "[ssh]\nmatch = name:sshd\n[z]\nmatch = name:*\ncpu = 0%..10%\n", TAKES(4, "systemd-journald", "z", "10% CPU") },
	/* both are */
	{ "[ssh]\nmatch = name:sshd,systemd-*\n[z]\nmatch = name:*\ncpu = 0%..10%\n", "" },
	/* meant by who names them */
	{ "[a]\nmatch = name:sshd,systemd-journald\ncpu = 0%..10%\n", "" },
	/* not held low, or not at all */
	{ "[a]\nmatch = name:*\ncpu = 0%..50%\nmemory = 50%\ntasks = 500\n", "" },
	{ "[a]\nmatch = name:*\ncpu = 0%..10%\nenforce = no\n", "" },
	/* sshd has none of these */
	{ "[a]\nmatch = tag:*\nmatch.2 = user:www-data\nmatch.3 = !user:root\ncpu = 0%..10%\n", "" },
	{ "[a]\nmatch = name:* !group:root\ncpu = 0%..10%\n", "" },
};

static void a_rule_that_takes_sshd_with_all_else_is_warned_of(void **state)
{
	struct machine m = help_machine();

	for (size_t i = 0; i < ARRAY_SIZE(catch_alls); i++)
		rows_check(&catch_alls[i], 1, policy_lint, &m);
}

static const struct row kept[] = {
	{ "[a]\n" G("a") "memory.min = 5G\n[b]\n" G("b") "memory.min = 2.8G\n",
	  "a.conf:6: warning: memory.min: with '2.8G' groups keep 7.8G of the machine, which has 8G: too little is left "
	  "for sshd and all else outside\n" },
	{ "[a]\n" G("a") "memory.min = 100%\n",
	  "a.conf:3: warning: memory.min: with '100%' groups keep 8G of the machine, which has 8G: too little is left for "
	  "sshd and all else outside\n" },
	{ "[a]\n" G("a") "memory.min = 5G\n[b]\n" G("b") "memory.min = 2.7G\n", "" },
	{ "[a]\n" G("a") "memory.min = 7.9G\nenforce = no\n", "" },
	{ "[a]\n" G("a") "memory.min = 5G\n[a/b]\n" G("b") "memory.min = 4G\n", "" }, /* of the same 5G */
};

static void memory_that_is_kept_from_everything_outside_is_warned_of(void **state)
{
	struct machine m = help_machine();

	rows_check(kept, ARRAY_SIZE(kept), policy_lint, &m);
}

static void nothing_is_held_against_a_machine_that_is_not_known(void **state)
{
	static const struct row row = {
		"[a]\nmatch = name:*\ncpu = 10%\nmemory = 9T\nmemory.min = 9T\n[b]\nmatch = exe:/b\nmemory = 9T\n",
		"a.conf:2: hint: any user's process can call itself what 'name:*' asks for, and share in what [a] "
		"reserves (cpu = 10%): add user:, or name the executable by exe:\n"
	};
	struct machine m = { 0 };

	rows_check(&row, 1, policy_advise, &m);
}

static void use_lint(const struct policy *p, const struct machine *m, struct faults *faults)
{
	static const struct group_use use[] = { { 1, 600 << 20 }, { 2, 700 << 20 }, { 0, 0 } };

	assert_int_equal(p->n_groups, 3);
	policy_lint_use(p, m, use, faults);
}

static const struct row uses[] = { /* a: 600M itself, a/b: 700M, c: nothing */
	{ "[a]\nmemory = 1.2G\n[a/b]\nmemory = 1G\n[c]\nmemory = 1M\n",
	  "a.conf:2: warning: memory: processes that fit now use at least 1.27G (3 of them), more than the ceiling of '1.2G'\n" },
	{ "[a]\nmemory = max\n[a/b]\nmemory = 5%\n[c]\n",
	  "a.conf:4: warning: memory: processes that fit now use at least 700M (2 of them), more than the ceiling of '5%'\n" },
	{ "[a]\nmemory = 600M..1300M\n[a/b]\nmemory = 700M\n[c]\n", "" },
	{ "[a]\nenforce = no\nmemory = 1M\n[a/b]\nmemory = 1M\n[c]\n", "" },
};

static void a_ceiling_below_the_use_is_warned_of(void **state)
{
	struct machine m = help_machine();

	rows_check(uses, ARRAY_SIZE(uses), use_lint, &m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_overlap_is_told_unless_the_special_comes_first),
		cmocka_unit_test(ceilings_that_cannot_all_be_used_are_told_once),
		cmocka_unit_test(a_name_that_anyone_can_take_is_told_where_it_reserves),
		cmocka_unit_test(a_rule_that_takes_sshd_with_all_else_is_warned_of),
		cmocka_unit_test(memory_that_is_kept_from_everything_outside_is_warned_of),
		cmocka_unit_test(nothing_is_held_against_a_machine_that_is_not_known),
		cmocka_unit_test(a_ceiling_below_the_use_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
