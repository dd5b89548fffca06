/* Laws of the index of rules: the same winner as one rule after the other, with less tried and nothing read in vain. */
#include "drawn.h"

#include <inttypes.h>

#include "rule_walk.h"

#define ROUNDS 6000
#define PROCESSES 8

struct found {
	unsigned rule;
	unsigned tried;
	uint32_t read; /* bit per fact that was asked for */
};

static unsigned find_linear(const struct look *l, const struct policy *p)
{
	for (unsigned i = 0; i < p->n_rules; i++)
		if (p->rules[i].n_terms && rule_fits_below(l, &p->rules[i], KIND_COST_MAX + 1))
			return i;
	return RULE_NONE;
}

static unsigned find_indexed(const struct look *l, const struct policy *p, const struct rule_index *ix, unsigned *ret_tried)
{
	struct rule_walk w;
	unsigned rule, least = 0;

	rule_walk_begin(&w, ix, p, l);
	while ((rule = rule_walk_next(&w)) != RULE_NONE) {
		assert_true(rule >= least);
		least = rule + 1;
		++*ret_tried;
		if (rule_fits_below(l, &p->rules[rule], KIND_COST_MAX + 1))
			break;
	}
	return rule;
}

/* ix NULL: one after the other. */
static struct found find(const struct policy *p, const struct resolved *r, const struct rule_index *ix, struct world *w)
{
	struct proc_facts f = {.pid = 812, .known = FACT_BIT(FACT_STAT)};
	const struct facts_reader reader = {world_read, w};
	const struct look l = {r, &f, &reader};
	struct found ret = {0};

	memcpy(f.comm, w->truth.comm, sizeof(f.comm));
	memset(w->reads, 0, sizeof(w->reads));
	ret.rule = ix ? find_indexed(&l, p, ix, &ret.tried) : find_linear(&l, p);
	for (int what = 0; what < FACT__COUNT; what++) {
		assert_true(w->reads[what] <= 1);
		ret.read |= w->reads[what] ? FACT_BIT(what) : 0;
	}
	proc_facts_done(&f);
	return ret;
}

/* What a rule may look at. The script's name depends on the executable. */
static uint32_t facts_of(const struct rule *rule)
{
	static const uint32_t facts[MATCH__COUNT] = {
		[MATCH_NAME] = FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS),
		[MATCH_EXE] = FACT_BIT(FACT_FILE),
		[MATCH_USER] = FACT_BIT(FACT_IDS),
		[MATCH_GROUP] = FACT_BIT(FACT_IDS),
		[MATCH_ARGS] = FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS),
		[MATCH_UNIT] = FACT_BIT(FACT_CGROUP),
		[MATCH_CGROUP] = FACT_BIT(FACT_CGROUP),
		[MATCH_PARENT] = FACT_BIT(FACT_PARENT),
		[MATCH_TAG] = FACT_BIT(FACT_TAG),
	};
	uint32_t all = 0;

	for (size_t i = 0; i < rule->n_terms; i++)
		all |= facts[rule->terms[i].kind];
	return all;
}

static uint32_t facts_up_to(const struct policy *p, unsigned winner)
{
	uint32_t all = 0;

	for (unsigned i = 0; i < p->n_rules && i <= winner; i++)
		all |= facts_of(&p->rules[i]);
	return all;
}

static void policy_print(const struct policy *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		print_error("%zu: %s\n", i, p->rules[i].text);
}

/* Calls look at one process of many policies, by the index and without. */
static void each_drawn(void (*look)(const struct policy *p, const struct found *linear, const struct found *indexed,
				    uint64_t seed))
{
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		uint64_t seed = round * 0x9e3779b97f4a7c15U;
		struct machine_drawn m;
		struct policy *p;
		struct rule_index *ix;

		seed_now = seed;
		p = policy_drawn();
		machine_draw(&m);
		ix = rule_index_new(p, &m.r);
		for (int i = 0; i < PROCESSES; i++) {
			struct found linear, indexed;
			struct world w;

			world_draw(&w);
			linear = find(p, &m.r, NULL, &w);
			indexed = find(p, &m.r, ix, &w);
			look(p, &linear, &indexed, seed);
			proc_facts_done(&w.truth);
		}
		rule_index_free(ix);
		built_free(p);
	}
}

static void same_winner(const struct policy *p, const struct found *linear, const struct found *indexed, uint64_t seed)
{
	if (linear->rule == indexed->rule)
		return;
	policy_print(p);
	fail_msg("seed %#" PRIx64 ": rule %d wins, the index finds %d", seed, (int)linear->rule, (int)indexed->rule);
}

static void the_winner_is_the_first_rule_that_fits(void **state)
{
	each_drawn(same_winner);
}

