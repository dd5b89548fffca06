/* One row of the list, key by key. */
#include "report_usage.h"

#include <string.h>

#include <cgq/auto.h>

/* What a row is made of. */
struct usage_row {
	const char *name;
	const struct group_usage *u;
	const struct group_state *s;
};

/* -1 says that there is no limit. */
static json_t *limit_bytes(const struct usage_limit *v)
{
	if (v->kind == VALUE_MAX)
		return json_integer(-1);
	return report_counter((struct counter){ v->kind == VALUE_NUMBER, v->number });
}

static json_t *text_or_null(const char *text)
{
	return report_text(*text ? text : NULL);
}

static json_t *group_of(const struct usage_row *r)
{
	return report_text(r->name);
}

static json_t *procs_of(const struct usage_row *r)
{
	return report_counter(r->u->usage.procs);
}

static json_t *cpu_of(const struct usage_row *r)
{
	return report_percent(r->u->usage.rates.cpu_percent);
}

static json_t *cpu_min_of(const struct usage_row *r)
{
	return report_percent(r->u->cpu_min_percent);
}

static json_t *cpu_max_of(const struct usage_row *r)
{
	return r->u->cpu_unlimited ? json_integer(-1) : report_percent(r->u->cpu_max_percent);
}

static json_t *throttled_of(const struct usage_row *r)
{
	return report_percent(r->u->usage.rates.throttled_percent);
}

static json_t *memory_of(const struct usage_row *r)
{
	return report_counter(r->u->usage.memory_bytes);
}

static json_t *memory_max_of(const struct usage_row *r)
{
	return limit_bytes(&r->u->usage.memory_max);
}

static json_t *io_of(const struct usage_row *r)
{
	return report_counter(r->u->usage.io_bytes_per_second);
}

static json_t *pressure_of(const struct usage_row *r)
{
	return report_percent(r->u->usage.pressure_percent);
}

static json_t *state_of(const struct usage_row *r)
{
	return report_text(state_names[r->s->state]);
}

static json_t *reason_of(const struct usage_row *r)
{
	return text_or_null(r->s->reason);
}

static json_t *would_of(const struct usage_row *r)
{
	return text_or_null(r->s->would);
}

static json_t *frozen_of(const struct usage_row *r)
{
	return json_boolean(r->s->frozen);
}

/* share: a unit of a group has it as well */
static const struct usage_key {
	const char *key;
	json_t *(*value)(const struct usage_row *r);
	bool share;
} usage_keys[] = {
	{ "group", group_of, false },
	{ "procs", procs_of, true },
	{ "cpu_percent", cpu_of, true },
	{ "cpu_min_percent", cpu_min_of, true },
	{ "cpu_max_percent", cpu_max_of, true },
	{ "throttled_percent", throttled_of, true },
	{ "memory_bytes", memory_of, true },
	{ "memory_max_bytes", memory_max_of, true },
	{ "io_bytes_per_second", io_of, false },
	{ "pressure_percent", pressure_of, false },
	{ "state", state_of, false },
	{ "reason", reason_of, false },
	{ "would", would_of, false },
	{ "frozen", frozen_of, false },
};

void put_shares(json_t *o, const struct group_usage *u)
{
	const struct usage_row row = { .u = u };

	for (size_t i = 0; i < ARRAY_SIZE(usage_keys); i++)
		if (usage_keys[i].share)
			put(o, usage_keys[i].key, usage_keys[i].value(&row));
}

json_t *report_usage(const char *group, const struct group_usage *u, const struct group_state *s)
{
	const struct usage_row row = { group, u, s };
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(usage_keys); i++)
		put(o, usage_keys[i].key, usage_keys[i].value(&row));
	put(o, "units", json_null());
	put(o, "processes", json_null());
	return o;
}

/* NULL where nothing is known of any. */
static json_t *column_new(const struct usage_key *key, const struct policy *p, const struct usages *usages,
			  const struct group_state *states)
{
	json_t *list = json_array();
	bool known = false;

	for (size_t g = 0; g < usages->n; g++) {
		const struct usage_row row = { p->groups[g].path, &usages->groups[g], &states[g] };
		json_t *value = key->value(&row);

		known = known || !json_is_null(value);
		json_array_append_new(list, value);
	}
	if (known || !usages->n)
		return list;
	json_decref(list);
	return NULL;
}

static bool is_among(const json_t *keys, const char *key)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)keys, i, one)
	{
		if (!strcmp(json_string_value(one), key))
			return true;
	}
	return false;
}

json_t *report_columns(const json_t *keys, const struct policy *p, const struct usages *usages, const struct group_state *states)
{
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(usage_keys); i++) {
		json_t *column = is_among(keys, usage_keys[i].key) ? column_new(&usage_keys[i], p, usages, states) : NULL;

		put(o, usage_keys[i].key, column ? column : json_null());
	}
	return o;
}
