/* Calls that change something. */
#include "methods_parts.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include <cgq/auto.h>

#include "methods_set.h"
#include "report.h"
#include "report_namespaces.h"
#include "report_json.h"
#include "users.h"

static int reload(struct question *q, struct err *e)
{
	json_t *seconds = json_object_get(q->parameters, "confirm_seconds");
	struct service *s = q->service;
	struct users *users;
	int r;

	if (!json_is_integer(seconds))
		return s->reload(s->ctx, e);
	users = users_load();
	r = s->reload_confirm(s->ctx, users_name(users, q->peer->uid), (unsigned)json_integer_value(seconds), e);
	users_free(users);
	return r;
}

json_t *do_reload(struct question *q)
{
	json_t *seconds = json_object_get(q->parameters, "confirm_seconds");
	struct service *s = q->service;
	struct err e = { 0 };

	if (json_is_integer(seconds) &&
	    (json_integer_value(seconds) < CONFIRM_SECONDS_MIN || json_integer_value(seconds) > CONFIRM_SECONDS_MAX))
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "confirm_seconds");
	if (reload(q, &e) < 0)
		return refuse_text(q, CGQ ".Failed", "text", e.text);
	return report_reload(s->view(s->ctx));
}

json_t *do_confirm(struct question *q)
{
	struct service *s = q->service;
	struct users *users = users_load();
	struct err e = { 0 };
	int r = s->confirm(s->ctx, users_name(users, q->peer->uid), &e);

	users_free(users);
	return r < 0 ? refuse_text(q, CGQ ".Failed", "text", e.text) : json_object();
}

/* Set, and Clear, which has keys in place of settings. */
static json_t *set(struct question *q, const char *list)
{
	const char *group = parameter_text(q, "group");
	struct service *s = q->service;
	struct faults faults = { 0 };
	struct set_text text;
	struct err e = { 0 };
	json_t *o = NULL;
	int r;

	if (policy_group(s->view(s->ctx)->choice->policy, group) == GROUP_NONE)
		return no_such_group(q);
	if (set_text_read(q->parameters, q->peer->uid, &text) < 0) {
		refuse_text(q, SERVICE ".InvalidParameter", "parameter", list);
	} else {
		r = s->set(s->ctx, &text.request, &faults, &e);
		o = r < 0 ? refuse_text(q, CGQ ".Failed", "text", e.text) :
			    report_set(s->view(s->ctx), &text.request, &faults);
	}
	set_text_done(&text);
	faults_done(&faults);
	return o;
}

json_t *do_set(struct question *q)
{
	return set(q, "settings");
}

json_t *do_clear(struct question *q)
{
	return set(q, "keys");
}

json_t *do_reset(struct question *q)
{
	const char *group = parameter_text(q, "group");
	struct service *s = q->service;
	struct err e = { 0 };
	json_t *o;

	if (group && policy_group(s->view(s->ctx)->choice->policy, group) == GROUP_NONE)
		return no_such_group(q);
	if (s->reset(s->ctx, group, &e) < 0)
		return refuse_text(q, CGQ ".Failed", "text", e.text);
	o = json_object();
	report_networks_left(s->view(s->ctx), group, o);
	return o;
}

/* Does it, and answers with its note; NULL where it is refused. */
static json_t *do_deed(struct question *q, struct deed *deed, struct deed_done *done)
{
	json_int_t pid = json_integer_value(json_object_get(q->parameters, "pid"));
	struct err e = { 0 };
	json_t *o;
	int r;

	if (json_object_get(q->parameters, "pid") && (pid < 1 || pid > INT_MAX))
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "pid");
	deed->uid = q->peer->uid;
	deed->pid = (pid_t)pid;
	deed->group = parameter_text(q, "group");
	deed->children = json_is_true(json_object_get(q->parameters, "children"));
	r = q->service->deed(q->service->ctx, deed, done, &e);
	if (r < 0 && done->missing == DEED_MISSES_GROUP)
		return no_such_group(q);
	if (r < 0 && done->missing == DEED_MISSES_PROCESS)
		return refuse(q, CGQ ".NoSuchProcess", "pid", json_integer(pid));
	if (r < 0)
		return refuse_text(q, CGQ ".Failed", "text", e.text);
	o = json_object();
	put_text(o, "note", done->note[0] ? done->note : NULL);
	return o;
}

static json_t *do_simple_deed(struct question *q, enum deed_kind kind)
{
	struct deed_done done = { 0 };

	return do_deed(q, &(struct deed){ .kind = kind }, &done);
}

json_t *do_pin(struct question *q)
{
	return do_simple_deed(q, DEED_PIN);
}

json_t *do_unpin(struct question *q)
{
	return do_simple_deed(q, DEED_UNPIN);
}

json_t *do_freeze(struct question *q)
{
	return do_simple_deed(q, DEED_FREEZE);
}

json_t *do_thaw(struct question *q)
{
	return do_simple_deed(q, DEED_THAW);
}

/* "TERM" or "SIGTERM"; 0: no such signal. */
static int signal_named(const char *name)
{
	if (!strncmp(name, "SIG", 3))
		name += 3;
	for (int n = 1; n < SIGRTMIN; n++)
		if (sigabbrev_np(n) && !strcmp(sigabbrev_np(n), name))
			return n;
	return 0;
}

json_t *do_kill(struct question *q)
{
	const char *name = parameter_text(q, "signal");
	struct deed deed = { .kind = DEED_KILL, .signal = name ? signal_named(name) : SIGKILL };
	struct deed_done done = { 0 };
	json_t *o;

	if (!deed.signal)
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "signal");
	o = do_deed(q, &deed, &done);
	if (o) {
		put_u64(o, "signalled", done.signalled);
		put(o, "left", deed.signal == SIGKILL ? json_integer((json_int_t)done.left) : json_null());
	}
	return o;
}
