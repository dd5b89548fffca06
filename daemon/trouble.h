/* What could not be done, until it is done or no longer wanted. */
#pragma once

#include "view.h"

/* Which step says it: each step's troubles are replaced by its next run. */
enum trouble_source { TROUBLE_APPLY, TROUBLE_PLACE, TROUBLE_STATE, TROUBLE_STRICT, TROUBLE_NAMESPACE };

struct troubles {
	struct trouble *list; /* what the view shows */
	struct {
		enum trouble_source source;
		bool stale;   /* of an earlier run; forgotten by troubles_settle() unless said again */
	} *about;
	size_t n, cap, cap_about;
};

void troubles_done(struct troubles *t);
/* Marks what this source said before. */
void troubles_begin(struct troubles *t, enum trouble_source source);
/* True when this is news: the caller logs it. Bounded; what is beyond the bound is not news. */
bool troubles_add(struct troubles *t, enum trouble_source source, unsigned group, const char *text);
/* Forgets what was not said again since troubles_begin(). */
void troubles_settle(struct troubles *t, enum trouble_source source);
/* Group indexes of a new policy: map[old] is the new index or GROUP_NONE (then it is forgotten). */
void troubles_remap(struct troubles *t, const unsigned *map, size_t n);
