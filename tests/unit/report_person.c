/* What a person decided, in answers: pinned processes and frozen groups. */
#include "world.h"

#include "idl.h"

#define AT_USEC 1795000000000000U /* 2026-11-18T11:06:40Z */

static struct pins *pins_for(pid_t pid, uint64_t start_ticks, const char *group)
{
	struct pins *p = pins_new();
	struct pin one = { .pid = pid, .start_ticks = start_ticks, .uid = 0, .at_usec = AT_USEC, .children = true };

	snprintf(one.group, sizeof(one.group), "%s", group);
	pins_put(p, &one);
	return p;
}

static void a_pinned_process_is_shown_with_who_and_when(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("php");
	struct member *m = world_member(w, pid, "web");
	struct pins *pins = pins_for(pid, m->start_ticks, "web");
	json_t *o;

	w->v.pins = pins;
	m->kind = VERDICT_PINNED;
	m->rule_key = 1;
	o = report_ps(&w->v, "web");
	idl_check_answer("Ps", o);
	assert_json(o, "processes[0].how", "\"pinned\"");
	assert_json(o, "processes[0].rule", "null");
	assert_json(o, "processes[0].pinned_by", "\"root\"");
	assert_json(o, "processes[0].pinned_at", "\"2026-11-18T11:06:40Z\"");
	json_decref(o);
	o = report_explain(&w->v, pid, NULL);
	idl_check_answer("Explain", o);
	assert_json(o, "how", "\"pinned\"");
	assert_json(o, "group", "\"web\"");
	assert_json(o, "pinned_to", "\"web\"");
	assert_json(o, "pinned_children", "true");
	assert_json(o, "pinned_by", "\"root\"");
	assert_json(o, "tried", "[]"); /* a rule for php would fit */
	json_decref(o);
	stop_sleeping(pid);
	pins_free(pins);
}

static void a_pin_that_waits_for_its_group_is_told_of(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("php");
	struct proc_facts f = { .pid = pid };
	struct pins *pins;
	json_t *o;

	assert_int_equal(proc_read(w->proc, &f, FACT_STAT), 0);
	pins = pins_for(pid, f.start_ticks, "gone");
	w->v.pins = pins;
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "how", "\"pinned\"");
	assert_json(o, "group", "null");
	assert_json(o, "pinned_to", "\"gone\"");
	json_decref(o);
	stop_sleeping(pid);
	proc_facts_done(&f);
	pins_free(pins);
}

static void the_pin_of_an_earlier_process_is_not_shown(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("php");
	struct pins *pins = pins_for(pid, 1, "web");
	json_t *o;

	w->v.pins = pins;
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "how", "\"rule\"");
	assert_json(o, "pinned_to", "null");
	json_decref(o);
	stop_sleeping(pid);
	pins_free(pins);
}

static void a_frozen_group_is_ok_and_says_that_it_is_frozen(void **state)
{
	struct world *w = *state;
	struct frozen f = { 0 };
	json_t *o;

	frozen_put(&f, "web", 0, AT_USEC);
	w->v.frozen = &f;
	world_seen(w, "web")->values[KNOB_FREEZE] = (struct value){ .kind = VALUE_NUMBER, .number = 1 };
	o = report_list(&w->v);
	idl_check_answer("List", o);
	assert_json(o, "groups[0].frozen", "false");
	assert_json(o, "groups[1].group", "\"web\"");
	assert_json(o, "groups[1].frozen", "true");
	assert_json(o, "groups[1].state", "\"ok\"");
	assert_int_equal(strncmp(json_at(o, "groups[1].reason"), "\"frozen by root at 2026-11-18 ", 29), 0);
	assert_json(o, "groups[2].frozen", "true");
	assert_int_equal(strncmp(json_at(o, "groups[2].reason"), "\"frozen with web by root at ", 27), 0);
	assert_json(o, "outside.frozen", "false");
	json_decref(o);
	w->v.frozen = NULL; /* found so at the start: who it was is not known */
	o = report_list(&w->v);
	assert_json(o, "groups[1].reason", "\"frozen\"");
	json_decref(o);
	frozen_done(&f);
}

#define IN_WORLD(law) cmocka_unit_test_setup_teardown(law, world_new, world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_pinned_process_is_shown_with_who_and_when),
		IN_WORLD(a_pin_that_waits_for_its_group_is_told_of),
		IN_WORLD(the_pin_of_an_earlier_process_is_not_shown),
		IN_WORLD(a_frozen_group_is_ok_and_says_that_it_is_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