static void nothing_in_vain(const struct policy *p, const struct found *linear, const struct found *indexed, uint64_t seed)
{
	uint32_t asked = facts_up_to(p, linear->rule);

	if (!(indexed->read & ~asked))
		return;
	policy_print(p);
	fail_msg("seed %#" PRIx64 ": facts %#x are read, %#x are asked for up to rule %d", seed, indexed->read, asked,
		 (int)linear->rule);
}

static void nothing_is_read_that_only_rules_behind_the_winner_ask_for(void **state)
{
	each_drawn(nothing_in_vain);
}

/* The first account that a policy names is 0, the second 1, and the others do not exist. */
static const struct resolved_id accounts[BUILT_MAX] = {{true, 0}, {true, 1}};
static const struct resolved plain = {
	.exes = exes, .users = (struct resolved_id *)accounts, .user_groups = (struct resolved_id *)accounts,
};

static struct found found_by_index(const struct row *rows, size_t n, struct world *w)
{
	struct policy *p = built_new(rows, n);
	struct rule_index *ix = rule_index_new(p, &plain);
	struct found ret = find(p, &plain, ix, w);
	struct found linear = find(p, &plain, NULL, w);

	assert_int_equal(ret.rule, linear.rule);
	rule_index_free(ix);
	built_free(p);
	return ret;
}

static void a_fact_is_read_only_once_it_can_decide(void **state)
{
	static const struct {
		const char *rules[3];
		uint32_t read;
	} rows[] = {
		/* won before anyone asks */
		{{"name:web", "user:u0", "tag:x"}, 0},
		{{"name:x*", "!name:x*", "tag:x"}, FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS)},
		/* what is cheaper says no */
		{{"!user:u0 tag:x", "user:u1 parent:x", "!user:u0 name:x"}, FACT_BIT(FACT_IDS)},
		{{"name:web !user:u0 tag:x", "name:x user:u1", NULL}, FACT_BIT(FACT_IDS)},
		/* the second file is not there, nor the third account: nobody fits, whatever else is said */
		{{"user:u0,u1,nobody tag:x user:nobody", NULL, NULL}, 0},
		{{"exe:/a,/b exe:/b tag:x", NULL, NULL}, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct row policy[3];
		struct world w = {.truth = {.comm = "web", .uid = 0, .exe_dev = 1, .exe_ino = 99}};
		size_t n = 0;

		for (; n < 3 && rows[i].rules[n]; n++)
			policy[n] = (struct row){"g", rows[i].rules[n], false};
		if (found_by_index(policy, n, &w).read != rows[i].read)
			fail_msg("%s", rows[i].rules[0]);
	}
}

#define MANY 10000

/* #: the number of the rule */
static struct row *rows_many(const char *format)
{
	struct row *rows = must_alloc(MANY * sizeof(*rows));

	for (unsigned i = 0; i < MANY; i++) {
		char *match = must_strdup(format);

		for (char *number; (number = strchr(match, '#'));) {
			char *longer = must_printf("%.*s%u%s", (int)(number - match), match, i, number + 1);

			free(match);
			match = longer;
		}
		rows[i] = (struct row){"g", match, false};
	}
	return rows;
}

static void rows_free(struct row *rows)
{
	for (unsigned i = 0; i < MANY; i++)
		free((char *)rows[i].match);
	free(rows);
}

static void of_ten_thousand_rules_a_handful_is_tried(void **state)
{
	static const char *const rows[] = {
		"name:web-#",
		"name:other-#,web-#,third-#",
		"user:u0 name:web-#",
		"!group:u0 name:web-# !tag:blue",
		"name:web-# args:*port*",
		"cgroup:/web/#",
		"cgroup:/web/#/*",
		"unit:web-#.service name:*",
		"name:*server* tag:web-#",
		"args:web-#*--app=#; user:u0",
		"parent:cron-#",
		"args:*--app=#;",
		"args:*--app=#;* name:java,web*",
		"unit:*-#.service",
		"cgroup:*/web/#/?",
		"name:web-#-* user:u0,u1,u2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct row *many = rows_many(rows[i]);
		struct world w = {.truth = {
			.comm = "web-9876",
			.gid = 9,
			.exe_name = (char[]){"web-9876-server"},
			.args = (char[]){"web-9876 --app=9876;"},
			.argv0_name = (char[]){"web-9876-x"},
			.unit = (char[]){"web-9876.service"},
			.manager_cgroup = (char[]){"/web/9876/x"},
			.cgroups = {(char[]){"/web/9876"}},
			.tag = (char[]){"web-9876"},
			.parent_names = {(char[]){"cron-9876"}},
		}};
		struct found found = found_by_index(many, MANY, &w);

		if (strstr(rows[i], "args:*port*"))
			assert_int_equal(found.rule, RULE_NONE);
		else if (found.rule != 9876)
			fail_msg("%s", rows[i]);
		if (found.tried > 4)
			fail_msg("%s: %u rules tried", rows[i], found.tried);
		rows_free(many);
	}
}

