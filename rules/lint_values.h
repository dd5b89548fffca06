/* What the amounts of a policy come to on a machine, for the lint. */
#pragma once

#include <stdbool.h>

#include <cgq/machine.h>
#include <cgq/policy.h>

/* Something that can be had: in cores, bytes or a count. NaN: not known here. */
struct dimension {
	enum key key;
	double machine;
};

/* Percentages round to thousandths: less than that is no difference. */
#define SLACK 1.00001

/* All of a machine; NaN where that is not known. */
struct dimension dimension_of(enum key key, const struct machine *m);

/* What an amount comes to, of what there is; none: what an unlimited or unset one comes to. */
double amount_value(const struct amount *a, double of, double none);

/* By group: what it has reserved, or may use at most. free() */
double *values_make(const struct policy *p, const struct dimension *d, bool reserved);

/* "2 cores", "1.5G"; "of [web], which has 2 cores". Both return buf. */
const char *amount_text(enum key key, double n, char *buf, size_t size);
const char *above_text(const struct policy *p, const struct dimension *d, unsigned parent, double has, char *buf,
		       size_t size);

#define AMOUNT_SHOWN(key, n) amount_text((key), (n), (char[40]){ 0 }, 40)
#define ABOVE_SHOWN(p, d, parent, has) above_text((p), (d), (parent), (has), (char[400]){ 0 }, 400)

/* Memory that everything outside the groups needs to answer at all: kernel, pid 1, sshd, the journal. */
double memory_for_outside(double machine_bytes);
