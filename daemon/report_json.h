/* What every answer is made of: texts, numbers, places. All foreign text is escaped on its way in. */
#pragma once

#include <jansson.h>

#include <cgq/plan.h>
#include <cgq/sample.h>

#include "policy_choose.h"

json_t *report_text(const char *s); /* NULL: null */
json_t *report_counter(struct counter c); /* unknown: null */
json_t *report_percent(double percent);	/* negative: null; in hundredths */

/* Each sets one key of the object o. */
void put_text(json_t *o, const char *key, const char *s);
void put_u64(json_t *o, const char *key, uint64_t n);
void put_counter(json_t *o, const char *key, struct counter c); /* unknown: null */
/* Of what is not negative. Not by round(), for whose sake alone 300 KiB of libm would be resident. */
json_t *report_hundredths(double amount);
void put_percent(json_t *o, const char *key, double percent);	/* negative: null; in hundredths */
void put_place(json_t *o, const char *key, const struct place *at); /* nowhere: null */
void put_value(json_t *o, const char *key, enum knob k, int version, const struct value *v); /* NULL, unknown: null */
void put_rule(json_t *o, const char *key, const struct rule *rule); /* NULL: null */
void put(json_t *o, const char *key, json_t *v); /* takes v */

/* "cpu,cpuacct"; "v2" for one that has none of ours; false for a v1 hierarchy that is none of our business. */
bool report_hierarchy_name(const struct hierarchy *h, char *buf, size_t size);
json_t *report_rule(const struct rule *rule);
/* least: hints can be left out. refused_only: of files that are refused. */
json_t *report_faults(const struct choice *c, enum severity least, bool refused_only);
json_t *report_fault_list(const struct faults *faults, enum severity least);
json_t *report_refused(const struct choice *c);
