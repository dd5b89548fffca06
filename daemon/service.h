/* What a caller of the socket may make the daemon do. The daemon fills it in; methods calls it. */
#pragma once

#include "deed.h"
#include "run.h"
#include "view.h"

/* What `cgq set` asks for. All of it is done, or nothing. */
struct set_request {
	const char *who;	  /* "root" */
	const char *group;	  /* exists */
	const char *const *keys;
	const char *const *values; /* NULL: the keys are to be taken back */
	size_t n;		  /* 0: all keys of the group are to be taken back */
	bool save;		  /* in the drop-in file, rather than until the machine boots */
};

/* How long a change may wait to be confirmed: less than a second is no time to look, more than an hour no attention. */
#define CONFIRM_SECONDS_MIN 1
#define CONFIRM_SECONDS_MAX 3600

struct service {
	void *ctx;
	bool (*ready)(void *ctx);		 /* policy applied and the first full look done */
	const struct view *(*view)(void *ctx);	 /* tree freshly read; valid until the next call into the daemon */
	/* The same with the tree as last verified, for List, which must cost little; NULL: view() does. */
	const struct view *(*glance)(void *ctx);
	int (*reload)(void *ctx, struct err *e); /* done when it returns; refusals stand in the view's choice */
	/* Gives one group (with its children), or with NULL everything, back as it was. */
	int (*reset)(void *ctx, const char *group, struct err *e);
	/* -errno: refused, or failed; ret->missing says whether for want of its group or process. */
	int (*deed)(void *ctx, const struct deed *deed, struct deed_done *ret, struct err *e);
	/* 1: the answer comes later. -errno: refused, or failed; ret->missing says for want of what. */
	int (*run)(void *ctx, const struct run_request *q, struct run_done *ret, struct err *e);
	/* 0 with faults: it would not hold, and nothing was changed. */
	int (*set)(void *ctx, const struct set_request *q, struct faults *faults, struct err *e);
	/* As reload, and taken back by itself unless confirm() comes in time. */
	int (*reload_confirm)(void *ctx, const char *who, unsigned seconds, struct err *e);
	int (*confirm)(void *ctx, const char *who, struct err *e); /* -ENOENT: nothing waits */
};
