/* The policy language: what a file says, and what is said of a file that is wrong. */
#include "policy_help.h"

/* One value after "KEY = " in [g]; NULL: it is good. */
struct value_row {
	const char *key, *value, *expected;
};

static const struct value_row hostile_values[] = {
	{ "memory", "0x10", "'0x10' is not a size (like 512M or 2G)" },
	{ "memory", "1e9", "'1e9' is not a size (like 512M or 2G)" },
	{ "memory", "-0", "'-0' is not a size (like 512M or 2G)" },
	{ "memory", "+5", "'+5' is not a size (like 512M or 2G)" },
	{ "memory", "1G.. 5G", "' 5G' is not a size (like 512M or 2G)" },
	{ "memory", "50%%", "'50%%' is not a size (like 512M or 2G)" },
	{ "memory", "18446744073709551616", "'18446744073709551616' is too large (less than 8388608T)" },
	{ "memory", "9223372036854775808", "'9223372036854775808' is too large (less than 8388608T)" },
	{ "memory", "8388608T", "'8388608T' is too large (less than 8388608T)" },
	{ "memory", "2g", "'2g' is not a size (like 512M or 2G)" },
	{ "memory", "2GB", "'2GB' is not a size (like 512M or 2G)" },
	{ "memory", "2 G", "'2 G' is not a size (like 512M or 2G)" },
	{ "memory", "1.2345G", "'1.2345G' is not a size (like 512M or 2G)" },
	{ "memory", "1.5", "'1.5' is not a size (like 512M or 2G)" },
	{ "memory", "017", "'017' is not a size (like 512M or 2G)" },
	{ "memory", "nan", "'nan' is not a size (like 512M or 2G)" },
	{ "memory", "\xd9\xa3G", "'\\xd9\\xa3G' is not a size (like 512M or 2G)" },
	{ "memory", "0", "'0' is too small; at least 1M" },
	{ "memory", "0%", "'0%' is too small; at least 1M" },
	{ "memory", "1023K", "'1023K' is too small; at least 1M" },
	{ "memory", "1K..1G", "'1K..1G' is too small; at least 1M" },
	{ "memory", "101%", "'101%' is more than 100%" },
	{ "memory", "2G..1G", "'2G..1G' begins above its end" },
	{ "memory", "max..1G", "'max..1G' begins with max; leave it out" },
	{ "memory", "1G..", "'1G..' lacks one end of its range (like 40%..100%)" },
	{ "memory", "..1G", "'..1G' lacks one end of its range (like 40%..100%)" },
	{ "memory", "1G...2G", "'.2G' is not a size (like 512M or 2G)" },
	{ "memory", "1G..2G..3G", "'2G..3G' is not a size (like 512M or 2G)" },
	{ "memory.low", "max", "'max' is no reservation; write a size, or 0 for none" },
	{ "memory.min", "1G..2G", "'1G..2G' is a range; it takes one value" },
	{ "cpu", "0x10", "'0x10' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "50%%", "'50%%' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "40", "'40' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "40 %", "'40 %' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "%", "'%' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "1.5  cores", "'1.5  cores' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "1..2 cores", "'1' is not an amount of CPU (like 40%, 1.5 cores or max)" },
	{ "cpu", "0%", "'0%' leaves no CPU at all; the ceiling must be above 0" },
	{ "cpu", "0 cores", "'0 cores' leaves no CPU at all; the ceiling must be above 0" },
	{ "cpu", "100.001%", "'100.001%' is more than 100%" },
	{ "cpu", "9000 cores", "'9000 cores' is too large (at most 8192 cores)" },
	{ "cpu", "99999999999999999999%", "'99999999999999999999%' is more than 100%" },
	{ "cpu", "60%..40%", "'60%..40%' begins above its end" },
	{ "cpu", "2 cores..1 core", "'2 cores..1 core' begins above its end" },
	{ "cpu", "max..40%", "'max..40%' reserves max; reserve an amount" },
	{ "cpu.burst", "20", "'20' is not a burst (like 20ms, 500us or 50%)" },
	{ "cpu.burst", "101%", "'101%' is more than 100%" },
	{ "cpu.burst", "11000ms", "'11000ms' is too long (at most 10000ms)" },
	{ "cpu.burst", "ms", "'ms' is not a burst (like 20ms, 500us or 50%)" },
	{ "cpu.idle", "YES", "'YES' is neither yes nor no" },
	{ "cpu.idle", "2", "'2' is neither yes nor no" },
	{ "enforce", "maybe", "'maybe' is neither yes nor no" },
	{ "children", "yes", "'yes' is neither follow nor match" },
	{ "cpus", "3-1", "'3-1' is not a list (like 0-3,8)" },
	{ "cpus", "0,,1", "'0,,1' is not a list (like 0-3,8)" },
	{ "cpus", "0-", "'0-' is not a list (like 0-3,8)" },
	{ "cpus", "0 1", "'0 1' is not a list (like 0-3,8)" },
	{ "cpus", "8192", "'8192' names one that cannot be (0 to 8191)" },
	{ "cpus", "0-99999999999999999999", "'0-99999999999999999999' names one that cannot be (0 to 8191)" },
	{ "mems", "1024", "'1024' names one that cannot be (0 to 1023)" },
	{ "tasks", "0", "'0' is out of range (1 to 4194304, or max)" },
	{ "tasks", "4194305", "'4194305' is out of range (1 to 4194304, or max)" },
	{ "tasks", "50%", "'50%' is not a number (like 500 or max)" },
	{ "tasks", "-1", "'-1' is not a number (like 500 or max)" },
	{ "swap", "2G..3G", "'2G..3G' is a range; it takes one value" },
	{ "run.users", "alice bob", "'alice bob' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "alice,,bob", "'alice,,bob' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "alice,", "'alice,' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "@", "'@' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "@@ops", "'@@ops' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "*", "'*' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "-1", "'-1' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "1000x", "'1000x' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "4294967295", "'4294967295' is not a list of users (like alice,1001,@ops)" },
	{ "run.users", "alice..bob", "'alice..bob' is a range; it takes one value" },
	{ "match", "mysqld", "'mysqld' has no kind (write kind:value, like name:mysqld)" },
	{ "match", ":x", "':x' has no kind before its ':'" },
	{ "match", "!", "'!' has no kind (write kind:value, like name:mysqld)" },
	{ "match", "name:", "name: a value is empty" },
	{ "match", "name:a,,b", "name: a value is empty" },
	{ "match", "name:a,", "name: a value is empty" },
	{ "match", "nmae:a", "unknown kind 'nmae'; did you mean 'name'?" },
	{ "match", "!!name:a", "unknown kind '!name'; did you mean 'name'?" },
	{ "match", "exe:mysqld", "exe: 'mysqld' is no absolute path (like /usr/sbin/mariadbd)" },
	{ "match", "cgroup:batch", "cgroup: 'batch' is no path of a cgroup (like /batch or /batch/*)" },
	{ "match", "user:my*", "user: 'my*' is a glob; accounts go by name or number" },
	{ "match", "user:0x10", "user: '0x10' is neither a name nor a number" },
	{ "match", "user:-1", "user: '-1' is neither a name nor a number" },
	{ "match", "group:4294967295", "group: '4294967295' is too large a number (at most 4294967294)" },
	{ "match", "name:a\\d", "name: 'a\\d': a backslash goes before a blank, ',', '*', '?', '[', ']' or '\\' only" },
	{ "match", "name:a[b", "name: 'a[b' has a '[' without its ']' (write \\[ for the sign itself)" },
	{ "match.a.b", "name:a", "a label is made of a-z, 0-9, '_' and '-' (like match.shell)" },
	{ "match.", "name:a", "a label is made of a-z, 0-9, '_' and '-' (like match.shell)" },
};

