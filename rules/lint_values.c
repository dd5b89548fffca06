/* What the amounts of a policy come to on a machine, for the lint. */
#include "lint_values.h"

#include <math.h>
#include <stdio.h>

#include "reading_order.h"

struct dimension dimension_of(enum key key, const struct machine *m)
{
	if (key == KEY_CPU)
		return (struct dimension){ key, m->cpus ? m->cpus : NAN };
	return (struct dimension){ key, m->memory_bytes ? (double)m->memory_bytes : NAN };
}

const char *amount_text(enum key key, double n, char *buf, size_t size)
{
	static const char units[] = "KMGT";
	int unit = -1;

	if (key_rows[key].unit == UNIT_CPU) {
		snprintf(buf, size, n == 1 ? "%.4g core" : "%.4g cores", n);
		return buf;
	}
	while (key_rows[key].unit == UNIT_BYTES && n >= 1024 && unit < 3) {
		n /= 1024;
		unit++;
	}
	snprintf(buf, size, unit < 0 ? "%.10g" : "%.4g%c", n, unit < 0 ? ' ' : units[unit]);
	return buf;
}

double amount_value(const struct amount *a, double of, double none)
{
	switch (a->kind) {
	case AMOUNT_PERCENT:
		return (double)a->n / PERCENT_WHOLE * of;
	case AMOUNT_CORES:
		return (double)a->n / 1000;
	case AMOUNT_BYTES:
	case AMOUNT_COUNT:
		return (double)a->n;
	default:
		return none;
	}
}

double *values_make(const struct policy *p, const struct dimension *d, bool reserved)
{
	double *ret = must_alloc((p->n_groups + 1) * sizeof(*ret));

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		const struct setting *s = group_setting(g, d->key);
		double above = g->parent == GROUP_NONE ? d->machine : ret[g->parent];

		ret[i] = amount_value(reserved ? reserve_amount(d->key, s) : &s->max, above, reserved ? 0 : above);
	}
	return ret;
}

const char *above_text(const struct policy *p, const struct dimension *d, unsigned parent, double has, char *buf,
		       size_t size)
{
	const char *amount = AMOUNT_SHOWN(d->key, has);

	if (parent == GROUP_NONE)
		snprintf(buf, size, "of the machine, which has %s", amount);
	else if (has == 0)
		snprintf(buf, size, "of [%s], which reserves nothing", p->groups[parent].path);
	else
		snprintf(buf, size, "of [%s], which has %s", p->groups[parent].path, amount);
	return buf;
}

/* A small Debian server idles at 100 to 200 MB; a machine of 1 GB and less cannot spare so much. */
double memory_for_outside(double machine_bytes)
{
	double usual = 256 << 20;

	return machine_bytes / 8 < usual ? machine_bytes / 8 : usual;
}
