/* The calls of the socket: who may, what is refused, and that every answer is as the interface says. */
#include "methods_fake.h"

#include "idl.h"

static void what_is_no_method_is_refused(void **state)
{
	static const struct {
		const char *method, *error;
	} rows[] = {
		{ "", "org.varlink.service.InterfaceNotFound {\"interface\":\"\"}" },
		{ ".", "org.varlink.service.InterfaceNotFound {\"interface\":\"\"}" },
		{ "List", "org.varlink.service.InterfaceNotFound {\"interface\":\"List\"}" },
		{ "io.cgq", "org.varlink.service.InterfaceNotFound {\"interface\":\"io\"}" },
		{ "io.cgq.", "org.varlink.service.MethodNotFound {\"method\":\"io.cgq.\"}" },
		{ "io.cgq.list", "org.varlink.service.MethodNotFound {\"method\":\"io.cgq.list\"}" },
		{ "io.cgq.List.", "org.varlink.service.InterfaceNotFound {\"interface\":\"io.cgq.List\"}" },
		{ "io.cgq.\033", "org.varlink.service.MethodNotFound {\"method\":\"io.cgq.\\\\x1b\"}" },
		{ "org.varlink.service.Nothing", "org.varlink.service.MethodNotFound" },
		{ "org.other.List", "org.varlink.service.InterfaceNotFound {\"interface\":\"org.other\"}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_error(*state, &root, rows[i].method, "{}", rows[i].error);
}

static void parameters_are_held_against_the_interface(void **state)
{
	static const struct {
		const char *method, *parameters, *bad;
	} rows[] = {
		{ "io.cgq.List", "{\"x\":1}", "x" },
		{ "io.cgq.List", "{\"group\":null}", "group" },
		{ "io.cgq.ListColumns", "{}", "keys" },
		{ "io.cgq.ListColumns", "{\"keys\":null}", "keys" },
		{ "io.cgq.ListColumns", "{\"keys\":\"group\"}", "keys" },
		{ "io.cgq.ListColumns", "{\"keys\":[\"group\",1]}", "keys" },
		{ "io.cgq.Status", "{\"group\":1}", "group" },
		{ "io.cgq.Status", "{\"group\":[]}", "group" },
		{ "io.cgq.Status", "{\"Group\":\"web\"}", "Group" },
		{ "io.cgq.Ps", "{\"group\":{}}", "group" },
		{ "io.cgq.Explain", "{}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":null}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":\"1\"}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":1.5}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":0}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":-1}", "pid" },
		{ "io.cgq.Explain", "{\"pid\":4294967297}", "pid" },
		{ "io.cgq.Diff", "{\"name\":\"50-x.conf\"}", "text" },
		{ "io.cgq.Diff", "{\"text\":\"[x]\"}", "name" },
		{ "io.cgq.Diff", "{\"name\":\"../x.conf\",\"text\":\"\"}", "name" },
		{ "io.cgq.Diff", "{\"name\":\".conf\",\"text\":\"\"}", "name" },
		{ "io.cgq.Diff", "{\"name\":\".x.conf\",\"text\":\"\"}", "name" },
		{ "io.cgq.Diff", "{\"name\":\"x.conf~\",\"text\":\"\"}", "name" },
		{ "io.cgq.Diff", "{\"name\":\"\",\"text\":\"\"}", "name" },
		{ "io.cgq.Events", "{\"after\":-1}", "after" },
		{ "io.cgq.Events", "{\"after\":\"1\"}", "after" },
		{ "io.cgq.Events", "{\"group\":1}", "group" },
		{ "io.cgq.ExplainAs", "{\"name\":1}", "name" },
		{ "io.cgq.ExplainAs", "{\"pid\":\"1\"}", "pid" },
		{ "io.cgq.Reload", "{\"force\":true}", "force" },
		{ "io.cgq.Reset", "{\"group\":false}", "group" },
		{ "io.cgq.Pin", "{\"pid\":1}", "group" },
		{ "io.cgq.Pin", "{\"group\":\"web\"}", "pid" },
		{ "io.cgq.Pin", "{\"pid\":0,\"group\":\"web\"}", "pid" },
		{ "io.cgq.Pin", "{\"pid\":2147483648,\"group\":\"web\"}", "pid" },
		{ "io.cgq.Pin", "{\"pid\":1,\"group\":\"web\",\"children\":1}", "children" },
		{ "io.cgq.Pin", "{\"pid\":1,\"group\":null}", "group" },
		{ "io.cgq.Unpin", "{}", "pid" },
		{ "io.cgq.Unpin", "{\"pid\":-1}", "pid" },
		{ "io.cgq.Freeze", "{}", "group" },
		{ "io.cgq.Thaw", "{\"group\":null}", "group" },
		{ "io.cgq.Kill", "{}", "group" },
		{ "io.cgq.Kill", "{\"group\":\"web\",\"signal\":9}", "signal" },
		{ "io.cgq.Kill", "{\"group\":\"web\",\"signal\":\"\"}", "signal" },
		{ "io.cgq.Kill", "{\"group\":\"web\",\"signal\":\"SIG\"}", "signal" },
		{ "io.cgq.Kill", "{\"group\":\"web\",\"signal\":\"NOTHING\"}", "signal" },
		{ "io.cgq.Run", "{}", "group" },
		{ "io.cgq.Run", "{\"group\":\"web\",\"pid\":1}", "pid" },
		{ "io.cgq.Run", "{\"group\":\"web\",\"enter\":-1}", "enter" },
		{ "io.cgq.Run", "{\"group\":\"web\",\"enter\":4294967297}", "enter" },
		{ "io.cgq.Run", "{\"group\":\"web\",\"terminal\":1}", "terminal" },
		{ "io.cgq.Reload", "{\"confirm_seconds\":0}", "confirm_seconds" },
		{ "io.cgq.Reload", "{\"confirm_seconds\":3601}", "confirm_seconds" },
		{ "io.cgq.Reload", "{\"confirm_seconds\":\"30\"}", "confirm_seconds" },
		{ "io.cgq.Set", "{\"group\":\"web\"}", "settings" },
		{ "io.cgq.Set", "{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":\"4%\"}],\"save\":1}", "save" },
		{ "io.cgq.Clear", "{\"keys\":[\"cpu\"]}", "group" },
		{ "org.varlink.service.GetInfo", "{\"x\":null}", "x" },
		{ "org.varlink.service.GetInterfaceDescription", "{}", "interface" },
		{ "org.varlink.service.GetInterfaceDescription", "{\"interface\":null}", "interface" },
	};
	struct fake *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char error[128];

		snprintf(error, sizeof(error), INVALID " {\"parameter\":\"%s\"}", rows[i].bad);
		expect_error(f, &root, rows[i].method, rows[i].parameters, error);
	}
	assert_int_equal(f->reloads + f->resets + f->deeds + f->sets + f->confirm_seconds + f->runs, 0);
}

