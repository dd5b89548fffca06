/* Reservations become weights, ceilings become quotas. */
#include "want_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include <cgq/auto.h>

/*
 * A weight says what a cgroup gets against its siblings, and 100 % of the parent's reservation is the largest one
 * of v2: 10000. The kernel turns a v2 weight into shares by 1024/100, so that is 102400 on v1, of 262144.
 */
#define WEIGHT_WHOLE_V2 10000
#define WEIGHT_WHOLE_V1 102400
#define WEIGHT_LEAST_V2 1
#define WEIGHT_LEAST_V1 2
#define WEIGHT_MOST_V1	262144

#define NANO		    UINT64_C(1000000000)
#define PERIOD_USEC	    100000
#define PERIOD_LONGEST_USEC 1000000 /* the kernel takes 1 ms to 1 s */
#define QUOTA_LEAST_USEC    1000    /* below it: EINVAL */

static uint64_t weight_clamped(double weight, int version)
{
	double least = version == 2 ? WEIGHT_LEAST_V2 : WEIGHT_LEAST_V1;
	double most = version == 2 ? WEIGHT_WHOLE_V2 : WEIGHT_MOST_V1;

	return (uint64_t)(weight < least ? least : weight > most ? most : weight + 0.5);
}

static struct value weight_value(double fraction, int version)
{
	double whole = version == 2 ? WEIGHT_WHOLE_V2 : WEIGHT_WHOLE_V1;

	return (struct value){ .kind = VALUE_NUMBER, .number = weight_clamped(fraction * whole, version) };
}

/*
 * Processes outside compete with the whole tree at the root, each by itself at weight 1024 (v1 shares; 100 on v2).
 * For one busy thread outside to keep a share s of its CPU though all of our tree is busy on just that CPU, the
 * tree's weight t must hold 1024 / (1024 + t) = s: t is 19456 (1900 on v2) for 5 %. It is a weight and no ceiling:
 * while the outside is idle, the tree loses nothing.
 */
static void tree_weight(const struct wanting *c, int version)
{
	double s = c->m->system_share, one = version == 2 ? 100 : 1024;
	double weight = s > 0 ? one * (1 - s) / s : INFINITY;
	struct node *tree = &c->w->nodes[0];

	tree->cpu_min_percent = 100;
	tree->wanted[KNOB_CPU_WEIGHT].value =
		(struct value){ .kind = VALUE_NUMBER, .number = weight_clamped(weight, version) };
}

static bool is_idle(const struct wanting *c, const struct node *n)
{
	const struct amount *a = want_possible(c, n, KNOB_CPU_IDLE);

	return a && a->n;
}

static double reserved_percent(const struct node *n)
{
	return n->cpu_min_percent > 0 ? n->cpu_min_percent : 0;
}

/* What a child asks of its parent's reservation: 0.4. */
static double fraction_asked(const struct wanting *c, struct node *n)
{
	const struct amount *a = want_possible(c, n, KNOB_CPU_WEIGHT);
	double parent_cores = reserved_percent(&c->w->nodes[n->parent]) / 100 * c->m->cpus;

	if (!a || n->self || is_idle(c, n))
		return 0;
	if (a->kind == AMOUNT_PERCENT)
		return (double)a->n / PERCENT_WHOLE;
	if (a->kind != AMOUNT_CORES || !a->n)
		return 0;
	if (parent_cores <= 0) {
		want_note(c, n, KNOB_CPU_WEIGHT, "its parent reserves no CPU that it could have a part of");
		return 0;
	}
	return (double)a->n / 1000 / parent_cores;
}

static void weight_give(const struct wanting *c, struct node *n, double fraction, int version)
{
	struct wanted *w = &n->wanted[KNOB_CPU_WEIGHT];

	if (is_idle(c, n)) {
		/* An idle cgroup has the weight of SCHED_IDLE, and the kernel refuses any other (EINVAL). */
		w->value = (struct value){ .kind = VALUE_UNKNOWN };
		if (w->asked)
			want_note(c, n, KNOB_CPU_WEIGHT, "cpu.idle = yes leaves no reservation");
		return;
	}
	w->value = weight_value(fraction, version);
	if (w->asked || n->self)
		n->cpu_min_percent = fraction * reserved_percent(&c->w->nodes[n->parent]);
}

/* The children of each node as a chain; UINT32_MAX ends it. */
struct family {
	unsigned *first, *next;
};

/*
 * Reservations that come to more than the parent has (cores, after CPUs were lost) shrink alike, and say so. The
 * leaf _self gets what the other children leave.
 */
static void children_weigh(const struct wanting *c, const struct family *f, unsigned parent, int version)
{
	double sum = 0, scale, rest;

	for (unsigned i = f->first[parent]; i != UINT32_MAX; i = f->next[i])
		sum += fraction_asked(c, &c->w->nodes[i]);
	scale = sum > 1 + 1e-9 ? 1 / sum : 1;
	rest = sum < 1 ? 1 - sum : 0;
	for (unsigned i = f->first[parent]; i != UINT32_MAX; i = f->next[i]) {
		struct node *n = &c->w->nodes[i];
		double fraction = fraction_asked(c, n) * scale;

		if (scale < 1 && fraction > 0)
			want_note(c, n, KNOB_CPU_WEIGHT, "reservations here come to %.0f%% of %s%u CPUs; scaled to fit",
				  sum * 100, parent ? "the group's part of " : "the machine's ", c->m->cpus);
		n->cpu_min_percent = -1;
		weight_give(c, n, n->self ? rest : fraction, version);
	}
}

