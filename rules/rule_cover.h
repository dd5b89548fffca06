/* What can be told of two rules by their text alone: which fits whatever the other fits. */
#pragma once

#include <stdbool.h>

#include <cgq/bounds.h>
#include <cgq/policy.h>

/* name:* fits every process. */
bool term_is_always(const struct term *t);

/* Does whatever fits v fit one of the values of t? False too when it cannot be told. Of a literal it always can. */
bool value_within(const struct pattern *v, const struct term *t);
bool values_within(const struct term *inner, const struct term *outer);

/* Does outer fit whatever inner fits? False too when it cannot be told. */
bool rule_covers(const struct rule *outer, const struct rule *inner);

/* r as if one term had this value only. Borrows from r and the value; returns &buf->rule. */
struct narrowed {
	struct rule rule;
	struct term terms[RULE_TERMS_MAX];
};

const struct rule *rule_narrow(const struct rule *r, size_t term, struct pattern *value, struct narrowed *buf);