static void a_value_that_is_not_understood_gets_one_clear_line(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile_values); i++) {
		const struct value_row *row = &hostile_values[i];
		auto_free char *text = must_printf("[g]\n%s = %s\n", row->key, row->value);
		auto_free char *expected = must_printf("a.conf:2: %s: %s\n", row->key, row->expected);

		help_expect_faults(text, expected);
	}
}

/* Whole files. */
static const struct {
	const char *text, *expected;
} hostile_files[] = {
	{ "[g]\nmemroy = 1G\n", "a.conf:2: unknown key 'memroy'; did you mean 'memory'?\n" },
	{ "[g]\nfrobnicate = 1G\n", "a.conf:2: unknown key 'frobnicate'\n" },
	{ "[g]\nio = 50\n", "a.conf:2: 'io' is not supported by this version\n" },
	{ "[g]\nlimit.nofile = 50\n", "a.conf:2: 'limit.nofile' is not supported by this version\n" },
	{ "[g]\nhugetlb.2m = 50\n", "a.conf:2: 'hugetlb.2m' is not supported by this version\n" },
	{ "[g]\ncpu = 10%\n[g]\ntasks = 5\n", "a.conf:3: [g] stands in line 1 already\n" },
	{ "[MySQL]\n[mysql]\n", "a.conf:2: [mysql] stands in line 1 already\n" },
	{ "[g]\ncpu = 10%\nCPU = 20%\n", "a.conf:3: 'cpu' stands in line 2 already\n" },
	{ "[g]\nmatch = name:a\nmatch = name:b\n", "a.conf:3: 'match' stands in line 2 already\n" },
	{ "[cgqd]\n", "a.conf:1: [cgqd]: settings of the daemon stand in cgqd.conf, not in a policy\n" },
	{ "[../x]\n", "a.conf:1: [../x]: '..' is not a name (a-z or 0-9, then also '_', '.' and '-')\n" },
	{ "[/web]\n", "a.conf:1: [/web]: a part of the name is empty\n" },
	{ "[web/]\n", "a.conf:1: [web/]: a part of the name is empty\n" },
	{ "[a//b]\n", "a.conf:1: [a//b]: a part of the name is empty\n" },
	{ "[cpu.max]\n", "a.conf:1: [cpu.max]: 'cpu.max' is kept for the kernel's own files\n" },
	{ "[a/tasks]\n", "a.conf:1: [a/tasks]: 'tasks' is kept for the kernel's own files\n" },
	{ "[a/_self]\n", "a.conf:1: [a/_self]: '_self' is cgqd's own name for the members of a group that has children\n" },
	{ "[-x]\n", "a.conf:1: [-x]: '-x' is not a name (a-z or 0-9, then also '_', '.' and '-')\n" },
	{ "[a/b/c/d/e/f/g/h/i]\n", "a.conf:1: [a/b/c/d/e/f/g/h/i]: is nested too deep; at most 8 parts\n" },
	{ "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
	  "a.conf:1: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]: "
	  "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' has 65 bytes; at most 64\n" },
	/* all at once, in order, and none twice */
	{ "cpu = 1\n[a b]\nmemory = x\ncpu = 40%\n[g\nx\n[h]\ncpu =\ncpu = 10%\nfoo = 1\n",
	  "a.conf:1: 'cpu' stands before the first [section]\n"
	  "a.conf:1: cpu: '1' is not an amount of CPU (like 40%, 1.5 cores or max)\n"
	  "a.conf:2: [a b]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts\n"
	  "a.conf:3: memory: 'x' is not a size (like 512M or 2G)\n"
	  "a.conf:5: '[g' lacks its ']'\n"
	  "a.conf:6: 'x' is not 'key = value'\n"
	  "a.conf:8: cpu: has no value\n"
	  "a.conf:9: 'cpu' stands in line 8 already\n"
	  "a.conf:10: unknown key 'foo'\n" },
	{ "[g]\nmatch = nmae:a name:,x exe:y\n",
	  "a.conf:2: match: unknown kind 'nmae'; did you mean 'name'?\n"
	  "a.conf:2: match: name: a value is empty\n"
	  "a.conf:2: match: exe: 'y' is no absolute path (like /usr/sbin/mariadbd)\n" },
};

