/* A service that keeps count of what it is asked, and calls to it as a socket's clients make them. */
#pragma once

#include "world.h"

#include <errno.h>

#include "methods.h"

#define INVALID	  "org.varlink.service.InvalidParameter"
#define FORBIDDEN "io.cgq.PermissionDenied"

static const struct peer root = { .pid = 1, .uid = 0, .may_read = true, .may_change = true };
static const struct peer reader = { .pid = 1, .uid = 1000, .may_read = true };
static const struct peer stranger = { .pid = 1, .uid = 1001 };

struct fake {
	struct world *w;
	struct service s;
	bool ready;
	unsigned reloads, resets, views, glances;
	char reset_group[64];
	unsigned sets, confirm_seconds;
	char set[256];
	int fails;
	unsigned deeds, runs;
	char run[128];
	enum run_missing run_missing;
};

static inline bool fake_ready(void *ctx)
{
	return ((struct fake *)ctx)->ready;
}

static inline const struct view *fake_view(void *ctx)
{
	struct fake *f = ctx;

	f->views++;
	return &f->w->v;
}

static inline const struct view *fake_glance(void *ctx)
{
	struct fake *f = ctx;

	f->glances++;
	return &f->w->v;
}

static inline int fake_reload(void *ctx, struct err *e)
{
	struct fake *f = ctx;

	f->reloads++;
	return f->fails ? fail(e, f->fails, "conf.d: no way in") : 0;
}

static inline int fake_reset(void *ctx, const char *group, struct err *e)
{
	struct fake *f = ctx;

	f->resets++;
	snprintf(f->reset_group, sizeof(f->reset_group), "%s", group ? group : "all");
	return f->fails ? fail(e, f->fails, "still busy") : 0;
}

static inline int fake_deed(void *ctx, const struct deed *deed, struct deed_done *ret, struct err *e)
{
	struct fake *f = ctx;

	f->deeds++;
	return 0;
}

static inline int fake_run(void *ctx, const struct run_request *q, struct run_done *ret, struct err *e)
{
	struct fake *f = ctx;

	f->runs++;
	snprintf(f->run, sizeof(f->run), "%u %s %s %d%s", q->peer->uid, q->group, q->command ? q->command : "(null)", (int)q->enter,
		 q->terminal ? " terminal" : "");
	ret->missing = q->peer->uid > 1000 ? RUN_MISSES_PERMISSION : f->run_missing;
	ret->pid = 42;
	return f->fails || q->peer->uid > 1000 ? fail(e, EPERM, "not so") : 0;
}

static inline int fake_set(void *ctx, const struct set_request *q, struct faults *faults, struct err *e)
{
	struct fake *f = ctx;
	size_t used = 0;

	f->sets++;
	used = (size_t)snprintf(f->set, sizeof(f->set), "%s %s%s:", q->who, q->group, q->save ? " saved" : "");
	for (size_t i = 0; i < q->n; i++)
		used += (size_t)snprintf(f->set + used, sizeof(f->set) - used, " %s=%s", q->keys[i],
					 q->values ? q->values[i] : "cleared");
	return f->fails ? fail(e, f->fails, "no room") : 0;
}

static inline int fake_reload_confirm(void *ctx, const char *who, unsigned seconds, struct err *e)
{
	struct fake *f = ctx;

	f->confirm_seconds = seconds;
	snprintf(f->set, sizeof(f->set), "%s", who);
	return f->fails ? fail(e, f->fails, "conf.d: no way in") : 0;
}

static inline int fake_confirm(void *ctx, const char *who, struct err *e)
{
	return ((struct fake *)ctx)->fails ? fail(e, ENOENT, "nothing waits to be confirmed") : 0;
}

static inline int set_up(void **state)
{
	struct fake *f = calloc(1, sizeof(*f));
	void *w;

	world_new(&w);
	f->w = w;
	f->ready = true;
	f->s = (struct service){ .ctx = f, .ready = fake_ready, .view = fake_view, .glance = fake_glance,
				 .reload = fake_reload, .reset = fake_reset, .set = fake_set,
				 .reload_confirm = fake_reload_confirm, .confirm = fake_confirm,
				 .deed = fake_deed, .run = fake_run };
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fake *f = *state;
	void *w = f->w;

	free(f);
	return world_done(&w);
}

/* The answer, or NULL with the error as "NAME {parameters}" in text. */
static inline json_t *call(struct fake *f, const struct peer *peer, const char *method, const char *parameters, char text[512])
{
	const char *error = NULL;
	json_t *p = json_loads(parameters, 0, NULL), *details = NULL, *reply;

	assert_non_null(p);
	reply = methods_call(&f->s, peer, method, p, &error, &details, NULL);
	assert_true(!reply == !!error);
	text[0] = 0;
	if (error)
		snprintf(text, 512, "%s %.400s", error, json_at(details, ""));
	json_decref(details);
	json_decref(p);
	return reply;
}

static inline void expect_error(struct fake *f, const struct peer *peer, const char *method, const char *parameters,
			 const char *error)
{
	char text[512];
	json_t *o = call(f, peer, method, parameters, text);

	if (o || strncmp(text, error, strlen(error)))
		red("%s(%s): '%s', not '%s'\n", method, parameters, o ? "answered" : text, error);
	json_decref(o);
}

static inline json_t *expect_answer(struct fake *f, const struct peer *peer, const char *method, const char *parameters)
{
	char text[512];
	json_t *o = call(f, peer, method, parameters, text);

	if (!o)
		red("%s(%s): %s\n", method, parameters, text);
	return o;
}
