/* The page of a group: what it ran into, what was moved, and whose ceiling is the lowest. */
#include "world.h"

#include "group_moves.h"

static void put_limit(struct world *w, const char *group, const char *bytes)
{
	dir_put(w->t, CONTROLLER_MEMORY, group, "memory.limit_in_bytes", bytes);
}

static void the_lowest_ceiling_is_told_with_the_group_that_has_it(void **state)
{
	struct world *w = *state;
	json_t *o = report_status(&w->v, "web/php");

	assert_json(o, "groups[0].tightest", "{\"cpu_percent\":50.0,\"cpu_group\":\"web/php\",\"memory_bytes\":134217728,"
					    "\"memory_group\":\"web\"}");
	json_decref(o);
	put_limit(w, "/cgq/web/php", "4096\n");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "20000\n"); /* below its child's: 10 % of two CPUs */
	o = report_status(&w->v, "web/php");
	assert_json(o, "groups[0].tightest", "{\"cpu_percent\":10.0,\"cpu_group\":\"web\",\"memory_bytes\":4096,"
					    "\"memory_group\":\"web/php\"}");
	json_decref(o);
}

static void without_any_ceiling_it_is_unlimited_and_what_cannot_be_read_is_unknown(void **state)
{
	struct world *w = *state;
	json_t *o;

	put_limit(w, "/cgq/web", "9223372036854771712\n");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "-1\n");
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].tightest", "{\"cpu_percent\":-1,\"cpu_group\":null,\"memory_bytes\":-1,\"memory_group\":null}");
	json_decref(o);
	put_limit(w, "/cgq/web", "x\n"); /* an ancestor's may be lower than anything */
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "x\n");
	put_limit(w, "/cgq/web/php", "4096\n");
	o = report_status(&w->v, "web/php");
	assert_json(o, "groups[0].tightest",
		    "{\"cpu_percent\":null,\"cpu_group\":null,\"memory_bytes\":null,\"memory_group\":null}");
	json_decref(o);
	o = report_status(&w->v, "batch"); /* passive */
	assert_json(o, "groups[0].tightest.cpu_percent", "null");
	assert_json(o, "groups[0].events.memory_hits", "null");
	json_decref(o);
}

static void hits_of_a_group_are_those_of_its_cgroup_and_of_its_leaf(void **state)
{
	struct world *w = *state;
	static const char *const paths[] = { "/cgq/web", "/cgq/web/_self", "/cgq/web/php" };
	json_t *o;

	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < 3; i++) {
			dir_put(w->t, CONTROLLER_CPUACCT, paths[i], "cpuacct.usage", round ? "1\n" : "0\n");
			dir_put(w->t, CONTROLLER_MEMORY, paths[i], "memory.failcnt", round ? "3\n" : "0\n");
			dir_put(w->t, CONTROLLER_PIDS, paths[i], "pids.events", round && i ? "max 7\n" : "max 0\n");
		}
		if (!round)
			sampler_follow(w->sampler, &w->t->m, w->choice.policy, w->want, w->members);
		sampler_tick(w->sampler, (2 * round + 1) * 1000000000ULL);
		sampler_tick(w->sampler, (2 * round + 2) * 1000000000ULL);
	}
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].events", "{\"throttled_periods\":null,\"memory_hits\":6,\"memory_soft_hits\":null,"
					   "\"tasks_hits\":7,\"oom_kills\":null,\"moved_in\":0,\"moved_out\":0}");
	json_decref(o);
}

static void moves_are_counted_by_group(void **state)
{
	struct world *w = *state;
	struct strmap moves = { 0 };
	json_t *o;

	w->v.moves = &moves;
	group_moves_of(&moves, "web")->in = 3;
	group_moves_of(&moves, "web")->out++;
	group_moves_of(&moves, "web/php")->in++;
	o = report_status(&w->v, "web");
	assert_json(o, "groups[0].events.moved_in", "3");
	assert_json(o, "groups[0].events.moved_out", "1");
	json_decref(o);
	group_moves_done(&moves);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_lowest_ceiling_is_told_with_the_group_that_has_it, world_new, world_done),
		cmocka_unit_test_setup_teardown(without_any_ceiling_it_is_unlimited_and_what_cannot_be_read_is_unknown, world_new, world_done),
		cmocka_unit_test_setup_teardown(hits_of_a_group_are_those_of_its_cgroup_and_of_its_leaf, world_new, world_done),
		cmocka_unit_test_setup_teardown(moves_are_counted_by_group, world_new, world_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