/* More of what rules name than is kept of one process: nothing is lost. */
static void a_command_line_full_of_values_hides_none(void **state)
{
	struct row *many = rows_many("args:*=#=* tag:t-#");
	auto_free char *args = NULL;
	struct world w = {.truth = {.comm = "x", .tag = (char[]){"t-9876"}}};
	size_t size;
	FILE *to = open_memstream(&args, &size);

	assert_non_null(to);
	for (unsigned i = 2000; i < 2600; i++)
		fprintf(to, "=%u=", i);
	fprintf(to, "=9876=");
	fclose(to);
	w.truth.args = args;
	assert_int_equal(found_by_index(many, MANY, &w).rule, 9876);
	rows_free(many);
}

/* Looking at two files of /proc costs less than asking so many rules whether the uid alone rules them out. */
static void a_crowd_is_not_asked_one_by_one_to_spare_a_look(void **state)
{
	struct row *many = rows_many("user:u0 name:web-#");
	struct world w = {.truth = {.comm = "x", .uid = 3}};
	struct found found = found_by_index(many, MANY, &w);

	assert_int_equal(found.read, FACT_BIT(FACT_IDS) | FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS));
	assert_int_equal(found.tried, 0);
	found = found_by_index(many, 8, &w);
	assert_int_equal(found.read, FACT_BIT(FACT_IDS));
	rows_free(many);
}

static void of_what_a_rule_names_the_cheapest_is_looked_at(void **state)
{
	struct row *many = rows_many("parent:cron-# tag:t-# cgroup:/c/# name:n-#");
	struct world w = {.truth = {.comm = "x"}};

	assert_int_equal(found_by_index(many, MANY, &w).read, FACT_BIT(FACT_CGROUP));
	rows_free(many);
	/* a value that one rule repeats is no crowd */
	many = rows_many("tag:t-# args:a-#,a-#,a-#,a-#,a-#,a-#,a-#,a-#,a-#");
	assert_int_equal(found_by_index(many, MANY, &w).read, FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS));
	rows_free(many);
}

static void what_cannot_be_read_leads_to_no_rule(void **state)
{
	static const struct row rows[] = {{"g", "user:u0", false}, {"g", "group:u0", false}};
	struct world w = {.truth = {.comm = "x"}};

	assert_int_equal(found_by_index(rows, 2, &w).tried, 1);
	w.unreadable = FACT_BIT(FACT_IDS);
	assert_int_equal(found_by_index(rows, 2, &w).tried, 0);
}

static void a_folder_of_executables_is_no_anchor(void **state)
{
	static struct file_id folder[2000];
	static struct resolved_exe many[] = {{folder, ARRAY_SIZE(folder)}};
	static const struct resolved r = {.exes = many};
	static const struct row row = {"g", "exe:/usr/bin/*", false};
	struct policy *p = built_new(&row, 1);
	struct rule_index *ix;
	struct world w = {.truth = {.comm = "x", .exe_dev = 1, .exe_ino = 1999}};

	for (unsigned i = 0; i < ARRAY_SIZE(folder); i++)
		folder[i] = (struct file_id){1, i};
	ix = rule_index_new(p, &r);
	assert_int_equal(ix->loose.n, 1);
	assert_int_equal(find(p, &r, ix, &w).rule, 0);
	rule_index_free(ix);
	built_free(p);
}

static void an_empty_policy_has_an_empty_index(void **state)
{
	struct world w = {.truth = {.comm = "x"}};
	struct found found = found_by_index(NULL, 0, &w);

	assert_int_equal(found.rule, RULE_NONE);
	assert_int_equal(found.read, 0);
	rule_index_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_winner_is_the_first_rule_that_fits),
		cmocka_unit_test(nothing_is_read_that_only_rules_behind_the_winner_ask_for),
		cmocka_unit_test(a_fact_is_read_only_once_it_can_decide),
		cmocka_unit_test(of_ten_thousand_rules_a_handful_is_tried),
		cmocka_unit_test(a_command_line_full_of_values_hides_none),
		cmocka_unit_test(a_crowd_is_not_asked_one_by_one_to_spare_a_look),
		cmocka_unit_test(of_what_a_rule_names_the_cheapest_is_looked_at),
		cmocka_unit_test(what_cannot_be_read_leads_to_no_rule),
		cmocka_unit_test(a_folder_of_executables_is_no_anchor),
		cmocka_unit_test(an_empty_policy_has_an_empty_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
