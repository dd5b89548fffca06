/* Answers where groups are limited in place: units, slices on the way, and why a process is not limited. */
#include "world.h"
#include "units_model.h"

#include <sys/mman.h>

#include "charged_elsewhere.h"
#include "placement.h"
#include "report_members.h"
#include "report_unlimited.h"
#include "unit_observe.h"
#include "want_in_place.h"

#define REFUSAL "mail.service also holds pid 12 (sh), which no rule takes; the unit is left as it is"

struct room {
	struct dir_tree *t;
	struct model x;
	struct choice choice;
	struct want *want;
	struct tree tree;
	struct members *members;
	struct sampler *sampler;
	struct proc *proc;
	struct refusals refusals;
	struct view v;
	unsigned system, mariadb, apache, php, mail;
};

/* In answers by their names: batch, mail, mysql, web, web/php. */
static const char policy_text[] = "[mysql]\nmatch = name:mariadbd\ncpu = 40%\nmemory = 512M\n"
				  "[web]\nmatch = name:apache2\ncpu = 20%..60%\nmemory = 400M\n"
				  "[web/php]\nmatch = name:php\nmemory = 100M\n"
				  "[mail]\nmatch = name:smtpd\ntasks = 100\n"
				  "[batch]\nmatch = name:make\nenforce = no\n";

static unsigned add(struct room *r, const char *name, unsigned slice, const char *group, const char *cgroup)
{
	unsigned i = model_add(&r->x, name, slice, group);

	r->x.seen.list[i].cgroup = cgroup;
	return i;
}

static void file_put(struct room *r, const char *cgroup, const char *file, const char *text)
{
	assert_int_equal(r->t->k->make(r->t->k, &r->x.m.hierarchies[0], cgroup, NULL), 0);
	dir_put(r->t, CONTROLLER_CPU, cgroup, file, text);
}

/* As the kernel has it of a unit that is as wanted. */
static void files_put(struct room *r, unsigned unit, const char *procs)
{
	static const enum knob knobs[] = { KNOB_CPU_WEIGHT, KNOB_CPU_MAX, KNOB_MEMORY_MAX };
	const struct seen_unit *s = &r->x.seen.list[unit];
	char text[300];

	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		value_to_text(knobs[i], 2, &s->kernel[knobs[i]], text, sizeof(text));
		file_put(r, s->cgroup, knob_file(knobs[i], 2), text);
	}
	file_put(r, s->cgroup, "memory.current", "1048576\n");
	file_put(r, s->cgroup, "cgroup.procs", procs);
}

static void look_again(struct room *r)
{
	want_free(r->want);
	tree_free(&r->tree);
	model_want(&r->x);
	r->want = want_in_place(r->x.policy, &r->x.m, r->x.want, &r->x.seen, r->x.u);
	unit_tree(&r->x.seen, 0, &r->tree);
	r->v.want = r->want;
	sampler_follow(r->sampler, &r->x.m, r->x.policy, r->want, r->members);
}

static void view_make(struct room *r)
{
	r->choice.policy = r->x.policy;
	r->v = (struct view){ .kernel = r->t->k, .machine = &r->x.m, .choice = &r->choice, .tree = &r->tree, .units = &r->x.seen,
			      .refusals = &r->refusals, .members = r->members, .sampler = r->sampler, .proc = r->proc,
			      .self = getpid() };
}