static void reading_is_for_the_group_and_changing_for_root(void **state)
{
	static const struct {
		const char *method, *parameters;
		bool changes;
	} rows[] = {
		{ "io.cgq.List", "{}", false },	       { "io.cgq.Status", "{}", false },
		{ "io.cgq.ListColumns", "{\"keys\":[]}", false },
		{ "io.cgq.Ps", "{}", false },	       { "io.cgq.Explain", "{\"pid\":1}", false },
		{ "io.cgq.Diff", "{}", false },	       { "io.cgq.Events", "{}", false },
		{ "io.cgq.ExplainAs", "{}", false },
		{ "io.cgq.Reload", "{}", true },
		{ "io.cgq.Reset", "{\"group\":null}", true },
		{ "io.cgq.Pin", "{\"pid\":1,\"group\":\"web\"}", true },
		{ "io.cgq.Unpin", "{\"pid\":1}", true },
		{ "io.cgq.Freeze", "{\"group\":\"web\"}", true },
		{ "io.cgq.Thaw", "{\"group\":\"web\"}", true },
		{ "io.cgq.Kill", "{\"group\":\"web\"}", true },
		{ "io.cgq.Reload", "{\"confirm_seconds\":30}", true }, { "io.cgq.Confirm", "{}", true },
		{ "io.cgq.Set", "{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":\"40%\"}]}", true },
		{ "io.cgq.Clear", "{\"group\":\"web\"}", true },
	};
	struct fake *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		expect_error(f, &stranger, rows[i].method, rows[i].parameters, FORBIDDEN);
		if (rows[i].changes) {
			expect_error(f, &reader, rows[i].method, rows[i].parameters, FORBIDDEN);
			assert_int_equal(f->reloads + f->resets + f->deeds + f->sets + f->confirm_seconds, 0);
		} else {
			json_decref(expect_answer(f, &reader, rows[i].method, rows[i].parameters));
		}
	}
	expect_error(f, &stranger, "io.cgq.List", "{}",
		     FORBIDDEN " {\"text\":\"only root and the group cgq may look; you are uid 1001\"}");
	json_decref(expect_answer(f, &stranger, "org.varlink.service.GetInfo", "{}"));
}

