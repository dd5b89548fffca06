/* Values of knobs as systemd's properties have them, against what the kernel shows. */
#include "unit_value.h"

#include "plan_make.h"

#define SECOND_USEC    UINT64_C(1000000)
#define WEIGHT_DEFAULT 100

uint64_t unit_quota_usec(const struct value *v)
{
	if (v->kind != VALUE_QUOTA || !v->period)
		return UINT64_MAX;
	return (uint64_t)((unsigned __int128)v->number * SECOND_USEC / v->period);
}

struct value unit_quota_value(uint64_t usec)
{
	if (usec == UINT64_MAX)
		return (struct value){ .kind = VALUE_MAX, .period = SECOND_USEC };
	return (struct value){ .kind = VALUE_QUOTA, .number = usec, .period = SECOND_USEC };
}

/*
 * systemd writes quota * period / 1 s, rounded down, so that the kernel's quota is less than one microsecond a period
 * below it; or above it, where the least that the kernel takes is more: 1 ms a period, and periods end at 1 s.
 */
static bool quota_holds(const struct value *set, const struct value *kernel)
{
	unsigned __int128 asked, got;

	if (set->kind != VALUE_QUOTA || kernel->kind != VALUE_QUOTA || !set->period)
		return set->kind == kernel->kind;
	asked = (unsigned __int128)set->number * kernel->period;
	got = (unsigned __int128)kernel->number * set->period;
	return asked > got ? asked - got < set->period : got - asked < set->period;
}

static uint64_t weight_of(const struct value *v)
{
	return v->kind == VALUE_NUMBER ? v->number : WEIGHT_DEFAULT;
}

bool unit_value_holds(enum knob k, const struct value *set, const struct value *kernel)
{
	switch (knob_rows[k].form) {
	case FORM_QUOTA:
		return quota_holds(set, kernel);
	case FORM_WEIGHT:
		return weight_of(set) == weight_of(kernel);
	default:
		return value_equal(set, kernel);
	}
}

const struct value *unit_in_force(const struct seen_unit *u, enum knob k)
{
	return u->kernel[k].kind == VALUE_UNKNOWN ? &u->set[k] : &u->kernel[k];
}

static int compare_u128(unsigned __int128 a, unsigned __int128 b)
{
	return a < b ? -1 : a > b;
}

int unit_value_compare(enum knob k, const struct value *a, const struct value *b)
{
	enum form form = knob_rows[k].form;

	if (form == FORM_WEIGHT || form == FORM_LIST || form == FORM_NUMBER || form == FORM_FREEZE)
		return 0;
	if (a->kind == VALUE_UNKNOWN || b->kind == VALUE_UNKNOWN)
		return 0;
	if (a->kind == VALUE_MAX || b->kind == VALUE_MAX)
		return (a->kind == VALUE_MAX) - (b->kind == VALUE_MAX);
	if (form != FORM_QUOTA)
		return compare_u128(a->number, b->number);
	return compare_u128((unsigned __int128)a->number * b->period, (unsigned __int128)b->number * a->period);
}

void unit_value_text(enum knob k, const struct value *v, char *buf, size_t size)
{
	value_to_text(k, 2, v, buf, size);
}