static int room_new(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	void *t;

	dir_tree_v2(&t);
	r->t = t;
	r->x = model_new(policy_text);
	r->x.m = r->t->m;
	r->x.m.layout = LAYOUT_V2_SYSTEMD;
	r->x.m.placement = PLACEMENT_UNITS;
	r->members = members_new();
	r->sampler = sampler_new(r->t->k, &r->x.m);
	r->proc = proc_new(&r->x.m, NULL);
	view_make(r);
	r->system = add(r, "system.slice", add(r, "-.slice", 0, NULL, ""), NULL, "/system.slice");
	r->mariadb = add(r, "mariadb.service", r->system, "mysql", "/system.slice/mariadb.service");
	r->apache = add(r, "apache2.service", r->system, "web", "/system.slice/apache2.service");
	r->php = add(r, "php-fpm.service", r->system, "web/php", NULL);
	r->mail = add(r, "mail.service", r->system, "mail", "/system.slice/mail.service");
	r->x.seen.list[r->mail].refusal = REFUSAL;
	model_reach(&r->x);
	assert_int_equal(r->t->k->make(r->t->k, &r->x.m.hierarchies[0], "/system.slice", NULL), 0);
	files_put(r, r->mariadb, "1\n");
	files_put(r, r->apache, "1\n2\n3\n");
	look_again(r);
	*state = r;
	return 0;
}

static int room_done(void **state)
{
	struct room *r = *state;
	void *t = r->t;

	sampler_free(r->sampler);
	members_free(r->members);
	proc_free(r->proc);
	want_free(r->want);
	tree_free(&r->tree);
	model_done(&r->x);
	dir_tree_done(&t);
	free(r);
	return 0;
}

static void a_unit_has_its_own_numbers_and_a_group_its_units(void **state)
{
	struct room *r = *state;
	json_t *o = report_list(&r->v);

	assert_json(o, "groups[2].units",
		    "[{\"unit\":\"mariadb.service\",\"cgroup\":\"/system.slice/mariadb.service\",\"procs\":1,\"cpu_percent\":null,"
		    "\"cpu_min_percent\":40.0,\"cpu_max_percent\":40.0,\"throttled_percent\":null,\"memory_bytes\":1048576,"
		    "\"memory_max_bytes\":536870912,\"state\":\"ok\",\"reason\":null}]");
	assert_json(o, "groups[3].units[0].procs", "3");
	assert_json(o, "groups[3].units[1]", "missing"); /* those of the child are the child's */
	assert_json(o, "groups[2].processes", "null");
	assert_json(o, "outside.units", "null");
	json_decref(o);
}

static void a_unit_that_is_not_as_wanted_says_so_itself(void **state)
{
	struct room *r = *state;
	json_t *o;

	r->x.seen.list[r->apache].kernel[KNOB_MEMORY_MAX].number = 4096;
	tree_free(&r->tree);
	unit_tree(&r->x.seen, 0, &r->tree);
	o = report_list(&r->v);
	assert_json(o, "groups[2].units[0].state", "\"ok\"");
	assert_json(o, "groups[3].units[0].state", "\"drift\"");
	json_decref(o);
}

static void a_unit_that_is_left_as_it_is_and_one_that_does_not_run_are_told(void **state)
{
	struct room *r = *state;
	json_t *o = report_list(&r->v);

	assert_json(o, "groups[4].units",
		    "[{\"unit\":\"php-fpm.service\",\"cgroup\":null,\"procs\":0,\"cpu_percent\":null,\"cpu_min_percent\":null,"
		    "\"cpu_max_percent\":null,\"throttled_percent\":null,\"memory_bytes\":null,\"memory_max_bytes\":null,"
		    "\"state\":\"ok\",\"reason\":\"does not run\"}]");
	assert_json(o, "groups[1].units[0].procs", "null");
	assert_json(o, "groups[1].units[0].state", "\"not in force\"");
	assert_json(o, "groups[1].units[0].reason", "\"" REFUSAL "\"");
	assert_json(o, "groups[1].units[1]", "missing");
	assert_json(o, "groups[0].units", "[]"); /* passive */
	json_decref(o);
}

