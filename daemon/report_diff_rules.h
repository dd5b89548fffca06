/* Who would belong to another group after a reload: rules that differ, which no cgroup shows. */
#pragma once

#include <jansson.h>

#include <cgq/policy.h>

/* What a policy says of a group, before and after; whatever there is not is NULL. */
struct said {
	const char *kind, *group, *key, *was, *text, *danger;
	struct place at;
};
void report_diff_said(const struct said *s, json_t *list);

/* Appends an action of kind "rules" for each group whose rules, or whose word on descendants, differ. */
void report_diff_rules(const struct policy *old, const struct policy *next, json_t *list);