static void nothing_is_answered_before_the_first_full_look(void **state)
{
	struct fake *f = *state;

	f->ready = false;
	expect_error(f, &root, "io.cgq.List", "{}", "io.cgq.NotReady {}");
	expect_error(f, &root, "io.cgq.Reload", "{}", "io.cgq.NotReady {}");
	expect_error(f, &root, "io.cgq.Reset", "{}", "io.cgq.NotReady {}");
	assert_int_equal(f->views + f->glances + f->reloads + f->resets, 0);
	json_decref(expect_answer(f, &root, "org.varlink.service.GetInfo", "{}"));
}

static void every_answer_is_as_the_interface_says(void **state)
{
	struct fake *f = *state;
	pid_t pid = start_sleeping("php");
	struct file_set point = { 0 };
	struct changes changes = { 0 };
	struct member *m;
	char parameters[64];
	json_t *o;

	m = world_member(f->w, pid, "web/php");
	m->placed_ns = 1;
	m->origins[0] = "/from";
	world_put_file(f->w, "60-more.conf", "[web]\nmemory = 32M\ntasks = 7\n");
	world_put_file(f->w, "70-bad.conf", "[web]\ncpuu = 1\n");
	f->w->troubles[0] = (struct trouble){ GROUP_NONE, (char *)"trouble" };
	f->w->v.n_troubles = 1;
	world_choose(f->w);
	world_apply(f->w);
	world_seen(f->w, "web")->values[KNOB_TASKS_MAX].number = 8;
	world_put_file(f->w, "60-more.conf", "[web]\nmemory = 16M\n[new]\ncpu = 10%\n");
	chronicle_add(f->w->chronicle, 1, &(struct happening){ .kind = HAPPENING_STOP });
	chronicle_add(f->w->chronicle, 2, &(struct happening){ .kind = HAPPENING_MOVE, .group = "web", .pid = 7, .name = "x",
		.at = { "/a.conf", 3 }, .who = "root", .what = "a", .was = "b", .now = "c", .text = "d" });
	snprintf(parameters, sizeof(parameters), "{\"pid\":%d}", pid);
	const struct {
		const char *method, *parameters;
	} rows[] = {
		{ "ListColumns", "{\"keys\":[\"group\",\"cpu_percent\",\"reason\",\"would\",\"frozen\"]}" },
		{ "List", "{}" },  { "Status", "{}" }, { "Status", "{\"group\":\"web\"}" }, { "Ps", "{}" },
		{ "Diff", "{}" },  { "Explain", parameters }, { "Explain", "{\"pid\":1}" },
		{ "ExplainAs", "{\"name\":\"php\"}" },
		{ "Events", "{}" }, { "Reload", "{}" }, { "Reset", "{}" }, { "Confirm", "{}" },
		{ "Pin", "{\"pid\":1,\"group\":\"web\",\"children\":true}" },
		{ "Unpin", "{\"pid\":1}" },
		{ "Freeze", "{\"group\":\"web\"}" },
		{ "Thaw", "{\"group\":\"web\"}" },
		{ "Kill", "{\"group\":\"web\",\"signal\":\"TERM\"}" },
		{ "Set", "{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":\"40%\"}],\"save\":true}" },
		{ "Clear", "{\"group\":\"web\"}" },
	};
	overrides_put(&changes.overrides, &(struct override){ (char *)"web", (char *)"cpu", (char *)"40%", (char *)"root",
							      (char *)"2026-11-25 19:05:11" });
	changes.pending = (struct pending){ true, 30, 1 };
	held_make(&f->w->choice.in_force, &point, "why", &changes.held);
	f->w->v.changes = &changes;
	f->w->v.confirm_point = &point;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char method[64];

		snprintf(method, sizeof(method), "io.cgq.%s", rows[i].method);
		o = expect_answer(f, &root, method, rows[i].parameters);
		idl_check_answer(rows[i].method, o);
		json_decref(o);
	}
	changes_done(&changes);
	m->origins[0] = NULL;
	stop_sleeping(pid);
}