static void every_fault_of_a_file_is_told_at_once_and_only_once(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile_files); i++)
		help_expect_faults(hostile_files[i].text, hostile_files[i].expected);
}

static const struct {
	const char *key, *value;
	enum key id;
	struct amount min, max;
} good_values[] = {
	{ "cpu", "40%", KEY_CPU, { AMOUNT_PERCENT, 40000, NULL }, { AMOUNT_PERCENT, 40000, NULL } },
	{ "cpu", "40%..100%", KEY_CPU, { AMOUNT_PERCENT, 40000, NULL }, { AMOUNT_PERCENT, 100000, NULL } },
	{ "cpu", "0%..33.333%", KEY_CPU, { AMOUNT_PERCENT, 0, NULL }, { AMOUNT_PERCENT, 33333, NULL } },
	{ "cpu", "40%..max", KEY_CPU, { AMOUNT_PERCENT, 40000, NULL }, { AMOUNT_MAX, 0, NULL } },
	{ "cpu", "max", KEY_CPU, { AMOUNT_UNSET, 0, NULL }, { AMOUNT_MAX, 0, NULL } },
	{ "cpu", "1.5 cores", KEY_CPU, { AMOUNT_CORES, 1500, NULL }, { AMOUNT_CORES, 1500, NULL } },
	{ "cpu", "10%..1 core", KEY_CPU, { AMOUNT_PERCENT, 10000, NULL }, { AMOUNT_CORES, 1000, NULL } },
	{ "cpu.burst", "20ms", KEY_CPU_BURST, { 0 }, { AMOUNT_USEC, 20000, NULL } },
	{ "cpu.burst", "500us", KEY_CPU_BURST, { 0 }, { AMOUNT_USEC, 500, NULL } },
	{ "cpu.burst", "50%", KEY_CPU_BURST, { 0 }, { AMOUNT_PERCENT, 50000, NULL } },
	{ "cpu.idle", "yes", KEY_CPU_IDLE, { 0 }, { AMOUNT_BOOL, 1, NULL } },
	{ "cpus", "8,0-2,1", KEY_CPUS, { 0 }, { AMOUNT_LIST, 0, "0-2,8" } },
	{ "memory", "2G", KEY_MEMORY, { 0 }, { AMOUNT_BYTES, 2ULL << 30, NULL } },
	{ "memory", "1800M..2G", KEY_MEMORY, { AMOUNT_BYTES, 1800ULL << 20, NULL }, { AMOUNT_BYTES, 2ULL << 30, NULL } },
	{ "memory", "80%..90%", KEY_MEMORY, { AMOUNT_PERCENT, 80000, NULL }, { AMOUNT_PERCENT, 90000, NULL } },
	{ "memory", "1G..max", KEY_MEMORY, { AMOUNT_BYTES, 1ULL << 30, NULL }, { AMOUNT_MAX, 0, NULL } },
	{ "memory", "max", KEY_MEMORY, { 0 }, { AMOUNT_MAX, 0, NULL } },
	{ "memory", "1048576", KEY_MEMORY, { 0 }, { AMOUNT_BYTES, 1048576, NULL } },
	{ "memory.low", "0", KEY_MEMORY_LOW, { 0 }, { AMOUNT_BYTES, 0, NULL } },
	{ "memory.min", "25%", KEY_MEMORY_MIN, { 0 }, { AMOUNT_PERCENT, 25000, NULL } },
	{ "swap", "0", KEY_SWAP, { 0 }, { AMOUNT_BYTES, 0, NULL } },
	{ "tasks", "500", KEY_TASKS, { 0 }, { AMOUNT_COUNT, 500, NULL } },
	{ "tasks", "max", KEY_TASKS, { 0 }, { AMOUNT_MAX, 0, NULL } },
	{ "children", "match", KEY_CHILDREN, { 0 }, { AMOUNT_BOOL, 0, NULL } },
	{ "strict", "yes", KEY_STRICT, { 0 }, { AMOUNT_BOOL, 1, NULL } },
	{ "run.users", "alice, 1001 ,@ops", KEY_RUN_USERS, { 0 }, { AMOUNT_LIST, 0, "alice,1001,@ops" } },
	{ "run.users", "0", KEY_RUN_USERS, { 0 }, { AMOUNT_LIST, 0, "0" } },
	{ "namespace", "net  pid:new", KEY_NAMESPACE, { 0 }, { AMOUNT_TEXT, 0, "net  pid:new" } },
	{ "net.out", "100Mbit", KEY_NET_OUT, { 0 }, { AMOUNT_RATE, 100000000, NULL } },
	{ "net.out", "1.5Gbit", KEY_NET_OUT, { 0 }, { AMOUNT_RATE, 1500000000, NULL } },
	{ "net.out", "8kbit", KEY_NET_OUT, { 0 }, { AMOUNT_RATE, 8000, NULL } },
	{ "net.in", "1000Gbit", KEY_NET_IN, { 0 }, { AMOUNT_RATE, 1000000000000, NULL } },
	{ "net.in", "max", KEY_NET_IN, { 0 }, { AMOUNT_MAX, 0, NULL } },
	{ "net.masquerade", "no", KEY_NET_MASQUERADE, { 0 }, { AMOUNT_BOOL, 0, NULL } },
};

