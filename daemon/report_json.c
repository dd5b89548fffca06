/* What every answer is made of. */
#include <stdint.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "override.h"
#include "plan_make.h"
#include "report_json.h"
#include "text.h"

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

json_t *report_text(const char *s)
{
	auto_free char *escaped = NULL;
	size_t size;

	if (!s)
		return json_null();
	if (is_plain(s))
		return json_string_nocheck(s);
	size = 4 * strlen(s) + 8; /* \xHH for each byte, and room for the sign that it was cut */
	escaped = must_alloc(size);
	return json_string(text_escape(s, strlen(s), escaped, size));
}

void put(json_t *o, const char *key, json_t *v)
{
	json_object_set_new_nocheck(o, key, v);
}

void put_text(json_t *o, const char *key, const char *s)
{
	put(o, key, report_text(s));
}

static json_t *report_u64(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *report_counter(struct counter c)
{
	return c.known ? report_u64(c.value) : json_null();
}

void put_u64(json_t *o, const char *key, uint64_t n)
{
	put(o, key, report_u64(n));
}

void put_counter(json_t *o, const char *key, struct counter c)
{
	put(o, key, report_counter(c));
}

json_t *report_hundredths(double amount)
{
	return json_real((double)(int64_t)(amount * 100 + 0.5) / 100);
}

json_t *report_percent(double percent)
{
	return percent < 0 ? json_null() : report_hundredths(percent);
}

void put_percent(json_t *o, const char *key, double percent)
{
	put(o, key, report_percent(percent));
}

void put_place(json_t *o, const char *key, const struct place *at)
{
	json_t *place;

	if (!at || !at->file) {
		put(o, key, json_null());
		return;
	}
	place = json_object();
	put_text(place, "file", at->file);
	put_u64(place, "line", override_line(at));
	put(o, key, place);
}

void put_value(json_t *o, const char *key, enum knob k, int version, const struct value *v)
{
	char text[300];

	if (!v || v->kind == VALUE_UNKNOWN) {
		put(o, key, json_null());
		return;
	}
	value_to_text(k, version, v, text, sizeof(text));
	put_text(o, key, text);
}

bool report_hierarchy_name(const struct hierarchy *h, char *buf, size_t size)
{
	buf[0] = 0;
	for (unsigned c = 0; c < CONTROLLER__COUNT; c++) {
		const char *name = h->version == 1 ? controller_rows[c].v1 : controller_rows[c].v2;
		size_t len = strlen(buf);

		if (h->controllers & 1U << c && name)
			snprintf(buf + len, size - len, "%s%s", len ? "," : "", name);
	}
	if (!buf[0] && h->version == 2)
		snprintf(buf, size, "v2");
	return buf[0];
}

json_t *report_rule(const struct rule *rule)
{
	json_t *o = json_object();

	put_text(o, "file", rule->at.file);
	put_u64(o, "line", rule->at.line);
	put_text(o, "text", rule->text);
	return o;
}

void put_rule(json_t *o, const char *key, const struct rule *rule)
{
	put(o, key, rule ? report_rule(rule) : json_null());
}

static bool is_refused(const struct choice *c, const char *file)
{
	for (size_t i = 0; file && i < c->n_refused; i++)
		if (!strcmp(c->refused[i].path, file))
			return true;
	return false;
}

static json_t *fault_json(const struct fault *f)
{
	static const char *const names[] = {
		[SEVERITY_FAULT] = "fault", [SEVERITY_WARNING] = "warning", [SEVERITY_HINT] = "hint"
	};
	json_t *o = json_object();

	put_text(o, "file", f->at.file ? f->at.file : "");
	put_u64(o, "line", override_line(&f->at));
	put_text(o, "text", f->text);
	put_text(o, "severity", names[f->severity]);
	return o;
}

json_t *report_fault_list(const struct faults *faults, enum severity least)
{
	json_t *list = json_array();

	for (size_t i = 0; i < faults->n; i++)
		if (faults->list[i].severity <= least)
			json_array_append_new(list, fault_json(&faults->list[i]));
	return list;
}

json_t *report_faults(const struct choice *c, enum severity least, bool refused_only)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->faults.n; i++) {
		const struct fault *f = &c->faults.list[i];

		if (f->severity <= least && (!refused_only || is_refused(c, f->at.file)))
			json_array_append_new(list, fault_json(f));
	}
	return list;
}

json_t *report_refused(const struct choice *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_refused; i++) {
		json_t *o = json_object();

		put_text(o, "file", c->refused[i].path);
		put(o, "kept", json_boolean(c->refused[i].kept));
		json_array_append_new(list, o);
	}
	return list;
}