static void the_placement_of_a_group_names_its_units_or_says_why_there_are_none(void **state)
{
	struct room *r = *state;
	json_t *o = report_status(&r->v, NULL);

	assert_json(o, "groups[2].placement", "\"in place on mariadb.service\"");
	assert_json(o, "groups[4].placement", "\"in place, on php-fpm.service once it runs\"");
	assert_json(o, "groups[1].placement", "\"none: " REFUSAL "\"");
	json_decref(o);
	r->x.seen.list[r->php].group = GROUP_NONE;
	o = report_status(&r->v, "web/php");
	assert_json(o, "groups[0].placement", "\"in place, once its processes are found in a unit of systemd\"");
	json_decref(o);
}

static void what_was_changed_on_the_way_up_is_told_with_both_values(void **state)
{
	struct room *r = *state;
	struct seen_unit *slice = &r->x.seen.list[r->system];
	json_t *o;

	slice->before[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_MAX }; /* not set */
	slice->before[KNOB_CPU_IDLE] = (struct value){ .kind = VALUE_NUMBER };
	slice->set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER, .number = 147 };
	slice->before[KNOB_MEMORY_LOW] = (struct value){ .kind = VALUE_NUMBER };
	slice->set[KNOB_MEMORY_LOW] = (struct value){ .kind = VALUE_NUMBER, .number = 4096 };
	o = report_status(&r->v, "mysql");
	assert_json(o, "groups[0].on_the_way",
		    "[{\"unit\":\"system.slice\",\"cgroup\":\"/system.slice\",\"property\":\"CPUWeight\",\"file\":\"cpu.weight\","
		    "\"was\":\"100\",\"now\":\"147\"},{\"unit\":\"system.slice\",\"cgroup\":\"/system.slice\","
		    "\"property\":\"MemoryLow\",\"file\":\"memory.low\",\"was\":\"0\",\"now\":\"4096\"}]");
	assert_json(o, "groups[0].knobs[0].unit", "\"mariadb.service\"");
	assert_json(o, "placement", "\"in place, on units of systemd\"");
	json_decref(o);
	o = report_status(&r->v, "mail"); /* nothing was done for its sake */
	assert_json(o, "groups[0].on_the_way", "[]");
	assert_json(o, "groups[0].placement", "\"none: " REFUSAL "\"");
	json_decref(o);
	slice->before[KNOB_CPU_WEIGHT].kind = slice->before[KNOB_MEMORY_LOW].kind = VALUE_UNKNOWN;
	o = report_status(&r->v, "mysql");
	assert_json(o, "groups[0].on_the_way", "[]");
	json_decref(o);
}

/* What a process that is in that cgroup hears. */
static void expect_unlimited(struct room *r, const char *cgroup, const char *group, const char *unit, const char *text)
{
	struct proc_facts now = { .pid = 12 };
	json_t *o = json_object();

	now.cgroups[0] = (char *)cgroup;
	put_unlimited(&r->v, &now, group ? policy_group(r->x.policy, group) : GROUP_NONE, o);
	if (strcmp(json_at(o, "unit"), unit) || strcmp(json_at(o, "unlimited"), text))
		red("%s of %s: %s, %s\n", cgroup, group ? group : "no group", json_at(o, "unit"), json_at(o, "unlimited"));
	json_decref(o);
}

static void who_is_not_limited_hears_why(void **state)
{
	struct room *r = *state;

	expect_unlimited(r, "/system.slice/mail.service", "mail", "\"mail.service\"", "\"" REFUSAL "\"");
	expect_unlimited(r, "/system.slice/mail.service/inner", NULL, "\"mail.service\"", "\"" REFUSAL "\"");
	expect_unlimited(r, "/system.slice/mariadb.service", "mysql", "\"mariadb.service\"", "null");
	expect_unlimited(r, "/system.slice/mariadb.service", NULL, "\"mariadb.service\"", "null");
	expect_unlimited(r, "/system.slice/mariadb.service", "web", "\"mariadb.service\"", "\"mariadb.service is limited for mysql\"");
	expect_unlimited(r, "/system.slice/new.service", "web", "\"new.service\"", "\"new.service is not limited yet\"");
	expect_unlimited(r, "/system.slice/x.socket", "web", "\"x.socket\"", "\"x.socket is no unit that can be limited\"");
	expect_unlimited(r, "/system.slice/x.service", NULL, "\"x.service\"", "null");
	expect_unlimited(r, "/byhand", "web", "null", "\"it is in no unit of systemd\"");
	expect_unlimited(r, "/system.slice/x.service", "batch", "\"x.service\"", "\"the group is passive: nothing is written for it\"");
}

