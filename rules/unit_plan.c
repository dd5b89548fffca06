/* What is asked of units and does not stand there becomes actions. */
#include "unit_plan.h"

#include <stdlib.h>

#include "unit_parts.h"
#include "unit_value.h"

enum turn {
	TURN_MEMORY_LOWERED, /* first, since all that is freed may be needed for what follows */
	TURN_LOWERED,
	TURN_NO_SIZE,
	TURN_RAISED,	     /* last, so that a group's units never have more than the group in between */
	TURN__COUNT
};

struct unit_planning {
	const struct unit_want *u;
	const struct seen_units *seen;
	const struct refusals *refusals;
	struct unit_plan *plan;
};

/* One property of one unit that is not as it should be. */
struct unit_change {
	unsigned unit;
	enum knob knob;
	struct value value;
	bool gives_back;
};

static bool is_known(const struct value *v)
{
	return v->kind != VALUE_UNKNOWN;
}

static bool wants_weight(const struct wanted_unit *w)
{
	const struct value *idle = &w->wanted[KNOB_CPU_IDLE].value;

	return is_known(&w->wanted[KNOB_CPU_WEIGHT].value) || (is_known(idle) && idle->number);
}

/* The other of the two knobs of that one property is asked for, and says it all. */
static bool is_covered(const struct wanted_unit *w, enum knob k)
{
	return (k == KNOB_CPU_WEIGHT || k == KNOB_CPU_IDLE) && wants_weight(w);
}

/* Weight and idle are one property: what it was before is one of them. */
static bool is_the_one_before(const struct seen_unit *s, enum knob k)
{
	bool was_idle = is_known(&s->before[KNOB_CPU_IDLE]) && s->before[KNOB_CPU_IDLE].number;

	if (k == KNOB_CPU_IDLE)
		return was_idle;
	return k != KNOB_CPU_WEIGHT || !was_idle;
}

static bool give_back_find(const struct seen_unit *s, const struct wanted_unit *w, struct unit_change *ret)
{
	if (!is_known(&s->before[ret->knob]) || is_covered(w, ret->knob) || !is_the_one_before(s, ret->knob))
		return false;
	ret->value = s->before[ret->knob];
	ret->gives_back = true;
	return true;
}

/* A property, or what the kernel made of it, is another; a unit that does not run cannot be frozen. */
static bool differs(const struct seen_unit *s, enum knob k, const struct value *wanted)
{
	if (k == KNOB_FREEZE)
		return is_known(&s->kernel[k]) && !value_equal(&s->kernel[k], wanted);
	if (!value_equal(&s->set[k], wanted))
		return true;
	return is_known(&s->kernel[k]) && !unit_value_holds(k, wanted, &s->kernel[k]);
}

/* False where nothing has to be done. */
static bool change_find(const struct unit_planning *c, unsigned unit, enum knob k, struct unit_change *ret)
{
	const struct seen_unit *s = &c->seen->list[unit];
	const struct wanted_unit *w = &c->u->list[unit];
	const struct value *wanted = &w->wanted[k].value;

	*ret = (struct unit_change){ unit, k, *wanted, false };
	if (!is_known(wanted))
		return give_back_find(s, w, ret);
	/* not idle: that is what any weight says */
	if (k == KNOB_CPU_IDLE && !wanted->number)
		return false;
	return differs(s, k, wanted);
}

static bool is_memory_limit(enum knob k)
{
	return k == KNOB_MEMORY_MAX || k == KNOB_MEMORY_HIGH || k == KNOB_SWAP_MAX;
}

static bool is_limit(enum knob k)
{
	return is_memory_limit(k) || k == KNOB_CPU_MAX || k == KNOB_TASKS_MAX;
}

static enum turn turn_of(const struct unit_planning *c, const struct unit_change *ch)
{
	int size = is_limit(ch->knob) ?
			   unit_value_compare(ch->knob, &ch->value, unit_in_force(&c->seen->list[ch->unit], ch->knob)) :
			   0;

