/* The rows of key, match kind, knob and controller, and what can be said of one row alone. */
#include <cgq/key.h>
#include <cgq/knob.h>
#include <cgq/machine.h>
#include <cgq/memory.h>

#include <stdlib.h>
#include <string.h>

const struct key_row key_rows[KEY__COUNT] = {
#define X(id, name, shape, unit, example, help) [KEY_##id] = {name, shape, unit, example, help},
        KEY_TABLE(X)
#undef X
};

const struct match_row match_rows[MATCH__COUNT] = {
#define X(id, name, example, help) [MATCH_##id] = {name, example, help},
        MATCH_TABLE(X)
#undef X
};

const struct knob_row knob_rows[KNOB__COUNT] = {
#define X(id, key, side, controller, v2, v1, form) [KNOB_##id] = {#id, key, side, controller, v2, v1, form},
        KNOB_TABLE(X)
#undef X
};

const struct controller_row controller_rows[CONTROLLER__COUNT] = {
#define X(id, v2, v1) [CONTROLLER_##id] = {v2, v1},
        CONTROLLER_TABLE(X)
#undef X
};

bool key_has_knob(enum key key)
{
	for (int k = 0; k < KNOB__COUNT; k++)
		if (knob_rows[k].key == key)
			return true;
	return false;
}

int controller_find(const char *name, int version)
{
	for (int c = 0; c < CONTROLLER__COUNT; c++) {
		const char *own = version == 2 ? controller_rows[c].v2 : controller_rows[c].v1;

		if (own && !strcmp(own, name))
			return c;
	}
	return -1;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NUMBER:
		return a->number == b->number;
	case VALUE_QUOTA:
		return a->number == b->number && a->period == b->period;
	case VALUE_LIST:
		return !strcmp(value_list(a), value_list(b));
	case VALUE_UNKNOWN:
	case VALUE_MAX:
		break;
	}
	return true;
}

static bool has_list(const struct value *v)
{
	return v->kind == VALUE_LIST && v->list;
}

const char *value_list(const struct value *v)
{
	return has_list(v) ? v->list : "";
}

void value_keep(struct arena *a, struct value *v)
{
	if (has_list(v))
		v->list = arena_strdup(a, v->list);
}

struct value value_dup(const struct value *v)
{
	struct value ret = *v;

	if (has_list(v))
		ret.list = must_strdup(v->list);
	return ret;
}

void value_done(struct value *v)
{
	if (has_list(v))
		free((char *)v->list);
	*v = (struct value){ 0 };
}

static int hierarchy_with(const struct machine *m, enum controller c, int least_version)
{
	for (unsigned i = 0; i < m->n_hierarchies; i++)
		if (m->hierarchies[i].version >= least_version && m->hierarchies[i].controllers & 1U << c)
			return (int)i;
	return -1;
}

int machine_hierarchy(const struct machine *m, enum controller c)
{
	int i = hierarchy_with(m, c, 1);

	if (i < 0 && !controller_rows[c].v2)
		i = hierarchy_with(m, CONTROLLER_CPU, 2);
	return i;
}