static void in_a_tree_who_is_elsewhere_hears_where_it_should_be(void **state)
{
	struct room *r = *state;

	r->x.m.placement = PLACEMENT_TREE;
	r->v.units = NULL;
	want_free(r->want);
	r->v.want = r->want = want_make(r->x.policy, &r->x.m, false, NULL);
	expect_unlimited(r, "/cgq/mysql", "mysql", "null", "null");
	expect_unlimited(r, "/cgq/web/_self", "web", "null", "null");
	expect_unlimited(r, "/a", NULL, "null", "null");
	expect_unlimited(r, "", "batch", "null", "\"the group is passive: nothing is written for it\"");
	{
		struct proc_facts now = { .cgroups = { (char *)"/cgq/web" } };
		json_t *o = json_object();

		put_unlimited(&r->v, &now, policy_group(r->x.policy, "web"), o);
		assert_non_null(strstr(json_at(o, "unlimited"), "/cgq/web/_self, but in /cgq/web\""));
		json_decref(o);
		o = json_object();
		r->x.m.hierarchies[r->x.m.n_hierarchies++] = (struct hierarchy){ .version = 1 }; /* of nothing that is asked */
		now.cgroups[0] = (char *)"/cgq/web/_self";
		now.cgroups[1] = (char *)"/elsewhere";
		put_unlimited(&r->v, &now, policy_group(r->x.policy, "web"), o);
		assert_json(o, "unlimited", "null");
		json_decref(o);
	}
	strcpy(r->x.m.refusal, "no controllers");
	expect_unlimited(r, "/a", "mysql", "null", "\"no limit can be in force: no controllers\"");
}

/* Whoever is in another unit was born there, with all its memory. */
static void in_place_only_what_was_put_into_a_scope_has_memory_elsewhere(void **state)
{
	struct room *r = *state;
	unsigned slice = add(r, "cgq.slice", 0, NULL, "/cgq.slice");
	char *held = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	char procs[16];
	struct counter c;

	assert_true(held != MAP_FAILED);
	add(r, "cgq-mysql.scope", slice, "mysql", "/cgq.slice/cgq-mysql.scope");
	model_reach(&r->x);
	look_again(r);
	snprintf(procs, sizeof(procs), "%d\n", getpid());
	file_put(r, "/system.slice/mariadb.service", "cgroup.procs", procs);
	file_put(r, "/system.slice/mariadb.service", "memory.stat", "anon 0\n");
	assert_int_equal(r->t->k->make(r->t->k, &r->x.m.hierarchies[0], "/cgq.slice", NULL), 0);
	file_put(r, "/cgq.slice/cgq-mysql.scope", "memory.stat", "anon 0\nfile 7\n");
	file_put(r, "/cgq.slice/cgq-mysql.scope", "cgroup.procs", "");
	c = charged_elsewhere(&r->v, policy_group(r->x.policy, "mysql"));
	assert_true(c.known && c.value == 0);
	file_put(r, "/cgq.slice/cgq-mysql.scope", "cgroup.procs", procs);
	c = charged_elsewhere(&r->v, policy_group(r->x.policy, "mysql"));
	assert_true(c.known && c.value >= 8 << 20);
	munmap(held, 8 << 20);
}

