/* Laws of matching: first fit wins, unknown fits nothing. */
#include "judged.h"

static bool fits(const char *match, struct world *w)
{
	const struct row row = {"g", match, false};
	enum verdict_kind kind = judge(&row, 1, w, &nowhere, NULL).kind;

	assert_true(kind == VERDICT_RULE || kind == VERDICT_NONE);
	memset(w->reads, 0, sizeof(w->reads));
	return kind == VERDICT_RULE;
}

static void tried_nothing(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
}

static const struct proc_facts mariadbd = {
	.comm = "mariadbd",
	.uid = 33,
	.gid = 33,
	.exe_dev = 1,
	.exe_ino = 11,
	.exe_name = (char[]){"mariadbd-real-executable"},
	.args = (char[]){"/usr/sbin/mysqld --port=3307 --x"},
	.argv0_name = (char[]){"mysqld"},
	.script_name = (char[]){"run.py"},
	.tag = (char[]){"blue"},
	.cgroups = {(char[]){"/a/b"}, NULL, (char[]){"/c"}},
	.manager_cgroup = (char[]){"/system.slice/mariadb.service"},
	.unit = (char[]){"mariadb.service"},
	.parent_names = {(char[]){"mariadbd-safe"}, NULL, NULL, (char[]){"start.sh"}},
};

