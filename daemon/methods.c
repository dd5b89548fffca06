/* The interface io.cgq, and what every varlink service answers about itself. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/interface.h>

#include "methods.h"
#include "methods_set.h"
#include "report.h"
#include "report_json.h"
#include "users.h"

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
	json_t *parameters;
	const char **error_name;
	json_t **error_parameters;
	const struct peer *peer;
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

static json_t *do_reload(struct question *q)
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

static json_t *do_confirm(struct question *q)
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

static json_t *do_set(struct question *q)
{
	return set(q, "settings");
}

static json_t *do_clear(struct question *q)
{
	return set(q, "keys");
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

enum who { WHO_ANYONE, WHO_READS, WHO_CHANGES };

struct parameter {
	const char *name;
	json_type type;
	bool needed; /* else it may be missing or null */
};

static const struct method {
	const char *name;
	enum who who;
	json_t *(*answer)(struct question *q);
	struct parameter parameters[4];
} methods[] = {
	{ SERVICE ".GetInfo", WHO_ANYONE, do_get_info, { { 0 } } },
	{ SERVICE ".GetInterfaceDescription", WHO_ANYONE, do_get_description, { { "interface", JSON_STRING, true } } },
	{ CGQ ".List", WHO_READS, do_list, { { 0 } } },
	{ CGQ ".Status", WHO_READS, do_status, { { "group", JSON_STRING, false } } },
	{ CGQ ".Ps", WHO_READS, do_ps, { { "group", JSON_STRING, false } } },
	{ CGQ ".Explain", WHO_READS, do_explain, { { "pid", JSON_INTEGER, true } } },
	{ CGQ ".Diff", WHO_READS, do_diff, { { "name", JSON_STRING, false }, { "text", JSON_STRING, false } } },
	{ CGQ ".Reload", WHO_CHANGES, do_reload, { { "confirm_seconds", JSON_INTEGER, false } } },
	{ CGQ ".Confirm", WHO_CHANGES, do_confirm, { { 0 } } },
	{ CGQ ".Set", WHO_CHANGES, do_set,
	  { { "group", JSON_STRING, true }, { "settings", JSON_ARRAY, true }, { "save", JSON_TRUE, false } } },
	{ CGQ ".Clear", WHO_CHANGES, do_clear,
	  { { "group", JSON_STRING, true }, { "keys", JSON_ARRAY, false }, { "save", JSON_TRUE, false } } },
	{ CGQ ".Reset", WHO_CHANGES, do_reset, { { "group", JSON_STRING, false } } },
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

static const struct parameter *find_parameter(const struct method *m, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(m->parameters); i++)
		if (m->parameters[i].name && !strcmp(m->parameters[i].name, name))
			return &m->parameters[i];
	return NULL;
}

/* JSON_TRUE: a bool. */
static bool is_of_type(json_t *value, json_type type)
{
	return json_typeof(value) == type || (type == JSON_TRUE && json_is_false(value));
}

/* The name of one that is missing, of another type or unknown; NULL: all are as they must be. */
static const char *bad_parameter(const struct method *m, json_t *given)
{
	const char *name;
	json_t *value;

	json_object_foreach(given, name, value) {
		const struct parameter *p = find_parameter(m, name);

		if (!p || (!is_of_type(value, p->type) && (p->needed || !json_is_null(value))))
			return name;
	}
	for (size_t i = 0; i < ARRAY_SIZE(m->parameters); i++)
		if (m->parameters[i].needed && !json_object_get(given, m->parameters[i].name))
			return m->parameters[i].name;
	return NULL;
}

json_t *methods_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
		     const char **error_name, json_t **error_parameters)
{
	struct question q = { ctx, parameters, error_name, error_parameters, peer };
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
