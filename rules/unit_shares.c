/* What weights guarantee: the part of the machine that a unit gets when all who want CPU take theirs. */
#include "unit_shares.h"

#include <string.h>

#include <cgq/auto.h>

#include "unit_parts.h"

#define WEIGHT_DEFAULT 100
#define WEIGHT_IDLE    0.3 /* 3 of the kernel's 1024 */

bool unit_wants_cpu(const struct seen_unit *u)
{
	return u->cpu_waits || u->cpu_percent < 0 || u->cpu_percent >= 1;
}

static double weight_of(const struct value *weight, const struct value *idle)
{
	if (idle->kind == VALUE_NUMBER && idle->number)
		return WEIGHT_IDLE;
	return weight->kind == VALUE_NUMBER ? (double)weight->number : WEIGHT_DEFAULT;
}

static bool is_limited(const struct unit_want *u, unsigned i)
{
	return u->list[i].group != GROUP_NONE;
}

double unit_others_weight(const struct unit_want *u, const struct seen_units *seen, unsigned slice)
{
	uint64_t outside = seen->list[slice].others_weight;
	double sum = outside ? (double)outside : WEIGHT_DEFAULT;

	for (unsigned i = 0; i < seen->n; i++) {
		const struct seen_unit *s = &seen->list[i];

		if (s->slice == slice && i != slice && !unit_is_slice(s) && !is_limited(u, i) && unit_wants_cpu(s))
			sum += weight_of(unit_base(s, KNOB_CPU_WEIGHT), unit_base(s, KNOB_CPU_IDLE));
	}
	return sum;
}

static void children_share(const struct unit_want *u, const struct seen_units *seen, unsigned slice,
			   unit_value_of *of, double *ret)
{
	double sum = unit_others_weight(u, seen, slice);

	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < seen->n; i++) {
			const struct seen_unit *s = &seen->list[i];
			double weight = weight_of(of(s, KNOB_CPU_WEIGHT), of(s, KNOB_CPU_IDLE));

			if (s->slice != slice || i == slice || !(unit_is_slice(s) || is_limited(u, i)))
				continue;
			if (pass == 0)
				sum += weight;
			else
				ret[i] = ret[slice] * weight / sum;
		}
}

void unit_shares(const struct unit_want *u, const struct seen_units *seen, unit_value_of *of, double *ret)
{
	memset(ret, 0, seen->n * sizeof(*ret));
	for (unsigned i = 0; i < seen->n; i++) {
		if (unit_is_root(seen, i))
			ret[i] = 1;
		if (unit_is_slice(&seen->list[i]))
			children_share(u, seen, i, of, ret);
	}
}