static void assert_amount(const struct amount *a, const struct amount *expected)
{
	assert_int_equal(a->kind, expected->kind);
	assert_int_equal(a->n, expected->n);
	if (expected->list)
		assert_string_equal(a->list, expected->list);
}

static void a_good_value_is_taken_to_the_last_digit(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good_values); i++) {
		auto_free char *text = must_printf("\n[g]\n\t%s =%s\t\n", good_values[i].key, good_values[i].value);
		struct policy *p = help_policy(text);
		const struct setting *s = group_setting(&p->groups[0], good_values[i].id);

		assert_amount(&s->min, &good_values[i].min);
		assert_amount(&s->max, &good_values[i].max);
		assert_string_equal(s->text, good_values[i].value);
		assert_string_equal(s->at.file, "a.conf");
		assert_int_equal(s->at.line, 3);
		policy_free(p);
	}
}

static void a_key_of_the_table_reads_its_own_example(void **state)
{
	for (unsigned i = 0; i < KEY__COUNT; i++) {
		auto_free char *text = must_printf("[g]\n%s = %s\n", key_rows[i].name, key_rows[i].example);

		policy_free(help_policy(text));
	}
	for (unsigned i = 0; i < MATCH__COUNT; i++) {
		auto_free char *text = must_printf("[g]\nmatch = %s:%s\n", match_rows[i].name, match_rows[i].example);
		struct policy *p = help_policy(text);

		assert_int_equal(p->rules[0].terms[0].kind, i);
		assert_int_equal(p->kinds, 1U << i);
		policy_free(p);
	}
}

