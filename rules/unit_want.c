/* Policy, machine and units become what is asked of each unit, and of the slices on the way. */
#include "unit_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "text.h"
#include "unit_name.h"

const struct wanted *unit_group_wanted(const struct want *want, unsigned group, enum knob k)
{
	unsigned node = want->n && group != GROUP_NONE ? want->node_of_group[group] : UINT32_MAX;

	return node == UINT32_MAX ? NULL : &want->nodes[node].wanted[k];
}

unsigned unit_group_asking(const struct unit_wanting *c, unsigned group, enum knob k, enum value_kind kind)
{
	for (; group != GROUP_NONE; group = c->p->groups[group].parent) {
		const struct wanted *w = unit_group_wanted(c->want, group, k);

		if (w && w->asked && w->value.kind == kind)
			return group;
	}
	return GROUP_NONE;
}

bool unit_group_is_in(const struct policy *p, unsigned group, unsigned above)
{
	while (group != GROUP_NONE && group != above)
		group = p->groups[group].parent;
	return group == above;
}

void unit_ask(const struct unit_wanting *c, unsigned unit, enum knob k, const struct value *v, const struct wanted *from)
{
	struct wanted *w = &c->u->list[unit].wanted[k];

	w->value = *v;
	value_keep(&c->u->arena, &w->value);
	w->asked = true;
	if (from)
		w->at = from->at;
}

void unit_note(const struct unit_wanting *c, unsigned unit, enum knob k, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	c->u->list[unit].wanted[k].impossible = arena_strdup(&c->u->arena, text);
}

const struct value *unit_base(const struct seen_unit *u, enum knob k)
{
	return u->before[k].kind == VALUE_UNKNOWN ? &u->set[k] : &u->before[k];
}

bool unit_is_root(const struct seen_units *seen, unsigned unit)
{
	return seen->list[unit].slice == unit;
}

bool unit_is_slice(const struct seen_unit *u)
{
	return unit_name_has_suffix(u->name, ".slice");
}

static void units_begin(const struct unit_wanting *c)
{
	for (unsigned i = 0; i < c->seen->n; i++) {
		const struct seen_unit *s = &c->seen->list[i];
		struct wanted_unit *one = &c->u->list[i];

		*one = (struct wanted_unit){ .unit = i, .group = GROUP_NONE, .cpu_min_percent = -1 };
		for (int k = 0; k < KNOB__COUNT; k++)
			one->within[k] = GROUP_NONE;
		c->limited[i] = !s->refusal && unit_group_wanted(c->want, s->group, KNOB_CPU_MAX) != NULL;
		if (!c->limited[i])
			continue;
		one->group = s->group;
		for (unsigned g = s->group; g != GROUP_NONE; g = c->p->groups[g].parent)
			c->units_below[g]++;
	}
}

/* The list of a group within those above it; where they have none in common, the one above counts, as in the kernel. */
static void list_within(const struct unit_wanting *c, unsigned unit, enum knob k, const struct value *outer)
{
	struct value *v = &c->u->list[unit].wanted[k].value;
	char common[VALUE_LIST_BYTES];

	if (text_list_within(value_list(v), value_list(outer)))
		return;
	text_list_common(value_list(v), value_list(outer), common, sizeof(common));
	unit_note(c, unit, k, "the group above has only %s; %s", value_list(outer),
		  *common ? "the rest is left out" : "none of these, so it has all of those");
	v->list = arena_strdup(&c->u->arena, *common ? common : value_list(outer));
}

static bool has_list(const struct wanted *w)
{
	return w && w->asked && w->value.kind == VALUE_LIST && *value_list(&w->value);
}

static void want_list(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	struct wanted *own = &c->u->list[unit].wanted[k];

	for (unsigned g = c->u->list[unit].group; g != GROUP_NONE; g = c->p->groups[g].parent) {
		const struct wanted *w = unit_group_wanted(c->want, g, k);

		if (has_list(w) && own->asked)
			list_within(c, unit, k, &w->value);
		else if (has_list(w))
			unit_ask(c, unit, k, &w->value, w);
	}
}

/* What holds for a group holds for all in it: idle, frozen. */
static void want_flag(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	for (unsigned g = c->u->list[unit].group; g != GROUP_NONE; g = c->p->groups[g].parent) {
		const struct wanted *w = unit_group_wanted(c->want, g, k);

		if (w && w->asked && w->value.kind == VALUE_NUMBER && (w->value.number || !c->u->list[unit].wanted[k].asked))
			unit_ask(c, unit, k, &w->value, w);
	}
}

/* Asked of the unit's own group, and not to be had on this machine at all. */
static void copy_impossible(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	const struct wanted *w = unit_group_wanted(c->want, c->u->list[unit].group, k);
	struct wanted *own = &c->u->list[unit].wanted[k];

	if (!w->asked || own->asked)
		return;
	own->asked = true;
	own->at = w->at;
	own->impossible = w->impossible;
}

static bool has_property(enum knob k)
{
	return property_rows[k].bus || k == KNOB_CPU_IDLE || k == KNOB_FREEZE;
}

static void not_to_be_had(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	struct wanted *w = &c->u->list[unit].wanted[k];

	if (!has_property(k))
		unit_note(c, unit, k, "systemd has no property for %s", knob_rows[k].v2);
	else if (k == KNOB_CPU_IDLE)
		unit_note(c, unit, k, "this systemd has no CPUWeight=idle (252 has)");
	else
		unit_note(c, unit, k, "this systemd has no %s=", property_rows[k].key);
	w->value = (struct value){ .kind = VALUE_UNKNOWN };
}

static void want_possible(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	if (c->limited[unit])
		copy_impossible(c, unit, k);
	if (!c->u->list[unit].wanted[k].asked)
		return;
	if (!has_property(k) || (k != KNOB_FREEZE && c->seen->list[unit].set[k].kind == VALUE_UNKNOWN))
		not_to_be_had(c, unit, k);
}

struct unit_want *unit_want_make(const struct policy *p, const struct machine *m, const struct want *want,
				 const struct seen_units *seen)
{
	struct unit_want *u = must_alloc(sizeof(*u));
	auto_free bool *limited = must_alloc(seen->n + 1);
	auto_free unsigned *below = must_alloc((p->n_groups + 1) * sizeof(*below));
	struct unit_wanting c = { p, m, want, seen, u, limited, below };

	u->n = seen->n;
	u->list = arena_alloc(&u->arena, (seen->n + 1) * sizeof(*u->list));
	units_begin(&c);
	for (unsigned i = 0; i < seen->n; i++) {
		want_list(&c, i, KNOB_CPUS);
		want_list(&c, i, KNOB_MEMS);
		want_flag(&c, i, KNOB_CPU_IDLE);
		want_flag(&c, i, KNOB_FREEZE);
	}
	unit_want_limits(&c);
	unit_want_protection(&c);
	unit_want_weights(&c);
	for (unsigned i = 0; i < seen->n; i++)
		for (int k = 0; k < KNOB__COUNT; k++)
			want_possible(&c, i, (enum knob)k);
	return u;
}

void unit_want_free(struct unit_want *u)
{
	if (!u)
		return;
	arena_done(&u->arena);
	free(u);
}
