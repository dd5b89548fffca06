/* The calls by which a person acts on a process or a group: what reaches the daemon, and what comes back. */
#include "policy_help.h"

#include <errno.h>
#include <signal.h>

#include "methods.h"

static struct fake {
	struct deed deed; /* the last; group points into the call */
	char deed_group[64];
	size_t deeds;
	int fails;
	enum deed_missing missing;
} fake;

static bool is_ready(void *ctx)
{
	return true;
}

static int fake_deed(void *ctx, const struct deed *deed, struct deed_done *ret, struct err *e)
{
	struct fake *f = ctx;

	f->deeds++;
	f->deed = *deed;
	snprintf(f->deed_group, sizeof(f->deed_group), "%s", deed->group ? deed->group : "none");
	snprintf(ret->note, sizeof(ret->note), "noted");
	ret->signalled = 7;
	ret->left = 2;
	ret->missing = f->missing;
	return f->fails ? (fail)(e, f->fails, "not that one") : 0;
}

/* The answer, or the error as "NAME {parameters}". */
static void call(const struct peer *peer, const char *method, const char *parameters, char text[512])
{
	struct service s = {.ctx = &fake, .ready = is_ready, .deed = fake_deed};
	json_t *p = json_loads(parameters, 0, NULL), *details = NULL, *reply;
	const char *error = NULL;
	size_t len;

	assert_non_null(p);
	reply = methods_call(&s, peer, method, p, &error, &details, NULL);
	len = (size_t)snprintf(text, 512, "%s%s", error ? error : "", error ? " " : "");
	text[len + json_dumpb(error ? details : reply, text + len, 511 - len, JSON_COMPACT)] = 0;
	json_decref(reply);
	json_decref(details);
	json_decref(p);
}

static void expect_error(const char *method, const char *parameters, const char *error)
{
	const struct peer root = {.pid = 1, .may_read = true, .may_change = true};
	char text[512];

	call(&root, method, parameters, text);
	assert_string_equal(text, error);
}

static void a_deed_is_done_as_asked_by_the_peer_of_the_call(void **state)
{
	static const struct {
		const char *method, *parameters, *group;
		struct deed deed;
	} rows[] = {
		{ "Pin", "{\"pid\":7,\"group\":\"web\"}", "web", { .kind = DEED_PIN, .pid = 7 } },
		{ "Pin", "{\"pid\":7,\"group\":\"web\",\"children\":null}", "web", { .kind = DEED_PIN, .pid = 7 } },
		{ "Pin", "{\"pid\":7,\"group\":\"web\",\"children\":false}", "web", { .kind = DEED_PIN, .pid = 7 } },
		{ "Pin", "{\"pid\":7,\"group\":\"web\",\"children\":true}", "web",
		  { .kind = DEED_PIN, .pid = 7, .children = true } },
		{ "Unpin", "{\"pid\":7}", "none", { .kind = DEED_UNPIN, .pid = 7 } },
		{ "Freeze", "{\"group\":\"web\"}", "web", { .kind = DEED_FREEZE } },
		{ "Thaw", "{\"group\":\"web\"}", "web", { .kind = DEED_THAW } },
		{ "Kill", "{\"group\":\"web\"}", "web", { .kind = DEED_KILL, .signal = SIGKILL } },
		{ "Kill", "{\"group\":\"web\",\"signal\":\"SIGTERM\"}", "web", { .kind = DEED_KILL, .signal = SIGTERM } },
		{ "Kill", "{\"group\":\"web\",\"signal\":\"HUP\"}", "web", { .kind = DEED_KILL, .signal = SIGHUP } },
	};
	const struct peer other_root = { .pid = 1, .uid = 4711, .may_read = true, .may_change = true };
	struct fake *f = &fake;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char method[64], text[512];

		snprintf(method, sizeof(method), "io.cgq.%s", rows[i].method);
		call(&other_root, method, rows[i].parameters, text);
		/* who is left is known of SIGKILL only */
		assert_string_equal(text, rows[i].deed.signal == SIGKILL ? "{\"note\":\"noted\",\"signalled\":7,\"left\":2}"
					  : rows[i].deed.signal ? "{\"note\":\"noted\",\"signalled\":7,\"left\":null}"
								: "{\"note\":\"noted\"}");
		assert_int_equal(f->deed.kind, rows[i].deed.kind);
		assert_int_equal(f->deed.pid, rows[i].deed.pid);
		assert_int_equal(f->deed.children, rows[i].deed.children);
		assert_int_equal(f->deed.signal, rows[i].deed.signal);
		assert_int_equal(f->deed.uid, 4711);
		assert_string_equal(f->deed_group, rows[i].group);
	}
	assert_int_equal(f->deeds, sizeof(rows) / sizeof(*rows));
}

static void a_deed_that_is_refused_says_which_of_its_objects_is_missing(void **state)
{
	struct fake *f = &fake;

	f->fails = ENOENT;
	f->missing = DEED_MISSES_GROUP;
	expect_error("io.cgq.Pin", "{\"pid\":7,\"group\":\"w\"}", "io.cgq.NoSuchGroup {\"group\":\"w\"}");
	f->fails = ESRCH;
	f->missing = DEED_MISSES_PROCESS;
	expect_error("io.cgq.Pin", "{\"pid\":7,\"group\":\"w\"}", "io.cgq.NoSuchProcess {\"pid\":7}");
	f->fails = EBUSY;
	f->missing = DEED_MISSES_NOTHING;
	expect_error("io.cgq.Kill", "{\"group\":\"w\"}", "io.cgq.Failed {\"text\":\"not that one\"}");
	/* what the deed needed beside them */
	f->fails = ENOENT;
	expect_error("io.cgq.Freeze", "{\"group\":\"w\"}", "io.cgq.Failed {\"text\":\"not that one\"}");
	f->fails = ESRCH;
	expect_error("io.cgq.Unpin", "{\"pid\":7}", "io.cgq.Failed {\"text\":\"not that one\"}");
	f->fails = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deed_is_done_as_asked_by_the_peer_of_the_call),
		cmocka_unit_test(a_deed_that_is_refused_says_which_of_its_objects_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
