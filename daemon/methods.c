/* The interface io.cgq, and what every varlink service answers about itself. */
#include "methods_parts.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/interface.h>
#include <cgq/memory.h>

#include "report_json.h"

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

json_t *refuse(struct question *q, const char *name, const char *key, json_t *value)
{
	*q->error_name = name;
	*q->error_parameters = json_object();
	if (key)
		put(*q->error_parameters, key, value);
	return NULL;
}

json_t *refuse_text(struct question *q, const char *name, const char *key, const char *text)
{
	return refuse(q, name, key, report_text(text));
}

const char *parameter_text(const struct question *q, const char *key)
{
	return json_string_value(json_object_get(q->parameters, key));
}

json_t *no_such_group(struct question *q)
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

/* RUNS: for the method itself to say, which knows the group. */
enum who { WHO_ANYONE, WHO_READS, WHO_RUNS, WHO_CHANGES };

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
	{ CGQ ".List", WHO_READS, do_list, { { "members", JSON_TRUE, false } } },
	{ CGQ ".ListColumns", WHO_READS, do_list_columns, { { "keys", JSON_ARRAY, true } } },
	{ CGQ ".Status", WHO_READS, do_status, { { "group", JSON_STRING, false } } },
	{ CGQ ".Ps", WHO_READS, do_ps, { { "group", JSON_STRING, false } } },
	{ CGQ ".Explain", WHO_READS, do_explain, { { "pid", JSON_INTEGER, true } } },
#define X(id, name, ...) { name, JSON_STRING, false },
	{ CGQ ".ExplainAs", WHO_READS, do_explain_as, {
	  MATCH_TABLE(X) { "exe_device", JSON_INTEGER, false }, { "exe_inode", JSON_INTEGER, false } } },
#undef X
	{ CGQ ".Diff", WHO_READS, do_diff, { { "name", JSON_STRING, false }, { "text", JSON_STRING, false } } },
	{ CGQ ".Events", WHO_READS, do_events, { { "after", JSON_INTEGER, false }, { "group", JSON_STRING, false } } },
	{ CGQ ".Reload", WHO_CHANGES, do_reload, { { "confirm_seconds", JSON_INTEGER, false } } },
	{ CGQ ".Confirm", WHO_CHANGES, do_confirm, { { 0 } } },
	{ CGQ ".Set", WHO_CHANGES, do_set,
	  { { "group", JSON_STRING, true }, { "settings", JSON_ARRAY, true }, { "save", JSON_TRUE, false } } },
	{ CGQ ".Clear", WHO_CHANGES, do_clear,
	  { { "group", JSON_STRING, true }, { "keys", JSON_ARRAY, false }, { "save", JSON_TRUE, false } } },
	{ CGQ ".Reset", WHO_CHANGES, do_reset, { { "group", JSON_STRING, false } } },
	{ CGQ ".Pin", WHO_CHANGES, do_pin,
	  { { "pid", JSON_INTEGER, true }, { "group", JSON_STRING, true }, { "children", JSON_TRUE, false } } },
	{ CGQ ".Unpin", WHO_CHANGES, do_unpin, { { "pid", JSON_INTEGER, true } } },
	{ CGQ ".Freeze", WHO_CHANGES, do_freeze, { { "group", JSON_STRING, true } } },
	{ CGQ ".Thaw", WHO_CHANGES, do_thaw, { { "group", JSON_STRING, true } } },
	{ CGQ ".Run", WHO_RUNS, do_run,
	  { { "group", JSON_STRING, true }, { "command", JSON_STRING, false }, { "enter", JSON_INTEGER, false },
	    { "terminal", JSON_TRUE, false } } },
	{ CGQ ".Kill", WHO_CHANGES, do_kill, { { "group", JSON_STRING, true }, { "signal", JSON_STRING, false } } },
};

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	return NULL;
}

bool methods_only_look(const char *method)
{
	const struct method *m = find_method(method);

	return !m || m->who < WHO_RUNS;
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
	return who == WHO_ANYONE || who == WHO_RUNS || (who == WHO_READS ? peer->may_read : peer->may_change);
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