static void escapes_are_taken_off_literals_and_left_in_globs(void **state)
{
	struct policy *p = help_policy("[g]\n"
				       "match =  name:a\\ b,c\\,d\\*   !args:x\\ y*,z  tag:\\[\\\\x\n");
	const struct rule *r = &p->rules[0];

	assert_int_equal(r->n_terms, 3);
	assert_string_equal(r->text, "name:a\\ b,c\\,d\\* !args:x\\ y*,z tag:\\[\\\\x");
	assert_int_equal(r->terms[0].n_values, 2);
	assert_string_equal(r->terms[0].values[0].text, "a b");
	assert_string_equal(r->terms[0].values[1].text, "c,d*");
	assert_false(r->terms[0].values[1].is_glob);
	assert_true(r->terms[1].negated);
	assert_true(r->terms[1].values[0].is_glob);
	assert_string_equal(r->terms[1].values[0].text, "x\\ y*");
	assert_string_equal(r->terms[2].values[0].text, "[\\x");
	policy_free(p);
}

static void names_to_look_up_are_listed_once(void **state)
{
	struct policy *p = help_policy("[a]\nmatch = exe:/a,/b* user:u\nmatch.x = exe:/b\\*,/a user:u,7 group:u\n");

	assert_int_equal(p->n_exes, 3);
	assert_string_equal(p->exes[0], "/a");
	assert_string_equal(p->exes[1], "/b*");
	assert_true(p->exe_globs[1]);
	assert_string_equal(p->exes[2], "/b*");
	assert_false(p->exe_globs[2]);
	assert_int_equal(p->rules[1].terms[0].values[0].ref, 2);
	assert_int_equal(p->rules[1].terms[0].values[1].ref, 0);
	assert_int_equal(p->n_users, 2);
	assert_int_equal(p->rules[1].terms[1].values[1].ref, 1);
	assert_int_equal(p->n_user_groups, 1);
	policy_free(p);
}

static void parents_come_before_children_and_siblings_by_name(void **state)
{
	static const char *const order[] = { "a", "a/b", "a/b/c", "a/b.x", "a-b", "z" };
	struct policy *p = help_policy("[z]\n[a-b]\n[a/b.x]\n[a/b/c]\nenforce = yes\n[a/b]\nenforce = no\n[a]\n");

	assert_int_equal(p->n_groups, ARRAY_SIZE(order));
	for (unsigned i = 0; i < p->n_groups; i++) {
		assert_string_equal(p->groups[i].path, order[i]);
		assert_int_equal(policy_group(p, order[i]), i);
	}
	assert_string_equal(p->groups[2].name, "c");
	assert_int_equal(p->groups[2].parent, 1);
	assert_int_equal(p->groups[0].n_children, 2);
	assert_int_equal(p->groups[0].parent, GROUP_NONE);
	assert_false(p->groups[2].enforce); /* an ancestor says no */
	assert_true(p->groups[3].enforce);
	assert_int_equal(policy_group(p, "a/"), GROUP_NONE);
	assert_int_equal(policy_group(p, ""), GROUP_NONE);
	policy_free(p);
}

