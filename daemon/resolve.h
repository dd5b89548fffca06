/* Names and paths of a policy become numbers of this machine. */
#pragma once

#include <cgq/verdict.h>

struct resolved *resolve_new(const struct policy *p);
void resolve_free(struct resolved *r, const struct policy *p);
/* Looks everything up again; true if anything changed. */
bool resolve_again(struct resolved *r, const struct policy *p);
