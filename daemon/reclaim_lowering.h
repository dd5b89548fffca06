/* One memory limit that comes down, and one try to land it without killing. Whoever tries may be in any thread. */
#pragma once

#include <cgq/plan.h>

#include "kernel.h"

/* Owns all it needs, so that the loop may look at machine and plan again meanwhile. */
struct lowering {
	char *full;	    /* from the mount's root */
	struct hierarchy h;
	uint32_t page_bytes;
	enum knob knob;
	const char *file;   /* of the table of knobs */
	char *text;
	struct value wanted;
	uint64_t only_below_bytes;
	bool memsw;
	bool only_reclaims; /* it has landed when less is in use: nothing is written */
};

/* What one try came to. */
struct lowered {
	bool landed;
	int error;	   /* positive errno for good; 0 while it only has to wait */
	uint64_t use_bytes;
	struct value left; /* read back */
};

void lowering_init(struct lowering *l, const struct machine *m, const struct action *a);
void lowering_copy(const struct lowering *from, struct lowering *ret);
void lowering_done(struct lowering *l);

/* What it has charged now, as far as this limit counts it. 0 or -errno. */
int lowering_use(struct kernel *k, const struct lowering *l, uint64_t *ret);
/* Reclaims and, once use is below it, writes the limit. is_over (may be NULL) is asked in between: true gives up. */
void lowering_try(struct kernel *k, const struct lowering *l, bool (*is_over)(void *ctx), void *ctx,
		  struct lowered *ret);
