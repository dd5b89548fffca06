/* Diff: what a reload would change, without changing anything. */
#include "world.h"

#include "drift.h"

#include <errno.h>

static json_t *diff(struct world *w, const char *name, const char *text)
{
	struct err e = { 0 };
	json_t *o = report_diff(&w->v, name, text, text ? strlen(text) : 0, &e);

	if (!o)
		red("%s\n", e.text);
	return o;
}

static json_t *action_of(json_t *o, const char *kind, const char *path, const char *file)
{
	json_t *action;
	size_t i;

	json_array_foreach(json_object_get(o, "actions"), i, action) {
		const char *its = json_string_value(json_object_get(action, "file"));

		if (!strcmp(json_string_value(json_object_get(action, "kind")), kind) &&
		    !strcmp(json_string_value(json_object_get(action, "path")), path) &&
		    (!file || (its && !strcmp(its, file))))
			return action;
	}
	red("no %s of %s %s in %s\n", kind, path, file ? file : "", json_at(o, "actions"));
	return NULL;
}

static void the_same_policy_changes_nothing(void **state)
{
	json_t *o = diff(*state, NULL, NULL);

	assert_json(o, "actions", "[]");
	assert_json(o, "refused", "[]");
	json_decref(o);
}

static void what_drifted_and_is_only_reported_is_left_by_a_reload_too(void **state)
{
	struct world *w = *state;
	struct made made = { 0 };
	json_t *o;

	made_take(&made, w->want, &w->t->m, &w->tree, NULL, 0);
	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 7;
	o = diff(w, NULL, NULL);
	action_of(o, "write", "/cgq/web", "pids.max");
	json_decref(o);
	w->v.left = &made;
	o = diff(w, NULL, NULL);
	assert_json(o, "actions", "[]");
	json_decref(o);
	world_put_file(w, "60-more.conf", "[web]\ntasks = 200\n");
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "write", "/cgq/web", "pids.max"), "text", "\"200\"");
	json_decref(o);
	w->v.left = NULL;
	made_done(&made);
}

static void a_changed_limit_names_its_line_and_both_values(void **state)
{
	struct world *w = *state;
	json_t *o, *action;

	world_put_file(w, "60-more.conf", "[web]\ntasks = 200\n");
	o = diff(w, NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(o, "actions")), 1);
	action = action_of(o, "write", "/cgq/web", "pids.max");
	assert_json(action, "group", "\"web\"");
	assert_json(action, "was", "\"100\"");
	assert_json(action, "text", "\"200\"");
	assert_json(action, "at.line", "2");
	assert_non_null(strstr(json_at(action, "at.file"), "60-more.conf"));
	assert_json(action, "danger", "null");
	json_decref(o);
}

static void a_limit_below_what_is_in_use_is_a_danger(void **state)
{
	struct world *w = *state;
	json_t *o;

	world_put_file(w, "60-more.conf", "[web]\nmemory = 64M\n");
	world_seen(w, "web")->memory_current = (struct value){ .kind = VALUE_NUMBER, .number = 100 << 20 };
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "write", "/cgq/web", "memory.limit_in_bytes"), "danger",
		    "\"in use now 100M > planned 64.0M: waits until use is below\"");
	json_decref(o);
	world_seen(w, "web")->memory_current.number = 10 << 20;
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "write", "/cgq/web", "memory.limit_in_bytes"), "danger", "null");
	json_decref(o);
}

/* Its section and the others' stay, but nobody asks for the pids hierarchy any more. */
static void what_goes_from_one_hierarchy_only_says_from_which(void **state)
{
	struct world *w = *state;
	json_t *o;

	world_put_file(w, "50-web.conf", "[web]\nmatch = name:apache2\ncpu = 40%..100%\nmemory = 64M..128M\n");
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "remove", "/cgq/web", NULL), "hierarchy", "\"pids\"");
	json_decref(o);
}

static void a_group_that_vanishes_is_named(void **state)
{
	struct world *w = *state;
	json_t *o;

	world_put_file(w, "50-web.conf", "[web]\ncpu = 40%..100%\nmemory = 64M..128M\ntasks = 100\n");
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "remove", "/cgq/web/php", NULL), "group", "\"web/php\"");
	json_decref(o);
}

static void set_tasks(struct overrides *o, const char *group)
{
	const struct override one = { (char *)group, (char *)"tasks", (char *)"7", (char *)"root", (char *)"now" };

	overrides_put(o, &one);
}

/* And so does a reload. */
static void what_was_set_in_a_group_goes_with_its_section(void **state)
{
	struct world *w = *state;
	struct changes changes = { 0 };
	json_t *o;

	set_tasks(&changes.overrides, "web");
	set_tasks(&changes.overrides, "gone");
	w->v.changes = &changes;
	o = diff(w, NULL, NULL);
	assert_json(action_of(o, "write", "/cgq/web", "pids.max"), "text", "\"7\"");
	assert_int_equal(json_array_size(json_object_get(o, "actions")), 1);
	json_decref(o);
	assert_int_equal(changes.overrides.n, 2);
	w->v.changes = NULL;
	overrides_done(&changes.overrides);
}