	if (size < 0)
		return is_memory_limit(ch->knob) ? TURN_MEMORY_LOWERED : TURN_LOWERED;
	return size > 0 ? TURN_RAISED : TURN_NO_SIZE;
}

static bool is_refused(const struct unit_planning *c, const struct unit_change *ch)
{
	const struct seen_unit *s = &c->seen->list[ch->unit];
	const struct refusal *r;
	char text[300];

	unit_value_text(ch->knob, &ch->value, text, sizeof(text));
	r = refusals_find(c->refusals, s->name, ch->knob, text);
	return r && value_equal(&r->left, unit_in_force(s, ch->knob));
}

static bool is_above(const struct counter *use, const struct unit_change *ch)
{
	return use->known && use->value > ch->value.number;
}

/* Another unit keeps that part of the group's limit for now: its lowering was refused, or it has to shrink first (law 3). */
static bool is_kept_from(const struct unit_planning *c, const struct unit_change *raise)
{
	unsigned within = c->u->list[raise->unit].within[raise->knob];

	for (unsigned i = 0; within != GROUP_NONE && i < c->u->n; i++) {
		struct unit_change other;

		if (c->u->list[i].within[raise->knob] != within || !change_find(c, i, raise->knob, &other))
			continue;
		if (turn_of(c, &other) < TURN_NO_SIZE &&
		    (is_refused(c, &other) ||
		     (raise->knob == KNOB_MEMORY_MAX && is_above(&c->seen->list[i].memory_bytes, &other))))
			return true;
	}
	return false;
}

static void action_add(const struct unit_planning *c, const struct unit_change *ch, enum turn turn)
{
	const struct seen_unit *s = &c->seen->list[ch->unit];
	const struct wanted_unit *w = &c->u->list[ch->unit];
	bool lowered = turn < TURN_NO_SIZE;
	struct unit_action *a;

	array_grow(c->plan->list, c->plan->n, c->plan->cap);
	a = &c->plan->list[c->plan->n++];
	*a = (struct unit_action){ .unit = ch->unit, .knob = ch->knob, .gives_back = ch->gives_back, .value = ch->value };
	value_keep(&c->plan->arena, &a->value);
	a->was = *unit_in_force(s, ch->knob);
	value_keep(&c->plan->arena, &a->was);
	a->group = w->group;
	a->within = w->within[ch->knob];
	a->raises = turn == TURN_RAISED;
	if (!ch->gives_back)
		a->at = wanted_at(&w->wanted[ch->knob]);
	if (lowered && ch->knob == KNOB_MEMORY_MAX && s->cgroup)
		a->only_below_bytes = ch->value.number;
	a->may_reclaim = lowered && ch->knob == KNOB_MEMORY_HIGH && s->cgroup &&
			 (!s->memory_bytes.known || is_above(&s->memory_bytes, ch));
}

static void turn_plan(const struct unit_planning *c, enum turn turn)
{
	struct unit_change ch;

	for (unsigned i = 0; i < c->u->n; i++)
		for (int k = 0; k < KNOB__COUNT; k++) {
			if (!change_find(c, i, (enum knob)k, &ch) || turn_of(c, &ch) != turn || is_refused(c, &ch))
				continue;
			if (turn != TURN_RAISED || !is_kept_from(c, &ch))
				action_add(c, &ch, turn);
		}
}

struct unit_plan *unit_plan_make(const struct unit_want *u, const struct seen_units *seen, const struct refusals *refusals)
{
	struct unit_plan *plan = must_alloc(sizeof(*plan));
	struct unit_planning c = { u, seen, refusals, plan };

	for (int turn = 0; turn < TURN__COUNT; turn++)
		turn_plan(&c, (enum turn)turn);
	return plan;
}

void unit_plan_free(struct unit_plan *p)
{
	if (!p)
		return;
	arena_done(&p->arena);
	free(p->list);
	free(p);
}
