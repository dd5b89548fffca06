/* Where a process with such facts would go. */
#include "world.h"

static const char rules[] = "[shell]\nmatch = exe:/bin/sh\n"
			    "[mine]\nmatch = name:app user:root !args:*--test*\n"
			    "[blue]\nmatch = tag:blue name:app\n"
			    "[spawned]\nmatch = parent:cron\n"
			    "[unit]\nmatch = unit:x.service !name:app\n"
			    "[rest]\nmatch = name:app,httpd\n";

static int set_up(void **state)
{
	struct world *w;

	world_new(state);
	w = *state;
	world_put_file(w, "50-web.conf", rules);
	world_choose(w);
	assert_int_equal(w->choice.n_refused, 0);
	w->v.resolved = w->resolved;
	world_apply(w);
	return 0;
}

/* As the command asks: with what stat() says of exe. */
static json_t *as(struct world *w, const char *given, struct err *e)
{
	json_t *facts = json_loads(given, 0, NULL), *o;
	const char *exe;
	struct stat st;

	assert_non_null(facts);
	exe = json_string_value(json_object_get(facts, "exe"));
	if (exe && stat(exe, &st) == 0) {
		json_object_set_new(facts, "exe_device", json_integer((json_int_t)st.st_dev));
		json_object_set_new(facts, "exe_inode", json_integer((json_int_t)st.st_ino));
	}
	o = report_as(&w->v, facts, e);
	json_decref(facts);
	return o;
}

static void each_fact_counts(void **state)
{
	static const struct {
		const char *given, *group;
	} rows[] = {
		{ "{}", "null" },
		{ "{\"name\":\"nothing\"}", "null" },
		{ "{\"name\":\"app\"}", "\"rest\"" },
		{ "{\"name\":\"app\",\"user\":\"0\"}", "\"mine\"" },
		{ "{\"name\":\"app\",\"user\":\"1\"}", "\"rest\"" },
		{ "{\"name\":\"app\",\"user\":\"0\",\"args\":\"app --test\"}", "\"rest\"" },
		{ "{\"name\":\"app\",\"tag\":\"blue\"}", "\"blue\"" },
		{ "{\"name\":\"app\",\"tag\":\"red\"}", "\"rest\"" },
		{ "{\"args\":\"/opt/app -x\"}", "\"rest\"" },
		{ "{\"name\":\"worker\",\"args\":\"/opt/app -x\"}", "\"rest\"" }, /* argv[0] is a name too */
		{ "{\"parent\":\"cron\"}", "\"spawned\"" },
		{ "{\"unit\":\"x.service\",\"name\":\"other\"}", "\"unit\"" },
		{ "{\"unit\":\"x.service\"}", "null" }, /* whether it is called app is unknown */
		{ "{\"exe\":\"/bin/sh\"}", "\"shell\"" },
		{ "{\"name\":\"app\",\"exe\":\"/bin/sh\"}", "\"shell\"" },
		{ "{\"exe\":\"/nowhere/app\"}", "\"rest\"" }, /* a path alone is a name */
		{ "{\"exe\":\"/bin/cat\",\"name\":\"httpd\"}", "\"rest\"" },
	};
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *o = as(*state, rows[i].given, &e);

		if (!o || strcmp(json_at(o, "group"), rows[i].group))
			red("%s: %s, not %s\n", rows[i].given, o ? json_at(o, "group") : e.text, rows[i].group);
		json_decref(o);
	}
}

static void what_would_decide_is_named(void **state)
{
	struct err e = { 0 };
	json_t *o = as(*state, "{\"name\":\"app\"}", &e);

	assert_json(o, "tried[0].depends", "\"exe\"");
	assert_json(o, "tried[1].depends", "\"user, args\"");
	assert_json(o, "tried[2].depends", "\"tag\"");
	assert_json(o, "tried[3].depends", "\"parent\"");
	assert_json(o, "tried[4].depends", "null"); /* whatever its unit, its name settles it */
	assert_json(o, "tried[5].failed", "null");
	assert_json(o, "tried[5].depends", "null");
	json_decref(o);
	o = as(*state, "{\"name\":\"app\",\"user\":\"0\"}", &e);
	assert_json(o, "tried[1].failed", "null");
	assert_json(o, "tried[1].depends", "\"args\""); /* it fits as long as no argument says otherwise */
	json_decref(o);
	o = as(*state, "{\"user\":\"1\"}", &e);
	assert_json(o, "tried[1].depends", "null");
	json_decref(o);
}

static void a_container_is_never_placed(void **state)
{
	struct err e = { 0 };
	json_t *o = as(*state, "{\"name\":\"app\",\"cgroup\":\"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}", &e);

	assert_json(o, "how", "\"excluded\"");
	assert_json(o, "group", "null");
	assert_true(json_is_string(json_object_get(o, "exclusion")));
	json_decref(o);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"user\":\"root\"}", "user=root is not the number of one" },
		{ "{\"group\":\"-1\"}", "group=-1 is not the number of one" },
		{ "{\"group\":\"4294967295\"}", "group=4294967295 is not the number of one" },
		{ "{\"user\":\"4294967296\"}", "user=4294967296 is not the number of one" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e = { 0 };

		assert_null(as(*state, rows[i][0], &e));
		assert_string_equal(e.text, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_fact_counts, set_up, world_done),
		cmocka_unit_test_setup_teardown(what_would_decide_is_named, set_up, world_done),
		cmocka_unit_test_setup_teardown(a_container_is_never_placed, set_up, world_done),
		cmocka_unit_test_setup_teardown(what_is_no_number_is_refused, set_up, world_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