static void a_later_file_overrides_key_by_key_and_says_what(void **state)
{
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	const struct setting *s;
	struct policy *p;

	help_put(&files, "50-b.conf", "[g]\nmemory = max\nmatch = name:new\n");
	help_put(&files, "10-a.conf", "[g]\ncpu = 40%\nmemory = 1G\nmatch = name:old\nmatch.x = name:x\n[h]\nmatch = name:h\n");
	p = policy_read(&files, &faults);
	assert_int_equal(faults.n, 0);
	s = group_setting(&p->groups[0], KEY_MEMORY);
	assert_int_equal(s->max.kind, AMOUNT_MAX);
	assert_string_equal(s->at.file, "50-b.conf");
	assert_string_equal(s->over.file, "10-a.conf");
	assert_int_equal(s->over.line, 3);
	assert_int_equal(group_setting(&p->groups[0], KEY_CPU)->max.n, 40000);
	assert_string_equal(p->groups[0].at.file, "10-a.conf");
	/* the overridden match stands where the later line stands */
	assert_int_equal(p->n_rules, 3);
	assert_string_equal(p->rules[0].text, "name:x");
	assert_string_equal(p->rules[1].text, "name:h");
	assert_string_equal(p->rules[2].text, "name:new");
	assert_int_equal(p->groups[0].n_rules, 2);
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
}

static void a_faulty_file_contributes_nothing_and_takes_no_other_with_it(void **state)
{
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;

	help_put(&files, "10-a.conf", "[a]\ncpu = 40%\n");
	help_put(&files, "20-b.conf", "[a]\ncpu = 50%\n[b]\nmemory = oops\n");
	p = policy_read(&files, &faults);
	assert_int_equal(faults.n, 1);
	assert_int_equal(p->n_groups, 1);
	assert_int_equal(group_setting(&p->groups[0], KEY_CPU)->max.n, 40000);
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
}

static void equal_texts_have_equal_hashes(void **state)
{
	struct policy *a = help_policy("[a]\ncpu = 40%\nmatch = name:x\n");
	struct policy *b = help_policy("[a]\ncpu = 40%\nmatch = name:x\n");
	struct policy *c = help_policy("[b]\ncpu = 40%\nmatch = name:x\n");

	assert_int_equal(a->hash, b->hash);
	assert_int_not_equal(a->hash, c->hash);
	assert_int_equal(a->rules[0].key, b->rules[0].key);
	assert_int_not_equal(a->rules[0].key, c->rules[0].key);
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

static char *many_lines(const char *first, const char *fmt, unsigned n)
{
	size_t size = strlen(first) + n * 32 + 1, used;
	char *text = must_alloc(size);

	used = (size_t)snprintf(text, size, "%s", first);
	for (unsigned i = 0; i < n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		used += (size_t)snprintf(text + used, size - used, fmt, i);
#pragma GCC diagnostic pop
	}
	return text;
}

static void too_much_of_anything_is_told_with_its_bound(void **state)
{
	auto_free char *groups = many_lines("", "[g%u]\n", 10001);
	auto_free char *rules = many_lines("[g]\n", "match.l%u = name:a\n", 20001);
	auto_free char *faulty = many_lines("[g]\n", "x%u\n", 1500);
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;

	help_expect_faults(groups, "a.conf:10001: [g10000] is one group too many; at most 10000 in all\n");
	help_expect_faults(rules, "a.conf:20002: one match too many; at most 20000 in all\n");
	help_put(&files, "a.conf", faulty);
	p = policy_read(&files, &faults);
	assert_int_equal(faults.n, 1001);
	assert_string_equal(faults.list[1000].text, "and 500 more faults from here on");
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_not_understood_gets_one_clear_line),
		cmocka_unit_test(every_fault_of_a_file_is_told_at_once_and_only_once),
		cmocka_unit_test(a_good_value_is_taken_to_the_last_digit),
		cmocka_unit_test(a_key_of_the_table_reads_its_own_example),
		cmocka_unit_test(escapes_are_taken_off_literals_and_left_in_globs),
		cmocka_unit_test(names_to_look_up_are_listed_once),
		cmocka_unit_test(parents_come_before_children_and_siblings_by_name),
		cmocka_unit_test(a_later_file_overrides_key_by_key_and_says_what),
		cmocka_unit_test(a_faulty_file_contributes_nothing_and_takes_no_other_with_it),
		cmocka_unit_test(equal_texts_have_equal_hashes),
		cmocka_unit_test(too_much_of_anything_is_told_with_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
