/* Calls that only look. */
#include "methods_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "report.h"
#include "report_json.h"
#include "report_members.h"

json_t *do_list(struct question *q)
{
	struct service *s = q->service;

	const struct view *v = s->glance ? s->glance(s->ctx) : s->view(s->ctx);
	json_t *o = report_list(v);

	if (json_is_true(json_object_get(q->parameters, "members")))
		report_members(v, o);
	return o;
}

json_t *do_list_columns(struct question *q)
{
	json_t *keys = json_object_get(q->parameters, "keys"), *key;
	struct service *s = q->service;
	size_t i;

	json_array_foreach(keys, i, key)
	{
		if (!json_is_string(key))
			return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "keys");
	}
	return report_list_columns(s->glance ? s->glance(s->ctx) : s->view(s->ctx), keys);
}

json_t *do_status(struct question *q)
{
	json_t *o = report_status(q->service->view(q->service->ctx), parameter_text(q, "group"));

	return o ? o : no_such_group(q);
}

json_t *do_ps(struct question *q)
{
	struct service *s = q->service;
	json_t *o = report_ps(s->glance ? s->glance(s->ctx) : s->view(s->ctx), parameter_text(q, "group"));

	return o ? o : no_such_group(q);
}

json_t *do_explain(struct question *q)
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

json_t *do_explain_as(struct question *q)
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

json_t *do_diff(struct question *q)
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

json_t *do_events(struct question *q)
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
