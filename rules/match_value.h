/* One value of a term. */
#pragma once

#include <cgq/policy.h>

/* Unescapes text in place where it is a literal. 0, or -EINVAL with the reason in why. */
int match_value_read(enum match_kind kind, char *text, struct pattern *ret, char *why, size_t size);
/* The name of a user or of a group of users, or a number: whether there is one is asked later. */
bool match_is_account(const char *text);