static void a_term_fits_what_it_says_and_its_negation_the_rest(void **state)
{
	static const struct {
		const char *term;
		bool fits;
	} rows[] = {
		{"name:mariadb", false},	{"name:mariadbd-real-e", false},
		{"name:mariadbd-real-executables", false}, {"name:MARIADBD", false},
		{"name:mariadbd", true},	{"name:x,mariadbd", true},
		{"name:mariadbd-real-executable", true}, {"name:mysqld", true},
		{"name:run.py", true},		{"name:run*", true},
		{"name:?ariadbd", true},	{"name:*", true},
		{"exe:/usr/sbin/mariadbd", true}, {"args:*--port=3307*", true},
		{"args:--port=3307", false},	{"args:/usr/sbin/mysqld", false},
		{"user:mysql", true},		{"group:mysql", true},
		{"unit:mariadb.service", true}, {"unit:mariadb", false},
		{"unit:*.service", true},	{"cgroup:/a/b", true},
		{"cgroup:/a", false},		{"cgroup:/c", true},
		{"cgroup:/a/*", true},		{"cgroup:/system.slice/*", true},
		{"parent:mariadbd-safe", true}, {"parent:start.sh", true},
		{"parent:cron", false},		{"tag:blue", true},
		{"tag:red", false},		{"tag:", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w = {.truth = mariadbd};
		char negated[64];

		snprintf(negated, sizeof(negated), "!%s", rows[i].term);
		if (fits(rows[i].term, &w) != rows[i].fits || fits(negated, &w) == rows[i].fits)
			fail_msg("%s", rows[i].term);
	}
}

static void what_cannot_be_read_fits_neither_a_term_nor_its_negation(void **state)
{
	static const struct {
		const char *term;
		enum fact unreadable;
	} rows[] = {
		{"name:x", FACT_EXE},	{"name:x", FACT_ARGS}, {"exe:/usr/sbin/mariadbd", FACT_FILE},
		{"args:*", FACT_ARGS},	{"user:mysql", FACT_IDS}, {"group:mysql", FACT_IDS},
		{"unit:*", FACT_CGROUP}, {"cgroup:*", FACT_CGROUP}, {"parent:*", FACT_PARENT},
		{"tag:blue", FACT_TAG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w = {.truth = mariadbd, .unreadable = FACT_BIT(rows[i].unreadable)};
		char negated[64];

		snprintf(negated, sizeof(negated), "!%s", rows[i].term);
		assert_false(fits(rows[i].term, &w));
		assert_false(fits(negated, &w));
	}
}

static void what_can_be_read_decides_where_it_suffices(void **state)
{
	struct world w = {.truth = mariadbd, .unreadable = FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS)};

	assert_true(fits("name:mariadbd", &w));
	w.unreadable = FACT_BIT(FACT_EXE);
	assert_true(fits("name:mysqld", &w));
	assert_false(fits("!name:mysqld", &w));
}

static void what_may_stand_behind_the_end_that_was_read_is_unknown(void **state)
{
	static const struct {
		const char *term;
		bool fits;
	} rows[] = {
		{"args:*--port=3307*", true},  {"args:no,/usr/sbin/mysqld*", true}, {"args:*\\\\,*--x*", true},
		{"args:*--x", false},          {"args:*org.apache.Main*", false},   {"args:*--x\\*", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w = {.truth = mariadbd};
		char negated[80];

		w.truth.args_cut = true;
		snprintf(negated, sizeof(negated), "!%s", rows[i].term);
		if (fits(rows[i].term, &w) != rows[i].fits || fits(negated, &w))
			fail_msg("%s", rows[i].term);
	}
}

static void what_is_known_to_be_missing_is_no_secret(void **state)
{
	struct world w = {.truth = {.comm = "x"}};

	assert_true(fits("!tag:blue", &w));
	assert_true(fits("!unit:a.service", &w));
	assert_true(fits("!args:*", &w));
	assert_false(fits("args:*", &w));
	/* the second value of each is of a file, a user and a group that do not exist */
	assert_false(fits("exe:/not/there,/none", &w));
	assert_true(fits("!user:mysql,nobody-there", &w));
	assert_false(fits("user:mysql,nobody-there", &w));
}

static void uid_0_is_not_an_unknown_user(void **state)
{
	struct world w = {.truth = {.comm = "x", .uid = 0}};

	/* ids[1] is unknown and holds 0 */
	assert_false(fits("user:mysql,nobody-there", &w));
	assert_false(fits("group:mysql,nobody-there", &w));
}

static void all_terms_of_a_rule_must_fit(void **state)
{
	struct world w = {.truth = mariadbd};

	assert_true(fits("name:mariadbd user:mysql !tag:red", &w));
	assert_false(fits("name:mariadbd user:mysql tag:red", &w));
	assert_false(fits("tag:red name:mariadbd user:mysql", &w));
}

static void a_rule_without_terms_fits_nothing(void **state)
{
	struct world w = {.truth = mariadbd};
	const struct trace trace = {tried_nothing, NULL};
	const struct row row = {"g", "", false};

	assert_int_equal(judge(&row, 1, &w, &nowhere, NULL).kind, VERDICT_NONE);
	assert_int_equal(judge(&row, 1, &w, &nowhere, &trace).kind, VERDICT_NONE);
}

static void the_first_rule_that_fits_wins(void **state)
{
	static const struct row rows[] = {
		{"a", "name:other", false},
		{"b", "name:mariadbd tag:red", false},
		{"c", "name:mariadbd", false},
		{"a", "name:mariadbd", false},
	};
	struct world w = {.truth = mariadbd};
	struct verdict v = judge(rows, 4, &w, &nowhere, NULL);

	assert_int_equal(v.kind, VERDICT_RULE);
	assert_int_equal(v.group, 2);
	assert_int_equal(v.rule, 2);
	assert_string_equal(v.exclusion, "");
}

static void a_rule_beats_where_it_is_and_where_its_parent_is(void **state)
{
	static const struct row rows[] = {{"a", "name:x", false}, {"b", "name:mariadbd", false}};
	const struct standing s = {.parent_group = 0, .current_group = 0};
	struct world w = {.truth = mariadbd};
	struct verdict v = judge(rows, 2, &w, &s, NULL);

	assert_int_equal(v.kind, VERDICT_RULE);
	assert_int_equal(v.group, 1);
}

static void without_a_rule_standing_decides(void **state)
{
	/* groups 0 and 1 follow, 2 does not */
	static const struct row rows[] = {{"a", "name:x", false}, {"b", "name:y", false}, {"c", "name:z", true}};
	static const struct {
		unsigned parent, current;
		enum verdict_kind kind;
		unsigned group;
	} cases[] = {
		{GROUP_NONE, GROUP_NONE, VERDICT_NONE, GROUP_NONE},
		{0, GROUP_NONE, VERDICT_FOLLOWS, 0},
		{0, 0, VERDICT_FOLLOWS, 0},
		{GROUP_NONE, 0, VERDICT_STAYS, 0},
		{1, 0, VERDICT_STAYS, 0},
		{2, GROUP_NONE, VERDICT_NONE, GROUP_NONE},
		{2, 2, VERDICT_NONE, GROUP_NONE},
		{GROUP_NONE, 2, VERDICT_NONE, GROUP_NONE},
		{2, 1, VERDICT_STAYS, 1},
		{1, 2, VERDICT_FOLLOWS, 1},
		{77, 77, VERDICT_NONE, GROUP_NONE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w = {.truth = mariadbd};
		const struct standing s = {.parent_group = cases[i].parent, .current_group = cases[i].current};
		struct verdict v = judge(rows, 3, &w, &s, NULL);

		assert_int_equal(v.kind, cases[i].kind);
		assert_int_equal(v.group, cases[i].group);
		assert_int_equal(v.rule, UINT32_MAX);
	}
}

static void no_more_is_read_than_a_rule_needs(void **state)
{
	static const struct {
		const char *match;
		uint32_t read;
	} rows[] = {
		{"name:mariadbd tag:red", FACT_BIT(FACT_TAG)},
		{"parent:x tag:red name:mariadbd", FACT_BIT(FACT_TAG)},
		{"name:mariadbd-real-executable tag:red", FACT_BIT(FACT_EXE) | FACT_BIT(FACT_TAG)},
		{"tag:blue parent:cron user:nobody", FACT_BIT(FACT_IDS)},
		{"name:nothing", FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row row = {"g", rows[i].match, false};
		struct world w = {.truth = mariadbd};

		w.truth.uid = 44;
		assert_int_equal(judge(&row, 1, &w, &nowhere, NULL).kind, VERDICT_NONE);
		for (int k = 0; k < FACT__COUNT; k++)
			assert_int_equal(w.reads[k], !!(rows[i].read & FACT_BIT(k)));
	}
}

static void what_a_script_is_called_does_not_depend_on_the_order_of_rules(void **state)
{
	/* the executable is looked at before the arguments, since it tells that they name a script */
	static const struct row row = {"g", "args:nothing", false};
	struct world w = {.truth = mariadbd};

	judge(&row, 1, &w, &nowhere, NULL);
	assert_int_equal(w.reads[FACT_EXE], 1);
}

struct told {
	char text[256];
};

static void tried_told(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
	struct told *t = ctx;
	size_t used = strlen(t->text);

	snprintf(t->text + used, sizeof(t->text) - used, "%s: %s; ", p->groups[p->rules[rule].group].path,
		 failed ? failed->text : "fits");
}

static void a_trace_tells_every_rule_tried_and_the_first_written_term_that_failed(void **state)
{
	static const struct row rows[] = {
		{"a", "parent:cron name:other", false},
		{"b", "tag:blue user:mysql !name:mysqld", false},
		{"c", "name:mariadbd", false},
		{"d", "name:mariadbd", false},
	};
	struct told told = {""};
	const struct trace trace = {tried_told, &told};
	struct world w = {.truth = mariadbd};
	struct verdict v = judge(rows, 4, &w, &nowhere, &trace);

	assert_int_equal(v.group, 2);
	assert_string_equal(told.text, "a: parent:cron; b: !name:mysqld; c: fits; ");
}

static void a_trace_changes_no_verdict(void **state)
{
	static const char *const terms[] = {"name:mariadbd", "!name:mysqld", "user:mysql", "tag:red", "!tag:red",
					    "parent:cron", "!unit:x.service", "args:*port*"};
	const struct trace trace = {tried_nothing, NULL};

	for (size_t a = 0; a < ARRAY_SIZE(terms); a++) {
		for (size_t b = 0; b < ARRAY_SIZE(terms); b++) {
			auto_free char *match = must_printf("%s %s", terms[a], terms[b]);
			const struct row row = {"g", match, false};
			struct world w = {.truth = mariadbd, .unreadable = a % 2 ? FACT_BIT(FACT_TAG) : 0};
			enum verdict_kind plain = judge(&row, 1, &w, &nowhere, NULL).kind;

			memset(w.reads, 0, sizeof(w.reads));
			assert_int_equal(judge(&row, 1, &w, &nowhere, &trace).kind, plain);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_term_fits_what_it_says_and_its_negation_the_rest),
		cmocka_unit_test(what_cannot_be_read_fits_neither_a_term_nor_its_negation),
		cmocka_unit_test(what_can_be_read_decides_where_it_suffices),
		cmocka_unit_test(what_may_stand_behind_the_end_that_was_read_is_unknown),
		cmocka_unit_test(what_is_known_to_be_missing_is_no_secret),
		cmocka_unit_test(uid_0_is_not_an_unknown_user),
		cmocka_unit_test(all_terms_of_a_rule_must_fit),
		cmocka_unit_test(a_rule_without_terms_fits_nothing),
		cmocka_unit_test(the_first_rule_that_fits_wins),
		cmocka_unit_test(a_rule_beats_where_it_is_and_where_its_parent_is),
		cmocka_unit_test(without_a_rule_standing_decides),
		cmocka_unit_test(no_more_is_read_than_a_rule_needs),
		cmocka_unit_test(what_a_script_is_called_does_not_depend_on_the_order_of_rules),
		cmocka_unit_test(a_trace_tells_every_rule_tried_and_the_first_written_term_that_failed),
		cmocka_unit_test(a_trace_changes_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
