/* Status, ps and explain. */
#include "world.h"

#include "strict_files.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static json_t *knob_of(json_t *knobs, const char *file)
{
	json_t *knob;
	size_t i;

	json_array_foreach(knobs, i, knob)
		if (!strcmp(json_string_value(json_object_get(knob, "file")), file))
			return knob;
	return NULL;
}

static void status_of_no_such_group_is_nothing(void **state)
{
	struct world *w = *state;

	assert_null(report_status(&w->v, "nobody"));
	assert_null(report_status(&w->v, ""));
	assert_null(report_ps(&w->v, "nobody"));
}

static void status_shows_what_is_asked_and_what_is_in_force(void **state)
{
	struct world *w = *state;
	json_t *o, *knobs, *knob;

	dir_put(w->t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", "4096\n");
	world_seen(w, "web")->memory_current = (struct value){ .kind = VALUE_NUMBER, .number = 4096 };
	o = report_status(&w->v, "web");
	assert_int_equal(json_array_size(json_object_get(o, "groups")), 1);
	assert_json(o, "layout", "\"v1\"");
	assert_json(o, "passive", "null");
	assert_json(o, "groups[0].group", "\"web\"");
	assert_json(o, "groups[0].at.line", "5");
	assert_json(o, "groups[0].placement", "\"own tree /cgq/web (v1: cpu, cpuacct, memory, pids)\"");
	assert_json(o, "groups[0].rules[0].text", "\"name:apache2\"");
	assert_json(o, "groups[0].usage.memory_bytes", "4096");
	knobs = json_object_get(json_array_get(json_object_get(o, "groups"), 0), "knobs");
	assert_int_equal(json_array_size(knobs), 5); /* weight, quota, soft, hard, tasks: what is asked, nothing else */
	knob = knob_of(knobs, "memory.limit_in_bytes");
	assert_json(knob, "key", "\"memory\"");
	assert_json(knob, "path", "\"/cgq/web\"");
	assert_json(knob, "text", "\"64M..128M\"");
	assert_json(knob, "wanted", "\"134217728\"");
	assert_json(knob, "effective", "\"134217728\"");
	assert_json(knob, "at.line", "8");
	assert_json(knob, "over", "null");
	assert_json(knob, "in_force", "true");
	assert_json(knob, "reason", "null");
	assert_json(knob, "use_bytes", "4096");
	json_decref(o);
}

static void status_names_the_line_that_is_overridden(void **state)
{
	struct world *w = *state;
	json_t *o, *knob;

	world_put_file(w, "60-more.conf", "\n[web]\ntasks = 200\n");
	world_choose(w);
	world_apply(w);
	o = report_status(&w->v, "web");
	knob = knob_of(json_object_get(json_array_get(json_object_get(o, "groups"), 0), "knobs"), "pids.max");
	assert_non_null(strstr(json_at(knob, "at.file"), "60-more.conf"));
	assert_json(knob, "at.line", "3");
	assert_non_null(strstr(json_at(knob, "over.file"), "50-web.conf"));
	assert_json(knob, "over.line", "9");
	json_decref(o);
}

static void a_knob_that_nobody_asked_for_is_shown_where_it_differs(void **state)
{
	struct world *w = *state;
	json_t *o, *knob;

	world_seen(w, "web/php")->values[KNOB_TASKS_MAX] = (struct value){ .kind = VALUE_NUMBER, .number = 7 };
	o = report_status(&w->v, "web/php");
	knob = knob_of(json_object_get(json_array_get(json_object_get(o, "groups"), 0), "knobs"), "pids.max");
	assert_json(knob, "in_force", "false");
	assert_json(knob, "wanted", "\"max\"");
	assert_json(knob, "effective", "\"7\"");
	assert_json(knob, "at", "null");
	json_decref(o);
}

/* The row of the key strict; *ret_page is to be given back. */
static json_t *strict_of(const struct world *w, const char *group, json_t **ret_page)
{
	json_t *knobs, *knob;
	size_t i;

	*ret_page = report_status(&w->v, group);
	knobs = json_object_get(json_array_get(json_object_get(*ret_page, "groups"), 0), "knobs");
	json_array_foreach(knobs, i, knob)
		if (!strcmp(json_string_value(json_object_get(knob, "key")), "strict"))
			return knob;
	return NULL;
}

static void strict_is_in_force_unless_a_file_is_not_held_back(void **state)
{
	struct world *w = *state;
	struct strict_file file = { .group = policy_group(w->choice.policy, "web"), .path = must_strdup("/a\tb"), .error = EPERM };
	struct strict_files files = { .list = &file, .n = 1 };
	json_t *o, *knob;

	assert_null(strict_of(w, "web", &o));
	json_decref(o);
	world_put_file(w, "60-more.conf", "\n[web]\nstrict = yes\n[web/php]\nstrict = yes\n[batch]\nstrict = yes\n");
	world_choose(w);
	world_apply(w);
	w->v.strict_files = &files;
	knob = strict_of(w, "web", &o);
	assert_json(knob, "in_force", "false");
	assert_json(knob, "reason", "\"strict: /a\\\\tb: fanotify's permission events need CAP_SYS_ADMIN\"");
	assert_json(knob, "at.line", "3");
	assert_json(knob, "text", "\"yes\"");
	assert_json(knob, "path", "\"/cgq/web\"");
	assert_json(knob, "wanted", "\"yes\"");
	json_decref(o);
	knob = strict_of(w, "web/php", &o);
	assert_json(knob, "in_force", "true");
	assert_json(knob, "reason", "null");
	json_decref(o);
	knob = strict_of(w, "batch", &o); /* passive */
	assert_json(knob, "in_force", "false");
	json_decref(o);
	free(file.path);
}

static void a_passive_group_shows_what_it_asks_and_that_nothing_is_in_force(void **state)
{
	struct world *w = *state;
	json_t *o = report_status(&w->v, "batch");

	assert_json(o, "groups[0].placement", "\"none: its processes stay where they are\"");
	assert_json(o, "groups[0].knobs[0].text", "\"1G\"");
	assert_json(o, "groups[0].knobs[0].in_force", "false");
	assert_json(o, "groups[0].knobs[0].effective", "null");
	json_decref(o);
}

static void status_tells_troubles_and_refusals(void **state)
{
	struct world *w = *state;
	json_t *o;

	world_put_file(w, "70-bad.conf", "[web]\ncpuu = 1\n");
	world_choose(w);
	world_apply(w);
	w->troubles[0] = (struct trouble){ policy_group(w->choice.policy, "web"), (char *)"of web" };
	w->troubles[1] = (struct trouble){ GROUP_NONE, (char *)"of\033[1m all" };
	w->v.n_troubles = 2;
	o = report_status(&w->v, NULL);
	assert_int_equal(json_array_size(json_object_get(o, "groups")), 3);
	assert_json(o, "troubles", "[\"of\\\\x1b[1m all\"]");
	assert_json(o, "groups[1].troubles", "[\"of web\"]");
	assert_json(o, "refused[0].kept", "false");
	assert_json(o, "faults[0].severity", "\"fault\"");
	assert_json(o, "faults[0].line", "2");
	json_decref(o);
	o = report_reload(&w->v);
	assert_json(o, "troubles", "[\"of\\\\x1b[1m all\",\"of web\"]");
	assert_int_equal(json_array_size(json_object_get(o, "faults")), 1);
	json_decref(o);
}

static void ps_lists_members_by_pid_with_their_rule(void **state)
{
	struct world *w = *state;
	pid_t a = start_sleeping("php"), b = start_sleeping("apache2");
	json_t *o;

	world_member(w, b, "web");
	world_member(w, a, "web/php")->kind = VERDICT_FOLLOWS;
	o = report_ps(&w->v, NULL);
	assert_int_equal(json_array_size(json_object_get(o, "processes")), 2);
	assert_json(o, "processes[0].group", a < b ? "\"web/php\"" : "\"web\"");
	json_decref(o);
	o = report_ps(&w->v, "web/php");
	assert_int_equal(json_array_size(json_object_get(o, "processes")), 1);
	assert_json(o, "processes[0].name", "\"php\"");
	assert_json(o, "processes[0].how", "\"follows\"");
	assert_json(o, "processes[0].rule.text", "\"name:php\"");
	assert_json(o, "processes[0].rule.line", "11");
	json_decref(o);
	o = report_ps(&w->v, "web"); /* with its children */
	assert_int_equal(json_array_size(json_object_get(o, "processes")), 2);
	json_decref(o);
	o = report_ps(&w->v, "batch");
	assert_int_equal(json_array_size(json_object_get(o, "processes")), 0);
	json_decref(o);
	stop_sleeping(a);
	stop_sleeping(b);
}

static void a_recycled_pid_is_not_listed(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("php");
	struct member *m = world_member(w, pid, "web/php");
	json_t *o;

	m->start_ticks--;
	o = report_ps(&w->v, NULL);
	assert_json(o, "processes", "[]");
	json_decref(o);
	stop_sleeping(pid);
}

static void a_hostile_name_cannot_reach_a_terminal(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("\033[2J) S\xff\"");
	json_t *o;

	world_member(w, pid, "web");
	o = report_ps(&w->v, NULL);
	for (const char *p = json_string_value(json_object_get(json_array_get(json_object_get(o, "processes"), 0), "name"));
	     *p; p++)
		assert_in_range(*p, ' ', '~');
	json_decref(o);
	o = report_explain(&w->v, pid, NULL);
	assert_non_null(strstr(json_at(o, "name"), "x1b[2J"));
	json_decref(o);
	stop_sleeping(pid);
}

static void explain_of_nobody_is_an_error(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	pid_t pid = start_sleeping("php");

	stop_sleeping(pid);
	assert_null(report_explain(&w->v, pid, &e));
	assert_int_equal(e.code, ESRCH);
}

static void explain_tells_the_daemon_from_others(void **state)
{
	struct world *w = *state;
	json_t *o = report_explain(&w->v, getpid(), NULL);

	assert_json(o, "how", "\"excluded\"");
	assert_json(o, "exclusion", "\"cgqd itself\"");
	assert_json(o, "group", "null");
	assert_json(o, "limits", "[]");
	assert_json(o, "moved_at", "null");
	json_decref(o);
}

static pthread_barrier_t barrier;

static void *thread_live(void *ret_number)
{
	*(pid_t *)ret_number = gettid();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

/* As top -H shows it; it is not what is placed. */
static void explain_of_a_thread_is_of_its_process(void **state)
{
	struct world *w = *state;
	pthread_t thread;
	pid_t number = 0;
	json_t *o;

	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, thread_live, &number), 0);
	pthread_barrier_wait(&barrier);
	o = report_explain(&w->v, number, NULL);
	assert_int_equal(json_integer_value(json_object_get(o, "pid")), getpid());
	assert_json(o, "exclusion", "\"cgqd itself\"");
	json_decref(o);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&barrier);
}

