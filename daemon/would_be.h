/* Passive groups: what would be held back if they were enforced, measured once a second. Writes nothing. */
#pragma once

#include "sampler.h"
#include "would.h"

struct would_be;

/* told: an episode begins or ends; group: index of the policy, at: the setting that it is about. */
struct would_be *would_be_new(void (*told)(void *ctx, unsigned group, const struct place *at, const char *text), void *ctx);
void would_be_free(struct would_be *w);
/* A new policy, machine or want: who is passive is who has no node. Borrows the policy; what stays keeps its track. */
void would_be_follow(struct would_be *w, const struct policy *p, const struct machine *m, const struct want *enforced);
/* After the sampler's. */
void would_be_tick(struct would_be *w, struct sampler *s);

/* "would be throttled: uses 93% of the machine, ceiling 50%; would be over its limit: 1.7G > 1.0G"; "" for nothing. Returns buf. */
char *would_be_text(const struct would_be *w, unsigned group, char *buf, size_t size);
/* How often each was so since cgqd runs; false for a group that is not passive. */
bool would_be_times(const struct would_be *w, unsigned group, uint64_t ret_times[WOULD__COUNT]);
