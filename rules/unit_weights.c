/* Reservations become weights, at each level from the root slice on. */
#include "unit_parts.h"

#include <cgq/auto.h>

#include "unit_reserve.h"
#include "unit_shares.h"
#include "unit_weights.h"

#define WEIGHT_LEAST   1
#define WEIGHT_MOST    10000
#define WEIGHT_DEFAULT 100
#define ROUNDS_MAX     1000
#define NOTED_BELOW    0.99

/* The children of one slice. */
struct level {
	const struct weighing *w;
	unsigned slice;
	double share, scale; /* of the slice; of reservations below */
	double others;	     /* weight of all that nothing is reserved for; slices with what they had before */
	double reserved;     /* sum */
};

static const struct seen_unit *seen(const struct level *l, unsigned i)
{
	return &l->w->c->seen->list[i];
}

static bool is_child(const struct level *l, unsigned i)
{
	return seen(l, i)->slice == l->slice && i != l->slice;
}

/* A slice keeps what it weighed before, for the others in it. */
static double base_weight(const struct seen_unit *u)
{
	const struct value *idle = unit_base(u, KNOB_CPU_IDLE), *weight = unit_base(u, KNOB_CPU_WEIGHT);

	if (!unit_is_slice(u))
		return 0;
	if (idle->kind == VALUE_NUMBER && idle->number)
		return WEIGHT_LEAST;
	return weight->kind == VALUE_NUMBER ? (double)weight->number : WEIGHT_DEFAULT;
}

static bool weighs_least(const struct weighing *w, unsigned i)
{
	return w->c->limited[i] && w->reserved[i] <= 0 && !unit_is_idle(w->c, i);
}

static void level_sum(struct level *l)
{
	const struct unit_wanting *c = l->w->c;

	l->others = unit_others_weight(c->u, c->seen, l->slice);
	l->reserved = 0;
	for (unsigned i = 0; i < c->seen->n; i++) {
		if (!is_child(l, i))
			continue;
		l->reserved += l->w->reserved[i];
		l->others += weighs_least(l->w, i) ? WEIGHT_LEAST : base_weight(seen(l, i));
	}
}

/*
 * A child with reservation R of the slice's share g weighs what it had before and R of all weights T: w0 + f R T / g,
 * where T = others g / (g - f sum(R)). The largest f at which no weight is above 10000.
 */
static double scale_find(const struct level *l)
{
	double f = l->scale;

	for (unsigned i = 0; i < l->w->c->seen->n; i++) {
		double r = is_child(l, i) ? l->w->reserved[i] : 0, room = WEIGHT_MOST - base_weight(seen(l, i));
		double most = room * l->share / (r * l->others + room * l->reserved);

		if (r > 0 && most < f)
			f = most;
	}
	return f > 0 ? f : 0;
}

static double weight_needed(const struct level *l, unsigned i, double total)
{
	double weight = base_weight(seen(l, i)) + l->scale * l->w->reserved[i] * total / l->share - 1e-9;

	/* written so that what is no number is the most */
	if (!(weight < WEIGHT_MOST))
		return WEIGHT_MOST;
	return weight < WEIGHT_LEAST ? WEIGHT_LEAST : (double)((uint64_t)weight + ((double)(uint64_t)weight < weight));
}

static double weights_total(const struct level *l)
{
	double total = l->others;

	for (unsigned i = 0; i < l->w->c->seen->n; i++)
		if (is_child(l, i) && l->w->reserved[i] > 0)
			total += l->w->weight[i] - base_weight(seen(l, i));
	return total;
}

/* Whole numbers, rounded up, make the sum a little larger, of which each needs its part: a few rounds settle that. */
static double weights_solve(const struct level *l)
{
	double total = l->others * l->share / (l->share - l->scale * l->reserved), before = 0;

	for (int round = 0; round < ROUNDS_MAX && total != before; round++) {
		for (unsigned i = 0; i < l->w->c->seen->n; i++)
			if (is_child(l, i) && l->w->reserved[i] > 0)
				l->w->weight[i] = weight_needed(l, i, total);
		before = total;
		total = weights_total(l);
	}
	return total;
}