static void explain_tells_every_rule_that_was_tried(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("other");
	json_t *o;

	w->v.self = 1;
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "how", "\"none\"");
	assert_json(o, "group", "null");
	assert_json(o, "rule", "null");
	assert_int_equal(json_array_size(json_object_get(o, "tried")), 3);
	assert_json(o, "tried[0].group", "\"batch\"");
	assert_json(o, "tried[0].failed", "\"name:batch\"");
	assert_json(o, "tried[2].line", "11");
	json_decref(o);
	stop_sleeping(pid);
}

/* Not time(), which is late by up to a tick of the kernel's: in a new second it tells the one before. */
static void now_text(char ret[32])
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(ret, 32, "\"%Y-%m-%dT%H:%M:%SZ\"", gmtime_r(&now.tv_sec, &tm));
}

static void explain_of_a_member_says_who_when_and_from_where(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("php");
	struct member *m = world_member(w, pid, "web/php");
	char before[32], after[32];
	struct timespec mono;
	json_t *o;

	now_text(before);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	m->placed_ns = (uint64_t)mono.tv_sec * 1000000000U + (uint64_t)mono.tv_nsec;
	m->origins[machine_hierarchy(&w->t->m, CONTROLLER_CPU)] = members_intern(w->members, "/batch/\x7f");
	w->v.self = 1;
	o = report_explain(&w->v, pid, NULL);
	now_text(after);
	assert_json(o, "group", "\"web/php\"");
	assert_json(o, "how", "\"rule\"");
	assert_json(o, "rule.text", "\"name:php\"");
	assert_json(o, "exclusion", "null");
	assert_json(o, "origins", "{\"cpu,cpuacct\":\"/batch/\\\\x7f\"}");
	assert_true(strcmp(before, json_at(o, "moved_at")) <= 0 && strcmp(json_at(o, "moved_at"), after) <= 0);
	/* its own ceiling, and those of the group above */
	assert_non_null(knob_of(json_object_get(o, "limits"), "cpu.cfs_quota_us"));
	assert_non_null(knob_of(json_object_get(o, "limits"), "memory.limit_in_bytes"));
	json_decref(o);
	stop_sleeping(pid);
}

