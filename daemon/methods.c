/* The interface io.cgq, and what every varlink service answers about itself. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/interface.h>

#include "methods.h"
#include "report.h"
#include "report_json.h"

#define SERVICE "org.varlink.service"
#define CGQ	"io.cgq"

static const char service_text[] =
	"# What every varlink service says about itself.\n"
	"interface org.varlink.service\n"
	"\n"
	"method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n"
	"\n"
	"error InterfaceNotFound (interface: string)\n"
	"error MethodNotFound (method: string)\n"
	"error MethodNotImplemented (method: string)\n"
	"error InvalidParameter (parameter: string)\n";

static const struct {
	const char *name, *text;
} interfaces[] = {
	{ SERVICE, service_text },
	{ CGQ, CGQ_INTERFACE_TEXT },
};

struct question {
	struct service *service;
	const struct peer *peer;
	json_t *parameters;
	const char **error_name;
	json_t **error_parameters;
	struct following *following; /* NULL: one answer only */
};

static json_t *refuse(struct question *q, const char *name, const char *key, json_t *value)
{
	*q->error_name = name;
	*q->error_parameters = json_object();
	if (key)
		put(*q->error_parameters, key, value);
	return NULL;
}

static json_t *refuse_text(struct question *q, const char *name, const char *key, const char *text)
{
	return refuse(q, name, key, report_text(text));
}

static const char *parameter_text(const struct question *q, const char *key)
{
	return json_string_value(json_object_get(q->parameters, key));
}

static json_t *no_such_group(struct question *q)
{
	return refuse_text(q, CGQ ".NoSuchGroup", "group", parameter_text(q, "group"));
}

static json_t *do_get_info(struct question *q)
{
	json_t *o = json_object(), *names = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		json_array_append_new(names, report_text(interfaces[i].name));
	put_text(o, "vendor", "cgq");
	put_text(o, "product", "cgqd");
	put_text(o, "version", CGQ_VERSION);
	put_text(o, "url", "");
	put(o, "interfaces", names);
	return o;
}

static json_t *do_get_description(struct question *q)
{
	const char *name = parameter_text(q, "interface");
	json_t *o;

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (strcmp(name, interfaces[i].name))
			continue;
		o = json_object();
		put(o, "description", json_string(interfaces[i].text)); /* with its newlines */
		return o;
	}
	return refuse_text(q, SERVICE ".InterfaceNotFound", "interface", name);
}

static json_t *do_list(struct question *q)
{
	struct service *s = q->service;

	return report_list(s->glance ? s->glance(s->ctx) : s->view(s->ctx));
}

static json_t *do_status(struct question *q)
{
	json_t *o = report_status(q->service->view(q->service->ctx), parameter_text(q, "group"));

	return o ? o : no_such_group(q);
}

static json_t *do_ps(struct question *q)
{
	struct service *s = q->service;
	json_t *o = report_ps(s->glance ? s->glance(s->ctx) : s->view(s->ctx), parameter_text(q, "group"));

	return o ? o : no_such_group(q);
}

static json_t *do_explain(struct question *q)
{
	json_int_t pid = json_integer_value(json_object_get(q->parameters, "pid"));
	struct err e = { 0 };
	json_t *o;

	if (pid < 1 || pid > INT_MAX)
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "pid");
	o = report_explain(q->service->view(q->service->ctx), (pid_t)pid, &e);
	if (!o && (e.code == ESRCH || e.code == ENOENT))
		return refuse(q, CGQ ".NoSuchProcess", "pid", json_integer(pid));
	return o ? o : refuse_text(q, CGQ ".Failed", "text", e.text);
}

static json_t *do_explain_as(struct question *q)
{
	struct service *s = q->service;
	struct err e = { 0 };
	json_t *o = report_as(s->glance ? s->glance(s->ctx) : s->view(s->ctx), q->parameters, &e);

	return o ? o : refuse_text(q, CGQ ".Failed", "text", e.text);
}

/* One that policy_files_read() would take, and no path. */
static bool is_file_name(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && len <= 255 && name[0] != '.' && !strchr(name, '/') && !strcmp(name + len - 5, ".conf");
}

