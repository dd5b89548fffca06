/* The text of a match becomes terms. */
#pragma once

#include <cgq/policy.h>

/* Told of each term that is at fault: "unknown kind 'nmae'; did you mean 'name'?" */
struct rule_tell {
	void (*tell)(void *ctx, const char *what);
	void *ctx;
};

/* Sets ret->terms and ret->text, all in the arena; refs stay 0. 0, or -EINVAL when tell was called. */
int rule_read(const char *text, struct arena *arena, struct rule *ret, const struct rule_tell *tell);
