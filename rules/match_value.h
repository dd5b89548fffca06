/* One value of a term. */
#pragma once

#include <cgq/policy.h>

/* Unescapes text in place where it is a literal. 0, or -EINVAL with the reason in why. */
int match_value_read(enum match_kind kind, char *text, struct pattern *ret, char *why, size_t size);