static json_t *do_diff(struct question *q)
{
	const char *name = parameter_text(q, "name"), *text = parameter_text(q, "text");
	size_t len = json_string_length(json_object_get(q->parameters, "text"));
	struct err e = { 0 };
	json_t *o;

	if (name && !is_file_name(name))
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "name");
	if (!name != !text || len > POLICY_FILE_MAX_BYTES)
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", name ? "text" : "name");
	o = report_diff(q->service->view(q->service->ctx), name, text, len, &e);
	return o ? o : refuse_text(q, CGQ ".Failed", "text", e.text);
}

static json_t *next_events(void *ctx, struct following *f)
{
	struct service *s = ctx;

	return report_events_next(s->glance ? s->glance(s->ctx) : s->view(s->ctx), f->about, &f->after);
}

static json_t *do_events(struct question *q)
{
	json_t *given = json_object_get(q->parameters, "after");
	const char *group = parameter_text(q, "group");
	struct service *s = q->service;
	uint64_t after = (uint64_t)json_integer_value(given);
	json_t *o;

	if (json_integer_value(given) < 0)
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "after");
	o = report_events(s->glance ? s->glance(s->ctx) : s->view(s->ctx), group, &after);
	if (o && q->following)
		*q->following = (struct following){ next_events, after, group ? must_strdup(group) : NULL };
	return o ? o : no_such_group(q);
}

static json_t *do_reload(struct question *q)
{
	struct service *s = q->service;
	struct err e = { 0 };

	if (s->reload(s->ctx, &e) < 0)
		return refuse_text(q, CGQ ".Failed", "text", e.text);
	return report_reload(s->view(s->ctx));
}

static json_t *do_reset(struct question *q)
{
	const char *group = parameter_text(q, "group");
	struct service *s = q->service;
	struct err e = { 0 };

	if (group && policy_group(s->view(s->ctx)->choice->policy, group) == GROUP_NONE)
		return no_such_group(q);
	if (s->reset(s->ctx, group, &e) < 0)
		return refuse_text(q, CGQ ".Failed", "text", e.text);
	return json_object();
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
	if (r == -ENOENT)
		return no_such_group(q);
	if (r == -ESRCH)
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

static json_t *do_pin(struct question *q)
{
	return do_simple_deed(q, DEED_PIN);
}

static json_t *do_unpin(struct question *q)
{
	return do_simple_deed(q, DEED_UNPIN);
}

static json_t *do_freeze(struct question *q)
{
	return do_simple_deed(q, DEED_FREEZE);
}

static json_t *do_thaw(struct question *q)
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

static json_t *do_kill(struct question *q)
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
		put_u64(o, "left", done.left);
	}
	return o;
}

enum who { WHO_ANYONE, WHO_READS, WHO_CHANGES };

struct parameter {
	const char *name;
	json_type type; /* JSON_TRUE: true or false */
	bool needed; /* else it may be missing or null */
};