static void a_request_is_handed_on_as_it_was_asked(void **state)
{
	struct fake *f = *state;
	json_t *o = expect_answer(f, &root, "io.cgq.Set", "{\"group\":\"web/php\",\"save\":true,\"settings\":"
							  "[{\"key\":\"CPU\",\"value\":\"A b\"},{\"key\":\"tasks\",\"value\":\"\"}]}");

	assert_string_equal(f->set, "root web/php saved: cpu=A b tasks=");
	json_decref(o);
	json_decref(expect_answer(f, &root, "io.cgq.Clear", "{\"group\":\"web\",\"keys\":[\"cpu\"],\"save\":null}"));
	assert_string_equal(f->set, "root web: cpu=cleared");
	json_decref(expect_answer(f, &root, "io.cgq.Reload", "{\"confirm_seconds\":30}"));
	assert_int_equal(f->confirm_seconds + f->reloads, 30);
	expect_error(f, &root, "io.cgq.Set", "{\"group\":\"x\",\"settings\":[{\"key\":\"cpu\",\"value\":\"1%\"}]}",
		     "io.cgq.NoSuchGroup {\"group\":\"x\"}");
	f->fails = ENOENT;
	expect_error(f, &root, "io.cgq.Clear", "{\"group\":\"web\"}", "io.cgq.Failed {\"text\":\"no room\"}");
}

static void run_is_denied_by_the_group_and_answered_with_what_became_of_it(void **state)
{
	struct fake *f = *state;
	json_t *o = expect_answer(f, &root, "io.cgq.Run", "{\"group\":\"web\",\"command\":\"make\",\"enter\":7,\"terminal\":true}");

	assert_string_equal(f->run, "0 web make 7 terminal");
	idl_check_answer("Run", o);
	json_decref(o);
	f->fails = EPERM;
	f->run_missing = RUN_MISSES_PERMISSION;
	expect_error(f, &reader, "io.cgq.Run", "{\"group\":\"web\"}", FORBIDDEN " {\"text\":\"not so\"}");
	assert_string_equal(f->run, "1000 web (null) 0");
	f->run_missing = RUN_MISSES_GROUP;
	expect_error(f, &root, "io.cgq.Run", "{\"group\":\"x\"}", "io.cgq.NoSuchGroup {\"group\":\"x\"}");
	f->run_missing = RUN_MISSES_NOTHING;
	expect_error(f, &root, "io.cgq.Run", "{\"group\":\"x\"}", "io.cgq.Failed {\"text\":\"not so\"}");
	f->run_missing = RUN_MISSES_FILES;
	expect_error(f, &root, "io.cgq.Run", "{\"group\":\"x\"}", "io.cgq.FilesNeeded {}");
	f->ready = false;
	expect_error(f, &stranger, "io.cgq.Run", "{\"group\":\"x\"}", "io.cgq.NotReady");
}

static void what_a_client_calls_its_program_is_cut_at_a_character(void **state)
{
	static const struct {
		const char *unit;
		unsigned times, bytes;
	} rows[] = {
		{ "x", 64, 64 }, { "x", 65, 64 }, { "x", 30000, 64 }, { "\xc3\xa9", 32, 64 }, { "\xe2\x82\xac", 22, 63 },
		{ "\xf0\x9f\x98\x80", 17, 64 }, { "", 0, 0 },
	};
	struct fake *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char command[32768] = "", question[33000], expected[128];

		for (unsigned n = 0; n < rows[i].times; n++)
			memcpy(command + n * strlen(rows[i].unit), rows[i].unit, strlen(rows[i].unit));
		snprintf(question, sizeof(question), "{\"group\":\"web\",\"command\":\"%s\"}", command);
		json_decref(expect_answer(f, &root, "io.cgq.Run", question));
		snprintf(expected, sizeof(expected), "0 web %.*s 0", (int)rows[i].bytes, command);
		assert_string_equal(f->run, expected);
	}
}

static void every_method_of_the_interface_is_there(void **state)
{
	struct fake *f = *state;
	unsigned n = 0;

	for (const char *p = CGQ_INTERFACE_TEXT; (p = strstr(p, "\nmethod ")); n++) {
		char method[64], text[512];
		bool by_group; /* who may is a question of the group */

		p += strlen("\nmethod ");
		snprintf(method, sizeof(method), "io.cgq.%.*s", (int)strcspn(p, "("), p);
		by_group = strcmp(method, "io.cgq.Run") == 0;
		json_decref(call(f, &stranger, method, by_group ? "{\"group\":\"web\"}" : "{}", text));
		if (strncmp(text, FORBIDDEN, strlen(FORBIDDEN)))
			red("%s: %s\n", method, text);
	}
	assert_int_equal(n, 19);
}

