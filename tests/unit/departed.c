/* Members that have ended are remembered for a while, in the words of their time. */
#include "world.h"

#include "departed.h"

static struct member member(pid_t pid, enum verdict_kind kind, unsigned group, uint64_t key)
{
	return (struct member){ .pid = pid, .start_ticks = 7, .kind = kind, .group = group, .rule_key = key,
				.placed_ns = 1, .comm = "apache2" };
}

static void add(struct departed *d, struct member one, uint64_t ended_ns)
{
	departed_add(d, &one, ended_ns);
}

static void the_latest_of_a_number_is_found(void **state)
{
	struct departed *d = departed_new();

	assert_null(departed_find(d, 812));
	assert_null(departed_find(d, 0));
	add(d, member(812, VERDICT_RULE, 0, 1), 10);
	add(d, member(812, VERDICT_RULE, 0, 2), 20);
	add(d, member(813, VERDICT_RULE, 0, 3), 30);
	assert_int_equal(departed_find(d, 812)->m.rule_key, 2);
	add(d, member(812, VERDICT_FOLLOWS, 0, 4), 40);
	assert_int_equal(departed_find(d, 812)->m.rule_key, 4);
	add(d, member(812, VERDICT_STAYS, 0, 5), 50);
	assert_int_equal(departed_find(d, 812)->m.rule_key, 5);
	departed_free(d);
}

static void ten_thousand_descendants_push_out_no_server(void **state)
{
	struct departed *d = departed_new();

	add(d, member(1, VERDICT_RULE, 0, 1), 1);
	for (pid_t pid = 2; pid <= 10001; pid++)
		add(d, member(pid, VERDICT_FOLLOWS, 0, 1), (uint64_t)pid);
	assert_non_null(departed_find(d, 1));
	assert_non_null(departed_find(d, 10001));
	assert_non_null(departed_find(d, 10001 - 255));
	assert_null(departed_find(d, 10001 - 256));
	departed_free(d);
}

/* The answer of Explain, for a pid that nobody has: its process has just ended. */
static json_t *explained(struct world *w, struct departed *d, pid_t pid)
{
	struct err e = { 0 };

	w->v.departed = d;
	return report_explain(&w->v, pid, &e);
}

static pid_t ended_pid(void)
{
	pid_t pid = start_sleeping("x");

	stop_sleeping(pid);
	return pid;
}

static void one_that_has_ended_is_explained(void **state)
{
	struct world *w = *state;
	struct departed *d = departed_new();
	unsigned web = policy_group(w->choice.policy, "web");
	struct member one = member(ended_pid(), VERDICT_RULE, web, 0);
	json_t *o;

	for (size_t r = 0; r < w->choice.policy->n_rules; r++)
		if (w->choice.policy->rules[r].group == web)
			one.rule_key = w->choice.policy->rules[r].key;
	one.origins[0] = "/from";
	assert_null(explained(w, d, one.pid));
	add(d, one, 1000000000);
	o = explained(w, d, one.pid);
	assert_json(o, "name", "\"apache2\"");
	assert_json(o, "group", "\"web\"");
	assert_json(o, "how", "\"rule\"");
	assert_json(o, "rule.text", "\"name:apache2\"");
	assert_json(o, "rule.line", "6");
	assert_json(o, "cgroups", "{}");
	assert_true(json_is_string(json_object_get(o, "moved_at")) && json_is_string(json_object_get(o, "ended_at")));
	assert_string_not_equal(json_at(o, "origins"), "{}");
	json_decref(o);
	departed_free(d);
}

static void a_later_policy_does_not_rewrite_the_past(void **state)
{
	struct world *w = *state;
	struct departed *d = departed_new();
	const struct policy *p = w->choice.policy;
	struct member one = member(ended_pid(), VERDICT_RULE, policy_group(p, "web"), 0);
	json_t *o;

	for (size_t r = 0; r < p->n_rules; r++)
		if (p->rules[r].group == one.group)
			one.rule_key = p->rules[r].key;
	add(d, one, 1000000000);
	add(d, member(one.pid + 1, VERDICT_RULE, 99, 0), 1000000000); /* of a group that is gone already */
	departed_policy(d, p);
	world_put_file(w, "50-web.conf", "[other]\nmatch = name:x\n");
	world_choose(w);
	o = explained(w, d, one.pid);
	assert_json(o, "group", "\"web\"");
	assert_json(o, "rule.text", "\"name:apache2\"");
	json_decref(o);
	departed_policy(d, w->choice.policy); /* once is enough */
	o = explained(w, d, one.pid);
	assert_json(o, "group", "\"web\"");
	json_decref(o);
	departed_free(d);
}

static void the_living_come_first(void **state)
{
	struct world *w = *state;
	struct departed *d = departed_new();
	pid_t pid = start_sleeping("living");
	json_t *o;

	add(d, member(pid, VERDICT_RULE, 0, 0), 1);
	o = explained(w, d, pid);
	assert_json(o, "name", "\"living\"");
	assert_json(o, "ended_at", "null");
	json_decref(o);
	stop_sleeping(pid);
	departed_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_of_a_number_is_found),
		cmocka_unit_test(ten_thousand_descendants_push_out_no_server),
		cmocka_unit_test_setup_teardown(one_that_has_ended_is_explained, world_new, world_done),
		cmocka_unit_test_setup_teardown(a_later_policy_does_not_rewrite_the_past, world_new, world_done),
		cmocka_unit_test_setup_teardown(the_living_come_first, world_new, world_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