static const struct method {
	const char *name;
	enum who who;
	json_t *(*answer)(struct question *q);
	struct parameter parameters[MATCH__COUNT + 2];
} methods[] = {
	{ SERVICE ".GetInfo", WHO_ANYONE, do_get_info, { { 0 } } },
	{ SERVICE ".GetInterfaceDescription", WHO_ANYONE, do_get_description, { { "interface", JSON_STRING, true } } },
	{ CGQ ".List", WHO_READS, do_list, { { 0 } } },
	{ CGQ ".Status", WHO_READS, do_status, { { "group", JSON_STRING, false } } },
	{ CGQ ".Ps", WHO_READS, do_ps, { { "group", JSON_STRING, false } } },
	{ CGQ ".Explain", WHO_READS, do_explain, { { "pid", JSON_INTEGER, true } } },
#define X(id, name, ...) { name, JSON_STRING, false },
	{ CGQ ".ExplainAs", WHO_READS, do_explain_as, {
	  MATCH_TABLE(X) { "exe_device", JSON_INTEGER, false }, { "exe_inode", JSON_INTEGER, false } } },
#undef X
	{ CGQ ".Diff", WHO_READS, do_diff, { { "name", JSON_STRING, false }, { "text", JSON_STRING, false } } },
	{ CGQ ".Events", WHO_READS, do_events, { { "after", JSON_INTEGER, false }, { "group", JSON_STRING, false } } },
	{ CGQ ".Reload", WHO_CHANGES, do_reload, { { 0 } } },
	{ CGQ ".Reset", WHO_CHANGES, do_reset, { { "group", JSON_STRING, false } } },
	{ CGQ ".Pin", WHO_CHANGES, do_pin,
	  { { "pid", JSON_INTEGER, true }, { "group", JSON_STRING, true }, { "children", JSON_TRUE, false } } },
	{ CGQ ".Unpin", WHO_CHANGES, do_unpin, { { "pid", JSON_INTEGER, true } } },
	{ CGQ ".Freeze", WHO_CHANGES, do_freeze, { { "group", JSON_STRING, true } } },
	{ CGQ ".Thaw", WHO_CHANGES, do_thaw, { { "group", JSON_STRING, true } } },
	{ CGQ ".Kill", WHO_CHANGES, do_kill, { { "group", JSON_STRING, true }, { "signal", JSON_STRING, false } } },
};

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	return NULL;
}

/* No such interface, or no such method in it. */
static json_t *refuse_method(struct question *q, const char *method)
{
	const char *dot = strrchr(method, '.');
	size_t len = dot ? (size_t)(dot - method) : strlen(method);
	auto_free char *interface = must_strndup(method, len);

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (!strcmp(interfaces[i].name, interface))
			return refuse_text(q, SERVICE ".MethodNotFound", "method", method);
	return refuse_text(q, SERVICE ".InterfaceNotFound", "interface", interface);
}

static bool is_allowed(enum who who, const struct peer *peer)
{
	return who == WHO_ANYONE || (who == WHO_READS ? peer->may_read : peer->may_change);
}

static json_t *refuse_peer(struct question *q, enum who who, const struct peer *peer)
{
	auto_free char *text = must_printf("%s; you are uid %u",
					   who == WHO_CHANGES ? "only root may change anything"
							      : "only root and the group cgq may look",
					   peer->uid);

	return refuse_text(q, CGQ ".PermissionDenied", "text", text);
}

static json_type type_of(const json_t *value)
{
	return json_is_boolean(value) ? JSON_TRUE : json_typeof(value);
}

static const struct parameter *find_parameter(const struct method *m, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(m->parameters); i++)
		if (m->parameters[i].name && !strcmp(m->parameters[i].name, name))
			return &m->parameters[i];
	return NULL;
}

/* The name of one that is missing, of another type or unknown; NULL: all are as they must be. */
static const char *bad_parameter(const struct method *m, json_t *given)
{
	const char *name;
	json_t *value;

	json_object_foreach(given, name, value) {
		const struct parameter *p = find_parameter(m, name);

		if (!p || (type_of(value) != p->type && (p->needed || !json_is_null(value))))
			return name;
	}
	for (size_t i = 0; i < ARRAY_SIZE(m->parameters); i++)
		if (m->parameters[i].needed && !json_object_get(given, m->parameters[i].name))
			return m->parameters[i].name;
	return NULL;
}

json_t *methods_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
		     const char **error_name, json_t **error_parameters, struct following *following)
{
	struct question q = { ctx, peer, parameters, error_name, error_parameters, following };
	const struct method *m = find_method(method);
	const char *bad;

	if (!m)
		return refuse_method(&q, method);
	if (!is_allowed(m->who, peer))
		return refuse_peer(&q, m->who, peer);
	bad = bad_parameter(m, parameters);
	if (bad)
		return refuse_text(&q, SERVICE ".InvalidParameter", "parameter", bad);
	if (m->who != WHO_ANYONE && !q.service->ready(q.service->ctx))
		return refuse(&q, CGQ ".NotReady", NULL, NULL);
	/* an answer holds nothing of the question */
	/* cppcheck-suppress returnDanglingLifetime */
	return m->answer(&q);
}
