/* Who would belong to another group after a reload: rules that differ, which no cgroup shows. */
#pragma once

#include <jansson.h>

#include <cgq/policy.h>

/* Appends an action of kind "rules" for each group whose rules, or whose word on descendants, differ. */
void report_diff_rules(const struct policy *old, const struct policy *next, json_t *list);