static void want_weights(const struct wanting *c, int version)
{
	auto_free unsigned *first = must_alloc(c->w->n * sizeof(unsigned));
	auto_free unsigned *next = must_alloc(c->w->n * sizeof(unsigned));
	struct family f = { first, next };

	tree_weight(c, version);
	for (size_t i = c->w->n; i--;)
		first[i] = UINT32_MAX;
	for (size_t i = c->w->n - 1; i; i--) {
		next[i] = first[c->w->nodes[i].parent];
		first[c->w->nodes[i].parent] = (unsigned)i;
	}
	for (unsigned i = 0; i < c->w->n; i++)
		children_weigh(c, &f, i, version);
}

/* In billionths of a core, since percentages of percentages are exact to no quota in floating point. */
static uint64_t ceiling_asked(const struct wanting *c, struct node *n, const struct amount *a, uint64_t above)
{
	uint64_t ceiling = above;

	if (a->kind == AMOUNT_PERCENT && a->n < PERCENT_WHOLE)
		ceiling = (uint64_t)((unsigned __int128)above * a->n / PERCENT_WHOLE);
	else if (a->kind == AMOUNT_CORES)
		ceiling = a->n > UINT64_MAX / (NANO / 1000) ? UINT64_MAX : a->n * (NANO / 1000);
	/* v1 refuses a child that may use more of the CPU than its parent (EINVAL); on v2 it would say what cannot be. */
	if (ceiling <= above)
		return ceiling;
	want_note(c, n, KNOB_CPU_MAX, "%s only %.6g CPUs", n->parent ? "its parent may use" : "this machine has",
		  (double)above / NANO);
	return above;
}

static struct value quota_value(const struct wanting *c, struct node *n, uint64_t ceiling)
{
	struct value v = { .kind = VALUE_QUOTA, .period = PERIOD_USEC };

	v.number = (ceiling * PERIOD_USEC + NANO / 2) / NANO;
	if (v.number >= QUOTA_LEAST_USEC)
		return v;
	v.period = PERIOD_LONGEST_USEC;
	v.number = (ceiling * PERIOD_LONGEST_USEC + NANO / 2) / NANO;
	if (v.number < QUOTA_LEAST_USEC) {
		v.number = QUOTA_LEAST_USEC;
		want_note(c, n, KNOB_CPU_MAX, "the least that the kernel gives is 1 ms a second");
	}
	return v;
}

static void want_burst(const struct wanting *c, struct node *n)
{
	const struct amount *a = want_possible(c, n, KNOB_CPU_BURST);
	const struct value *quota = &n->wanted[KNOB_CPU_MAX].value;
	uint64_t burst;

	if (!a)
		return;
	if (quota->kind != VALUE_QUOTA) {
		want_note(c, n, KNOB_CPU_BURST, "needs a ceiling to save up from (cpu = MIN..MAX)");
		return;
	}
	burst = a->kind == AMOUNT_PERCENT ? (uint64_t)((unsigned __int128)quota->number * a->n / PERCENT_WHOLE) : a->n;
	if (burst > quota->number) {
		burst = quota->number;
		want_note(c, n, KNOB_CPU_BURST, "the ceiling gives %" PRIu64 " us a period, and no burst may be longer",
			  quota->number);
	}
	n->wanted[KNOB_CPU_BURST].value = (struct value){ .kind = VALUE_NUMBER, .number = burst };
}

static void want_quotas(const struct wanting *c)
{
	auto_free uint64_t *ceilings = must_alloc(c->w->n * sizeof(uint64_t));

	ceilings[0] = c->m->cpus * NANO;
	for (size_t i = 1; i < c->w->n; i++) {
		struct node *n = &c->w->nodes[i];
		const struct amount *a = want_possible(c, n, KNOB_CPU_MAX);

		ceilings[i] = ceilings[n->parent];
		if (a && a->kind != AMOUNT_MAX) {
			ceilings[i] = ceiling_asked(c, n, a, ceilings[i]);
			n->wanted[KNOB_CPU_MAX].value = quota_value(c, n, ceilings[i]);
			n->cpu_max_percent = (double)ceilings[i] / NANO * 100 / c->m->cpus;
		}
		want_burst(c, n);
	}
}

void want_cpu(const struct wanting *c)
{
	int version = want_version(c->m, CONTROLLER_CPU);

	if (!version || c->m->refusal[0])
		return;
	for (size_t i = 1; i < c->w->n; i++)
		if (is_idle(c, &c->w->nodes[i]))
			c->w->nodes[i].wanted[KNOB_CPU_IDLE].value.number = 1;
	want_weights(c, version);
	want_quotas(c);
}

double want_min_percent(const struct machine *m, const struct value *weight, double parent_min_percent)
{
	int version = want_version(m, CONTROLLER_CPU);
	uint64_t least = version == 2 ? WEIGHT_LEAST_V2 : WEIGHT_LEAST_V1;
	double whole = version == 2 ? WEIGHT_WHOLE_V2 : WEIGHT_WHOLE_V1;

	if (weight->kind != VALUE_NUMBER || weight->number <= least)
		return -1;
	return (double)weight->number / whole * (parent_min_percent > 0 ? parent_min_percent : 0);
}

double want_max_percent(const struct machine *m, const struct value *quota)
{
	if (quota->kind != VALUE_QUOTA || !quota->period)
		return -1;
	return (double)quota->number / (double)quota->period * 100 / m->cpus;
}