static void what_an_earlier_process_of_that_number_was_says_nothing(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("other");
	json_t *o;

	world_member(w, pid, "web")->start_ticks--;
	w->v.self = 1;
	o = report_explain(&w->v, pid, NULL);
	assert_json(o, "group", "null");
	assert_json(o, "how", "\"none\"");
	json_decref(o);
	stop_sleeping(pid);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, world_new, world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hostile_name_cannot_reach_a_terminal),
		TEST(a_recycled_pid_is_not_listed),
		TEST(what_an_earlier_process_of_that_number_was_says_nothing),
		TEST(explain_of_nobody_is_an_error),
		TEST(status_of_no_such_group_is_nothing),
		TEST(status_shows_what_is_asked_and_what_is_in_force),
		TEST(status_names_the_line_that_is_overridden),
		TEST(a_knob_that_nobody_asked_for_is_shown_where_it_differs),
		TEST(strict_is_in_force_unless_a_file_is_not_held_back),
		TEST(a_passive_group_shows_what_it_asks_and_that_nothing_is_in_force),
		TEST(status_tells_troubles_and_refusals),
		TEST(ps_lists_members_by_pid_with_their_rule),
		TEST(explain_tells_the_daemon_from_others),
		TEST(explain_of_a_thread_is_of_its_process),
		TEST(explain_tells_every_rule_that_was_tried),
		TEST(explain_of_a_member_says_who_when_and_from_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
