/* What a caller of the socket may make the daemon do. The daemon fills it in; methods calls it. */
#pragma once

#include "deed.h"
#include "view.h"

struct service {
	void *ctx;
	bool (*ready)(void *ctx);		 /* policy applied and the first full look done */
	const struct view *(*view)(void *ctx);	 /* tree freshly read; valid until the next call into the daemon */
	/* The same with the tree as last verified, for List, which must cost little; NULL: view() does. */
	const struct view *(*glance)(void *ctx);
	int (*reload)(void *ctx, struct err *e); /* done when it returns; refusals stand in the view's choice */
	/* Gives one group (with its children), or with NULL everything, back as it was. */
	int (*reset)(void *ctx, const char *group, struct err *e);
	/* -ENOENT: no such group, -ESRCH: no such process. */
	int (*deed)(void *ctx, const struct deed *deed, struct deed_done *ret, struct err *e);
};