/* Types, methods and errors share one namespace in varlink. */
static void no_name_of_the_interface_is_used_twice(void **state)
{
	static const char *const keywords[] = { "\ntype ", "\nmethod ", "\nerror " };
	char names[64][32];
	unsigned n = 0;

	for (size_t k = 0; k < 3; k++)
		for (const char *p = CGQ_INTERFACE_TEXT; (p = strstr(p, keywords[k])) && n < 64; n++) {
			p += strlen(keywords[k]);
			snprintf(names[n], sizeof(names[n]), "%.*s", (int)strcspn(p, " ("), p);
			for (unsigned i = 0; i < n; i++)
				assert_string_not_equal(names[i], names[n]);
		}
	assert_true(n > 20);
}

static void the_service_describes_itself(void **state)
{
	struct fake *f = *state;
	json_t *o = expect_answer(f, &root, "org.varlink.service.GetInfo", "{}");

	assert_json(o, "product", "\"cgqd\"");
	assert_json(o, "interfaces", "[\"org.varlink.service\",\"io.cgq\"]");
	assert_json(o, "version", "\"" CGQ_VERSION "\"");
	assert_true(json_is_string(json_object_get(o, "vendor")) && json_is_string(json_object_get(o, "url")));
	json_decref(o);
	o = expect_answer(f, &root, "org.varlink.service.GetInterfaceDescription", "{\"interface\":\"io.cgq\"}");
	assert_string_equal(json_string_value(json_object_get(o, "description")), CGQ_INTERFACE_TEXT);
	json_decref(o);
	o = expect_answer(f, &root, "org.varlink.service.GetInterfaceDescription",
			  "{\"interface\":\"org.varlink.service\"}");
	assert_non_null(strstr(json_string_value(json_object_get(o, "description")), "interface org.varlink.service\n"));
	json_decref(o);
	expect_error(f, &root, "org.varlink.service.GetInterfaceDescription", "{\"interface\":\"x\"}",
		     "org.varlink.service.InterfaceNotFound {\"interface\":\"x\"}");
}

static void who_is_not_there_is_told_by_name(void **state)
{
	struct fake *f = *state;
	pid_t pid = start_sleeping("x");
	char parameters[64], error[64];

	stop_sleeping(pid);
	expect_error(f, &root, "io.cgq.Status", "{\"group\":\"nobody\"}", "io.cgq.NoSuchGroup {\"group\":\"nobody\"}");
	expect_error(f, &root, "io.cgq.Ps", "{\"group\":\"\"}", "io.cgq.NoSuchGroup {\"group\":\"\"}");
	expect_error(f, &root, "io.cgq.Reset", "{\"group\":\"nobody\"}", "io.cgq.NoSuchGroup {\"group\":\"nobody\"}");
	assert_int_equal(f->resets, 0);
	snprintf(parameters, sizeof(parameters), "{\"pid\":%d}", pid);
	snprintf(error, sizeof(error), "io.cgq.NoSuchProcess {\"pid\":%d}", pid);
	expect_error(f, &root, "io.cgq.Explain", parameters, error);
}

static void a_change_that_fails_says_why(void **state)
{
	struct fake *f = *state;

	f->fails = EIO;
	expect_error(f, &root, "io.cgq.Reload", "{}", "io.cgq.Failed {\"text\":\"conf.d: no way in\"}");
	expect_error(f, &root, "io.cgq.Reset", "{\"group\":\"web\"}", "io.cgq.Failed {\"text\":\"still busy\"}");
	assert_string_equal(f->reset_group, "web");
	f->fails = 0;
	json_decref(expect_answer(f, &root, "io.cgq.Reset", "{\"group\":null}"));
	assert_string_equal(f->reset_group, "all");
}

static void list_makes_do_with_a_glance(void **state)
{
	struct fake *f = *state;

	json_decref(expect_answer(f, &root, "io.cgq.List", "{}"));
	assert_int_equal(f->views, 0);
	f->s.glance = NULL;
	json_decref(expect_answer(f, &root, "io.cgq.List", "{}"));
	assert_int_equal(f->views, 1);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_method_is_refused),
		TEST(parameters_are_held_against_the_interface),
		TEST(reading_is_for_the_group_and_changing_for_root),
		TEST(nothing_is_answered_before_the_first_full_look),
		TEST(who_is_not_there_is_told_by_name),
		TEST(a_change_that_fails_says_why),
		TEST(a_request_is_handed_on_as_it_was_asked),
		TEST(every_answer_is_as_the_interface_says),
		TEST(run_is_denied_by_the_group_and_answered_with_what_became_of_it),
		TEST(what_a_client_calls_its_program_is_cut_at_a_character),
		TEST(every_method_of_the_interface_is_there),
		cmocka_unit_test(no_name_of_the_interface_is_used_twice),
		TEST(the_service_describes_itself),
		TEST(list_makes_do_with_a_glance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
