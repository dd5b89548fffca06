/* What every command that needs cgqd does: ask, wait while it starts, and say in one line what went wrong. */
#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/interface.h>
#include <cgq/memory.h>

#include "call.h"
#include "command.h"
#include "exits.h"
#include "field.h"
#include "group_suggest.h"
#include "say.h"
#include "text.h"

#define START_WAIT_MS 10000 /* a first look at a busy machine takes a second or two */
#define START_STEP_MS 100
#define SUGGEST_SECONDS_MAX 2 /* nobody waits long for a hint */

static bool is_error(const struct answer *a, const char *name)
{
	return a->error && strcmp(a->error, name) == 0;
}

static void sleep_ms(unsigned ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

static const char *socket_of(const struct options *o)
{
	return o->set[OPTION_SOCKET] ? o->values[OPTION_SOCKET] : CGQ_SOCKET_DEFAULT;
}

/* With the one that was probably meant, where cgqd tells which there are; or with a file in which it may be. */
static void no_group_say(const struct options *o, const char *given)
{
	struct answer a = {0};
	struct err e = {0};
	const char *meant = NULL, *refused = "";

	if (call(socket_of(o), "io.cgq.List", json_object(), SUGGEST_SECONDS_MAX, &a, &e) == 0) {
		field_escape(&a.parameters);
		meant = group_suggest(given, field_list(a.parameters, "groups"));
		refused = field_text(json_array_get(field_list(a.parameters, "refused"), 0), "file");
	}
	if (meant)
		say("there is no group '%s' (did you mean %s?)", given, meant);
	else if (*refused)
		say("there is no group '%s', but %s is refused; cgq status says why", given, refused);
	else
		say("there is no group '%s'; cgq list shows those there are", given);
	answer_done(&a);
}

static int refused(const struct options *o, const struct answer *a)
{
	const char *text = field_text(a->parameters, "text");

	if (is_error(a, "io.cgq.NoSuchGroup")) {
		no_group_say(o, field_text(a->parameters, "group"));
		return o->command->failed == EXIT_UNREACHABLE ? EXIT_NO_GROUP : o->command->failed;
	}
	if (is_error(a, "io.cgq.NoSuchProcess")) {
		say("there is no process %s", o->n_args > 0 ? o->args[0] : "");
		return EXIT_DIFFERS;
	}
	if (is_error(a, "org.varlink.service.InvalidParameter") && o->values[OPTION_SIGNAL]) {
		say("there is no signal '%s' (like TERM)", TEXT_ESCAPED(o->values[OPTION_SIGNAL]));
		return EXIT_USAGE;
	}
	if (is_error(a, "io.cgq.NotReady"))
		say("cgqd is still starting; it answers once the policy is applied");
	else if (is_error(a, "io.cgq.PermissionDenied"))
		say("not permitted: %s", *text ? text : "this needs root");
	else if (is_error(a, "io.cgq.Failed"))
		say("%s", text);
	else if (is_error(a, "org.varlink.service.MethodNotFound"))
		say("this cgqd is too old: it does not know %s", o->command->name);
	else
		say("cgqd answers %s%s%s", a->error, *text ? ": " : "", text);
	return o->command->failed;
}

/* True after a while's sleep where cgqd is still starting, as long as there is patience left. */
static bool waits(const struct answer *a, unsigned *waited_ms)
{
	if (!is_error(a, "io.cgq.NotReady") || *waited_ms >= START_WAIT_MS)
		return false;
	sleep_ms(START_STEP_MS);
	*waited_ms += START_STEP_MS;
	return true;
}

/* 0 with *ret, or the exit status of an error that has been told. */
static int take(const struct options *o, struct answer *a, json_t **ret)
{
	if (a->error || !o->set[OPTION_JSON])
		field_escape(&a->parameters);
	if (a->error)
		return refused(o, a);
	*ret = json_incref(a->parameters);
	return 0;
}

/* The caller's words became no question: they are not UTF-8, of which alone JSON is made. */
static int unsaid(const struct options *o)
{
	say("%s: not a text in UTF-8", o->command->name);
	return EXIT_USAGE;
}

/* error, which may be NULL, is no failure. */
static int ask_bearing(const struct options *o, const char *method, json_t *parameters, const struct call_files *files,
		       const char *error, bool *ret_is, json_t **ret)
{
	auto_free char *full = must_printf("io.cgq.%s", method);
	struct answer a = {0};
	struct err e = {0};
	unsigned waited_ms = 0;
	bool again;
	int status = 0, r;

	if (!parameters)
		return unsaid(o);
	do {
		answer_done(&a);
		r = call_with(socket_of(o), full, json_incref(parameters), files, o->command->seconds_max, &a, &e);
		if (r < 0) {
			if (r != -ECANCELED) /* whoever stopped it knows */
				say("%s", e.text);
			json_decref(parameters);
			return EXIT_UNREACHABLE;
		}
		again = waits(&a, &waited_ms);
	} while (again);
	json_decref(parameters);
	if (error)
		*ret_is = is_error(&a, error);
	if (!error || !*ret_is)
		status = take(o, &a, ret);
	answer_done(&a);
	return status;
}

int ask(const struct options *o, const char *method, json_t *parameters, json_t **ret)
{
	return ask_bearing(o, method, parameters, NULL, NULL, NULL, ret);
}

int ask_unless(const struct options *o, const char *method, json_t *parameters, const char *error, bool *ret_is, json_t **ret)
{
	return ask_bearing(o, method, parameters, NULL, error, ret_is, ret);
}

int ask_with(const struct options *o, const char *method, json_t *parameters, const struct call_files *files, bool *ret_needs_files,
	     json_t **ret)
{
	return ask_bearing(o, method, parameters, files, ret_needs_files ? "io.cgq.FilesNeeded" : NULL, ret_needs_files, ret);
}

struct telling {
	const struct options *o;
	int (*each)(void *ctx, json_t *answer);
	void *ctx;
	unsigned waited_ms;
	bool again;
	int status;
};

static bool tell(void *ctx, struct answer *a)
{
	struct telling *t = ctx;
	json_t *answer = NULL;

	t->again = waits(a, &t->waited_ms);
	if (t->again)
		return false;
	t->status = take(t->o, a, &answer);
	if (t->status == 0)
		t->status = t->each(t->ctx, answer);
	json_decref(answer);
	return t->status == 0;
}

int ask_more(const struct options *o, const char *method, json_t *parameters, int (*each)(void *ctx, json_t *answer),
	     void *ctx)
{
	auto_free char *full = must_printf("io.cgq.%s", method);
	struct telling t = {.o = o, .each = each, .ctx = ctx};
	struct err e = {0};

	if (!parameters)
		return unsaid(o);
	do {
		t.again = false;
		if (call_more(socket_of(o), full, json_incref(parameters), o->command->seconds_max, tell, &t, &e) < 0) {
			say("%s", e.text);
			t.status = EXIT_UNREACHABLE;
		}
	} while (t.again);
	json_decref(parameters);
	return t.status;
}