static void a_changed_rule_is_a_difference_though_no_cgroup_shows_it(void **state)
{
	struct world *w = *state;
	json_t *o, *action;

	o = diff(w, "60-more.conf", "[web]\nmatch = name:nginx user:www-data\n[batch]\nchildren = match\n");
	assert_int_equal(json_array_size(json_object_get(o, "actions")), 2);
	action = action_of(o, "rules", "web", "match");
	assert_json(action, "was", "\"name:apache2\"");
	assert_json(action, "text", "\"name:nginx user:www-data\"");
	assert_json(action, "at", "{\"file\":\"60-more.conf\",\"line\":2}");
	assert_json(action_of(o, "rules", "batch", "match"), "text", "\"name:batch; children = match\"");
	json_decref(o);
	/* a passive group that goes leaves no cgroup behind to be removed */
	o = diff(w, "50-web.conf", "[web]\nmatch = name:apache2\ncpu = 40%..100%\nmemory = 64M..128M\ntasks = 100\n"
				   "[web/php]\nmatch = name:php\ncpu = 50%\n");
	assert_int_equal(json_array_size(json_object_get(o, "actions")), 1);
	assert_json(action_of(o, "rules", "batch", "match"), "text", "null");
	json_decref(o);
}

static void a_new_group_is_made(void **state)
{
	struct world *w = *state;
	json_t *o = diff(w, "60-new.conf", "[new]\ncpu = 10%\n");

	assert_json(action_of(o, "make", "/cgq/new", NULL), "group", "\"new\"");
	assert_json(action_of(o, "make", "/cgq/new", NULL), "hierarchy", "\"pids\"");
	assert_json(action_of(o, "write", "/cgq/new", "cpu.shares"), "at", "{\"file\":\"60-new.conf\",\"line\":2}");
	json_decref(o);
	/* and nothing was kept of it */
	o = diff(w, NULL, NULL);
	assert_json(o, "actions", "[]");
	json_decref(o);
}

static void a_given_text_replaces_the_file_of_that_name_with_its_faults(void **state)
{
	struct world *w = *state;
	json_t *o;

	world_put_file(w, "70-bad.conf", "[web]\ncpuu = 1\n");
	o = diff(w, NULL, NULL);
	assert_json(o, "refused[0].kept", "false");
	assert_json(o, "faults[0].line", "2");
	json_decref(o);
	o = diff(w, "70-bad.conf", "[web]\ntasks = 200\n");
	assert_json(o, "refused", "[]");
	assert_non_null(strstr(json_at(action_of(o, "write", "/cgq/web", "pids.max"), "at.file"), "/70-bad.conf"));
	json_decref(o);
	o = diff(w, "70-bad.conf", ""); /* masked */
	assert_json(o, "refused", "[]");
	assert_json(o, "actions", "[]");
	json_decref(o);
}

static void a_given_text_replaces_a_file_that_could_not_even_be_read(void **state)
{
	struct world *w = *state;
	char path[160];
	json_t *o;

	snprintf(path, sizeof(path), "%s/70-fifo.conf", w->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	o = diff(w, NULL, NULL);
	assert_non_null(strstr(json_at(o, "refused[0].file"), "/70-fifo.conf"));
	json_decref(o);
	o = diff(w, "70-fifo.conf", "[web]\ntasks = 200\n");
	assert_json(o, "refused", "[]");
	assert_json(o, "faults", "[]");
	action_of(o, "write", "/cgq/web", "pids.max");
	json_decref(o);
}

static void a_given_text_with_faults_is_refused_and_the_rest_goes_on(void **state)
{
	struct world *w = *state;
	json_t *o = diff(w, "50-web.conf", "[web]\n\001\033[2J = x\ncpu = 200 %%\n");

	assert_json(o, "refused[0].kept", "true");
	assert_json(o, "actions", "[]");
	assert_true(json_array_size(json_object_get(o, "faults")) >= 1);
	json_decref(o);
}

static void a_folder_that_cannot_be_read_is_trouble(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	char path[160];

	snprintf(path, sizeof(path), "%s/50-web.conf", w->folder); /* a file in place of a folder */
	w->folders[0] = path;
	assert_null(report_diff(&w->v, NULL, NULL, 0, &e));
	assert_true(e.code > 0);
}

static void what_a_reset_began_a_reload_ends_but_passive_stays_passive(void **state)
{
	struct world *w = *state;
	json_t *o;

	w->v.passive = true;
	w->v.passive_reason = "cgq reset";
	world_apply(w);
	o = diff(w, NULL, NULL);
	action_of(o, "make", "/cgq/web", NULL);
	json_decref(o);
	w->v.passive_stays = true;
	o = diff(w, NULL, NULL);
	assert_json(o, "actions", "[]");
	json_decref(o);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, world_new, world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_given_text_with_faults_is_refused_and_the_rest_goes_on),
		TEST(a_folder_that_cannot_be_read_is_trouble),
		TEST(the_same_policy_changes_nothing),
		TEST(what_drifted_and_is_only_reported_is_left_by_a_reload_too),
		TEST(a_changed_limit_names_its_line_and_both_values),
		TEST(a_limit_below_what_is_in_use_is_a_danger),
		TEST(what_goes_from_one_hierarchy_only_says_from_which),
		TEST(a_group_that_vanishes_is_named),
		TEST(what_was_set_in_a_group_goes_with_its_section),
		TEST(a_changed_rule_is_a_difference_though_no_cgroup_shows_it),
		TEST(a_new_group_is_made),
		TEST(a_given_text_replaces_the_file_of_that_name_with_its_faults),
		TEST(a_given_text_replaces_a_file_that_could_not_even_be_read),
		TEST(what_a_reset_began_a_reload_ends_but_passive_stays_passive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