static void level_weigh(const struct weighing *w, unsigned slice)
{
	struct level l = { w, slice, w->share[slice], w->scale[slice], 0, 0 };
	double f, total;

	level_sum(&l);
	f = scale_find(&l);
	if (f < l.scale)
		w->clamped[slice] = l.others;
	l.scale = f;
	total = l.reserved > 0 ? weights_solve(&l) : l.others;
	for (unsigned i = 0; i < w->c->seen->n; i++) {
		if (!is_child(&l, i))
			continue;
		if (w->reserved[i] <= 0)
			w->weight[i] = weighs_least(w, i) ? WEIGHT_LEAST : base_weight(seen(&l, i));
		w->share[i] = l.share * w->weight[i] / total;
		w->scale[i] = l.scale;
		w->clamped[i] = w->clamped[slice];
	}
}

/* Slices come before what is in them: sums from the end, weights from the start. */
static void weigh(const struct weighing *w)
{
	size_t n = w->c->seen->n;

	for (unsigned i = (unsigned)n; i--;)
		if (!unit_is_root(w->c->seen, i))
			w->reserved[w->c->seen->list[i].slice] += w->reserved[i];
	for (unsigned i = 0; i < n; i++) {
		if (unit_is_root(w->c->seen, i))
			w->share[i] = w->scale[i] = 1;
		if (unit_is_slice(&w->c->seen->list[i]))
			level_weigh(w, i);
	}
}

static void weight_ask(const struct weighing *w, unsigned i)
{
	const struct unit_wanting *c = w->c;
	const struct seen_unit *s = &c->seen->list[i];
	double percent = 100 / (1 - c->m->system_share);
	struct value v = { .kind = VALUE_NUMBER, .number = (uint64_t)w->weight[i] };

	unit_ask(c, i, KNOB_CPU_WEIGHT, &v,
		 c->limited[i] ? unit_group_wanted(c->want, s->group, KNOB_CPU_WEIGHT) : NULL);
	if (c->limited[i] && w->clamped[i] > 0 && w->share[i] < w->reserved[i] * NOTED_BELOW)
		unit_note(c, i, KNOB_CPU_WEIGHT,
			  "the largest weight is %d: %.3g%% instead of %.3g%%, while others of weight %.0f want CPU",
			  WEIGHT_MOST, w->share[i] * percent, w->reserved[i] * percent, w->clamped[i]);
}

/* What waking takes, where weights are left alone: systemd has one property for both. */
static void want_awake(const struct unit_wanting *c)
{
	for (unsigned i = 0; i < c->seen->n; i++) {
		const struct wanted *idle = &c->u->list[i].wanted[KNOB_CPU_IDLE];
		const struct value *base = unit_base(&c->seen->list[i], KNOB_CPU_IDLE);

		if (idle->value.kind == VALUE_NUMBER && !idle->value.number && base->kind == VALUE_NUMBER && base->number &&
		    !c->u->list[i].wanted[KNOB_CPU_WEIGHT].asked)
			unit_ask(c, i, KNOB_CPU_WEIGHT, &(struct value){ .kind = VALUE_MAX }, idle);
	}
}

static void want_reserved(const struct weighing *w)
{
	weigh(w);
	if (weights_good(w))
		weights_keep(w);
	for (unsigned i = 0; i < w->c->seen->n; i++)
		if (!unit_is_root(w->c->seen, i) && (w->reserved[i] > 0 || weighs_least(w, i)))
			weight_ask(w, i);
}

void unit_want_weights(const struct unit_wanting *c)
{
	size_t n = c->seen->n + 1;
	auto_free double *reserved = must_alloc(n * sizeof(*reserved));
	auto_free double *weight = must_alloc(n * sizeof(*weight));
	auto_free double *share = must_alloc(n * sizeof(*share));
	auto_free double *scale = must_alloc(n * sizeof(*scale));
	auto_free double *clamped = must_alloc(n * sizeof(*clamped));
	struct weighing w = { c, reserved, weight, share, scale, clamped };
	double sum = 0;

	unit_reserve(c, reserved);
	for (unsigned i = 0; i < c->seen->n; i++) {
		c->u->list[i].cpu_min_percent = reserved[i] > 0 ? reserved[i] : -1;
		reserved[i] = reserved[i] / 100 * (1 - c->m->system_share);
		sum += reserved[i];
	}
	if (sum > 0)
		want_reserved(&w);
	want_awake(c);
}
