/* Laws of what groups on several units use, and groups above these. */
#include "policy_text.h"
#undef fail /* ours fills a struct err */

#include <stdlib.h>

#include <cgq/memory.h>

#include "usage_sum.h"

struct room {
	struct policy *policy;
	struct choice choice;
	struct node nodes[8];
	unsigned node_of_group[4];
	struct want want;
	struct members *members;
	struct group_usage of_nodes[8];
	struct view v;
	struct usages u;
};

/* batch, web, web/php, by index; nodes[0] is the root. */
enum { BATCH, WEB, PHP };

static int room_new(void **state)
{
	struct room *r = calloc(1, sizeof(*r));

	r->policy = policy_of("[batch]\nmatch = name:batch\n[web]\nmatch = name:apache2\n[web/php]\nmatch = name:php\n");
	r->choice.policy = r->policy;
	r->members = members_new();
	r->nodes[0] = (struct node){.group = GROUP_NONE, .path = "/"};
	r->want = (struct want){.nodes = r->nodes, .n = 1, .node_of_group = r->node_of_group, .in_place = true};
	r->v = (struct view){.choice = &r->choice, .want = &r->want, .members = r->members};
	*state = r;
	return 0;
}

static int room_done(void **state)
{
	struct room *r = *state;

	free(r->u.groups);
	members_free(r->members);
	policy_free(r->policy);
	free(r);
	return 0;
}

/* One unit of the group; "web/php": it has none. */
static struct group_usage *node_add(struct room *r, unsigned group, const char *path, uint64_t procs)
{
	struct group_usage *u = &r->of_nodes[r->want.n];
	bool first = r->nodes[r->want.n - 1].group != group;

	if (first)
		r->node_of_group[group] = (unsigned)r->want.n;
	r->nodes[r->want.n++] = (struct node){.group = group, .path = path};
	u->usage.rates = (struct rates){.known = true, .cpu_percent = 10, .throttled_percent = -1};
	u->usage.procs = (struct counter){true, procs};
	u->usage.memory_bytes = (struct counter){true, 1000};
	u->usage.pressure_percent = 5;
	u->usage.memory_max = (struct usage_limit){.kind = VALUE_NUMBER, .number = 4096};
	u->cpu_min_percent = 20;
	u->cpu_max_percent = 30;
	return u;
}

static void others_none(struct room *r)
{
	node_add(r, BATCH, "batch", 0);
	r->of_nodes[r->want.n - 1] = (struct group_usage){.cpu_min_percent = -1, .cpu_max_percent = -1};
}

static const struct group_usage *sum(struct room *r, unsigned group)
{
	r->u.n = r->policy->n_groups;
	free(r->u.groups);
	r->u.groups = calloc(r->u.n, sizeof(*r->u.groups));
	r->u.procs = 0;
	usages_in_place(&r->v, r->of_nodes, &r->u);
	return &r->u.groups[group];
}

static void several_units_are_one_group(void **state)
{
	struct room *r = *state;
	const struct group_usage *u;

	others_none(r);
	node_add(r, WEB, "/system.slice/a.service", 2);
	node_add(r, WEB, "/system.slice/b.service", 3);
	node_add(r, PHP, "/system.slice/c.service", 4);
	u = sum(r, WEB);
	assert_int_equal(u->usage.procs.value, 9); /* with the child's */
	assert_int_equal(u->usage.memory_bytes.value, 3000);
	assert_true(u->usage.rates.cpu_percent > 29.9 && u->usage.rates.cpu_percent < 30.1);
	assert_true(u->usage.pressure_percent > 4.9 && u->usage.pressure_percent < 5.1);
	/* limits are the group's own units' */
	assert_true(u->cpu_max_percent > 59.9 && u->cpu_max_percent < 60.1);
	assert_true(u->cpu_min_percent > 39.9 && u->cpu_min_percent < 40.1);
	assert_int_equal(u->usage.memory_max.number, 8192);
	assert_int_equal(r->u.procs, 9);
}

static void unknown_is_not_zero(void **state)
{
	struct room *r = *state;
	const struct group_usage *u;

	others_none(r);
	node_add(r, WEB, "/system.slice/a.service", 2);
	*node_add(r, PHP, "/system.slice/c.service", 0) =
		(struct group_usage){.usage.rates.cpu_percent = -1, .cpu_min_percent = -1, .cpu_max_percent = -1};
	u = sum(r, WEB);
	assert_false(u->usage.memory_bytes.known);
	assert_false(u->usage.rates.known);
	assert_true(u->usage.rates.cpu_percent < 0);
}

static void one_unit_without_a_limit_makes_the_group_unlimited(void **state)
{
	struct room *r = *state;
	const struct group_usage *u;

	others_none(r);
	node_add(r, WEB, "/system.slice/a.service", 1);
	u = node_add(r, WEB, "/system.slice/b.service", 1);
	((struct group_usage *)u)->memory_unlimited = true;
	((struct group_usage *)u)->usage.memory_max = (struct usage_limit){.kind = VALUE_MAX};
	((struct group_usage *)u)->cpu_max_percent = -1;
	node_add(r, PHP, "web/php", 0);
	u = sum(r, WEB);
	assert_true(u->memory_unlimited);
	assert_int_equal(u->usage.memory_max.kind, VALUE_UNKNOWN);
	assert_true(u->cpu_max_percent < 0);
}

static void a_group_whose_units_do_not_run_uses_nothing(void **state)
{
	struct room *r = *state;
	const struct group_usage *u;

	others_none(r);
	node_add(r, WEB, "web", 0);
	node_add(r, PHP, "web/php", 0);
	u = sum(r, WEB);
	assert_true(u->usage.procs.known && u->usage.memory_bytes.known);
	assert_int_equal(u->usage.procs.value, 0);
	assert_true(u->cpu_max_percent < 0);
}

/* They are in a unit with strangers, say: what they use of what it uses, nobody knows. */
static void members_without_a_unit_of_their_own_are_counted_and_not_measured(void **state)
{
	struct room *r = *state;
	const struct group_usage *u;

	others_none(r);
	node_add(r, WEB, "/system.slice/a.service", 2);
	node_add(r, PHP, "web/php", 0);
	members_put(r->members, 70001, 1)->group = PHP;
	members_put(r->members, 70002, 1)->group = GROUP_NONE;
	u = sum(r, PHP);
	assert_int_equal(u->usage.procs.value, 1);
	assert_false(u->usage.memory_bytes.known);
	assert_true(u->usage.rates.cpu_percent < 0);
	assert_false(r->u.groups[WEB].usage.memory_bytes.known);
	assert_int_equal(r->u.procs, 3);
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, room_new, room_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(several_units_are_one_group),
		in_room(unknown_is_not_zero),
		in_room(one_unit_without_a_limit_makes_the_group_unlimited),
		in_room(a_group_whose_units_do_not_run_uses_nothing),
		in_room(members_without_a_unit_of_their_own_are_counted_and_not_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