static void the_placement_and_its_reason_in_words(void **state)
{
	static const struct {
		enum layout layout;
		enum placement placement;
		const char *refusal, *text;
	} rows[] = {
		{ LAYOUT_V2_SYSTEMD, PLACEMENT_UNITS, "", "in place, on units of systemd" },
		{ LAYOUT_V2_SYSTEMD, PLACEMENT_TREE, "", "a tree of its own, since cgqd was started in a cgroup that is delegated to it, /a.scope" },
		{ LAYOUT_V1, PLACEMENT_TREE, "", "a tree of its own, since controllers are on cgroup v1" },
		{ LAYOUT_MIXED, PLACEMENT_TREE, "", "a tree of its own, since some controllers are on cgroup v1" },
		{ LAYOUT_V2, PLACEMENT_TREE, "", "a tree of its own, since systemd does not run here" },
		{ LAYOUT_NONE, PLACEMENT_TREE, "nothing is mounted", "none: nothing is mounted" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct machine m = { .layout = rows[i].layout, .placement = rows[i].placement, .n_hierarchies = 2 };
		char text[PLACEMENT_TEXT_BYTES];

		m.hierarchies[0].version = 1;
		m.hierarchies[1] = (struct hierarchy){ .version = 2, .base = "/a.scope" };
		strcpy(m.refusal, rows[i].refusal);
		placement_text(&m, text);
		assert_string_equal(text, rows[i].text);
	}
}

static pid_t member_start(struct room *r, const char *name, const char *group)
{
	pid_t pid = start_sleeping(name);
	struct proc_facts f = { .pid = pid };
	struct member *m;

	assert_int_equal(proc_read(r->proc, &f, FACT_STAT), 0);
	m = members_put(r->members, pid, f.start_ticks);
	m->group = policy_group(r->x.policy, group);
	proc_facts_done(&f);
	return pid;
}

static void members_are_told_by_their_names_of_now_the_most_frequent_first(void **state)
{
	static const char *const names[] = { "b", "a", "b", "a/x", "b" };
	struct room *r = *state;
	pid_t pids[26], dead;
	json_t *o = report_list(&r->v);

	for (size_t i = 0; i < 26; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%s%zu", i < 5 ? names[i] : "c", i < 5 ? 0 : i);
		pids[i] = member_start(r, name, "mysql");
	}
	dead = member_start(r, "gone", "web");
	stop_sleeping(dead);
	members_find(r->members, pids[0])->group = 99; /* of a group that is gone */
	members_find(r->members, pids[1])->start_ticks++; /* another process has its number */
	report_members(&r->v, o);
	assert_json(o, "groups[2].processes[0]", "{\"name\":\"b0\",\"procs\":2}");
	assert_json(o, "groups[2].processes[1]", "{\"name\":\"a/x0\",\"procs\":1}");
	assert_int_equal(json_array_size(json_object_get(json_array_get(json_object_get(o, "groups"), 2), "processes")), 21);
	assert_string_equal(json_at(json_array_get(json_object_get(json_array_get(json_object_get(o, "groups"), 2), "processes"), 20), ""),
			    "{\"name\":null,\"procs\":3}");
	assert_json(o, "groups[3].processes", "[]");
	json_decref(o);
	for (size_t i = 0; i < 26; i++)
		stop_sleeping(pids[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, room_new, room_done)
	const struct CMUnitTest tests[] = {
		TEST(a_unit_has_its_own_numbers_and_a_group_its_units),
		TEST(a_unit_that_is_not_as_wanted_says_so_itself),
		TEST(a_unit_that_is_left_as_it_is_and_one_that_does_not_run_are_told),
		TEST(the_placement_of_a_group_names_its_units_or_says_why_there_are_none),
		TEST(what_was_changed_on_the_way_up_is_told_with_both_values),
		TEST(who_is_not_limited_hears_why),
		TEST(in_a_tree_who_is_elsewhere_hears_where_it_should_be),
		TEST(in_place_only_what_was_put_into_a_scope_has_memory_elsewhere),
		TEST(the_placement_and_its_reason_in_words),
		TEST(members_are_told_by_their_names_of_now_the_most_frequent_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
