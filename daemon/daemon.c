/* The event loop, and all that wakes it. */
#include "daemon.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "folders_young.h"
#include "hotplug.h"
#include "log.h"
#include "methods.h"
#include "resolve.h"
#include "settle_run.h"

#define SECOND_USEC	  1000000U
/* A package puts the new executable in place and restarts the service soon after. */
#define NAMES_QUIET_USEC  50000U

/* Anything that goes wrong as a whole leaves the last good state in force and is tried again by the slow timer. */
int daemon_settle(struct daemon *d, enum why why, struct err *e)
{
	int r = settle(d, why, e);

	if (r < 0)
		log_line(LOG_LEVEL_ERROR, "%s; what is in force stays, tried again in %u s", e->text,
			 d->settings.verify_seconds);
	return r;
}

/* A child of a stranger may have been forked by a member, and then belongs where that is. */
static void forker_find(struct daemon *d, struct proc_event_told *ev)
{
	pid_t forker;

	if (!d->filter || ev->kind != EVENT_FORK || members_find(d->members, ev->parent) || pins_find(d->pins, ev->parent))
		return;
	forker = event_filter_forker(d->filter, ev->pid);
	if (forker)
		ev->parent = forker;
}

static void on_event(void *ctx, const struct proc_event_told *told)
{
	struct proc_event_told by_forker = *told, *ev = &by_forker;
	struct daemon *d = ctx;

	/* What a thread said of a process is older than what the kernel tells of it now. */
	settle_quick_take(d);
	forker_find(d, ev);
	placer_event(&d->placer, ev);
	if (d->warm && ev->kind == EVENT_EXEC && quick_threads(d->quick) == 0 && settle_keeps_warm(d))
		warm_note_start(d->warm, placer_now_ns());
	if (d->filter && ev->kind != EVENT_EXIT && !members_find(d->members, ev->pid) && !pins_find(d->pins, ev->pid))
		event_filter_dismiss(d->filter, ev->pid, ev->at_ns);
}

/* After a loss the kernel has all that was queued before it still. In a storm more is lost meanwhile: not for ever. */
#define TAKE_TRIES 4

bool daemon_take_events(struct daemon *d, struct err *e)
{
	bool lost = d->events != NULL, whole = true;

	for (int i = 0; lost && i < TAKE_TRIES; i++) {
		if (events_read(d->events, on_event, d, &lost, e) < 0)
			lost = true;
		whole &= !lost;
	}
	d->lost |= !whole;
	return whole;
}

void daemon_drain_events(struct daemon *d)
{
	struct err e = {0};

	if (daemon_take_events(d, &e))
		return;
	if (e.code)
		log_line(LOG_LEVEL_ERROR, "process events: %s; looking at everything instead", e.text);
	daemon_settle(d, WHY_LOST, &e);
}

static bool may_wait(void *ctx)
{
	struct daemon *d = ctx;

	if (d->has_time)
		notice_pause(d);
	return d->has_time;
}

static void take_heard(void *ctx)
{
	struct daemon *d = ctx;

	if (d->events)
		daemon_drain_events(d);
	settle_quick_take(d);
	notice_go_on(d);
}

static int open_batch(struct daemon *d, struct err *e)
{
	const int fds[] = {d->events ? events_fd(d->events) : -1, quick_fd(d->quick)};
	const struct batch_want want = {.fds = fds, .n = ARRAY_SIZE(fds), .may_wait = may_wait, .take = take_heard, .ctx = d};

	return batch_new(d->event, &want, &d->batch, e);
}

static int on_reclaim(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	settle_shrunk(userdata);
	return 0;
}

/*
 * A settle holds facts of thousands of processes, an answer rows of thousands of groups, and what was made in between keeps their
 * pages: needed again in half a minute, or for the next question.
 */
static void give_memory_back(struct daemon *d)
{
	if (d->has_freed)
		malloc_trim(0);
	d->has_freed = false;
}

/* What threads keep open is the file that was: they are paused before it becomes another, and what they said is in that. */
static void journal_keep(struct daemon *d)
{
	placer_journal(&d->placer);
	if (!origin_store_is_long(d->origins, d->members))
		return;
	settle_quick_pause(d);
	origin_store_trim(d->origins, d->choice.policy, d->members);
	settle_quick_go(d);
}

static int on_second(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct daemon *d = userdata;
	struct timespec now;
	struct err e = {0};
	enum why why;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sampler_tick(d->sampler, (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec);
	would_be_tick(d->would_be, d->sampler);
	settle_units_tick(d);
	batch_hurry(d->batch);
	placer_forget_ended(&d->placer);
	journal_keep(d);
	settle_pins_save(d);
	if (!strict_tick(d->strict))
		d->again = true;
	why = d->lost ? WHY_LOST : d->again || d->kept_again || d->unread ? WHY_VERIFY : hotplug_changed(d->hotplug) ? WHY_MACHINE : WHY_POLL;
	if (why != WHY_POLL || !d->events)
		daemon_settle(d, why, &e);
	settle_confirm_tick(d);
	give_memory_back(d);
	sd_event_source_set_time_relative(s, SECOND_USEC);
	return 0;
}

static int on_verify(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct daemon *d = userdata;
	struct err e = {0};

	/* Another program's good-bye may have stopped our events too (before Linux 6.6). */
	if (d->events && events_renew(d->events, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "%s; new processes are found every %u s only", e.text,
			 d->settings.verify_seconds);
	settle_save_again(d);
	daemon_settle(d, WHY_VERIFY, &e);
	sd_event_source_set_time_relative(s, (uint64_t)d->settings.verify_seconds * SECOND_USEC);
	return 0;
}

static void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000U + (unsigned long long)now.tv_nsec / 1000);
}

static int reload(void *ctx, struct err *e)
{
	int r;

	notify_reloading();
	r = daemon_settle(ctx, WHY_RELOAD, e);
	sd_notify(false, "READY=1");
	return r;
}

static int on_hangup(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata)
{
	struct err e = {0};

	reload(userdata, &e);
	return 0;
}

static int on_terminate(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata)
{
	struct daemon *d = userdata;

	settle_say(d, LOG_LEVEL_INFO, &(struct happening){.kind = HAPPENING_STOP}, "%s",
		   d->passive ? "stopping" : "stopping; limits stay in place");
	sd_notify(false, "STOPPING=1");
	settle_quick_pause(d);
	daemon_take_events(d, NULL);
	placer_journal(&d->placer);
	settle_pins_save(d);
	return sd_event_exit(d->event, 0);
}

static void on_folder_changed(void *ctx)
{
	struct daemon *d = ctx;
	struct err e = {0};

	daemon_settle(d, WHY_FOLDER, &e);
}

/* Any cgroup of ours will do: what is kept warm is one for the whole machine. */
static bool on_touch(void *ctx)
{
	struct daemon *d = ctx;

	if (quick_threads(d->quick) > 0 || !settle_keeps_warm(d) || !d->want || d->want->in_place || !d->want->hierarchies ||
	    d->choice.policy->n_rules == 0)
		return false;
	return mover_touch(d->mover, (unsigned)__builtin_ctz(d->want->hierarchies)) == 0;
}

static int open_warm(struct daemon *d, struct err *e)
{
	if (!d->settings.latency_low)
		return 0;
	d->warm = warm_new(d->event, on_touch, d, e);
	if (!d->warm)
		return -e->code;
	warm_note_start(d->warm, placer_now_ns());
	return 0;
}

static int watch_policy(struct daemon *d, struct err *e)
{
	struct watch_want want = {
		.folders = d->options.folders,
		.n = d->options.n_folders,
		.suffix = ".conf",
		.quiet_usec = FOLDER_QUIET_USEC,
		.changed = on_folder_changed,
		.ctx = d,
	};

	return watch_new(d->event, &want, &d->watch, e);
}

/* An executable was replaced, or a user was made: what rules name means something else now. */
static void on_names_changed(void *ctx)
{
	struct daemon *d = ctx;
	struct err e = {0};

	daemon_watch_names(d); /* a new folder may fit a glob */
	settle_quick_pause(d);
	if (resolve_again(d->resolved, d->choice.policy))
		daemon_settle(d, WHY_NAMES, &e);
	else
		settle_quick_go(d);
}

void daemon_watch_names(struct daemon *d)
{
	struct watch_want want = {.quiet_usec = NAMES_QUIET_USEC, .changed = on_names_changed, .ctx = d};
	struct err e = {0};

	watch_free(take_ptr(d->names_watch));
	name_folders_done(&d->name_folders);
	name_folders_make(d->choice.policy, &d->name_folders);
	if (!d->event || d->name_folders.n == 0)
		return;
	want.folders = (const char *const *)d->name_folders.list;
	want.n = d->name_folders.n;
	if (watch_new(d->event, &want, &d->names_watch, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "%s; replaced executables are noticed by the next verify", e.text);
}

static void on_chronicle(void *ctx, const struct chronicle_entry *entry)
{
	server_wake(((struct daemon *)ctx)->server);
}

static bool is_ready(void *ctx)
{
	return ((struct daemon *)ctx)->ready;
}

/* In the middle of a full look, which takes what it needs itself, nothing may change. */
static void hurry(struct daemon *d)
{
	if (!d->gives_turn)
		batch_hurry(d->batch);
}

static const struct view *view(void *ctx)
{
	((struct daemon *)ctx)->has_freed = true;
	hurry(ctx);
	return settle_view(ctx);
}

static const struct view *glance(void *ctx)
{
	((struct daemon *)ctx)->has_freed = true;
	hurry(ctx);
	return settle_glance(ctx);
}

static int reset(void *ctx, const char *group, struct err *e)
{
	return settle_reset(ctx, group, e);
}

static int deed(void *ctx, const struct deed *what, struct deed_done *ret, struct err *e)
{
	return settle_person(ctx, what, ret, e);
}

static int run(void *ctx, const struct run_request *q, struct run_done *ret, struct err *e)
{
	return settle_run(ctx, q, ret, e);
}

static int set(void *ctx, const struct set_request *q, struct faults *faults, struct err *e)
{
	return settle_set(ctx, q, faults, e);
}

static int reload_confirm(void *ctx, const char *who, unsigned seconds, struct err *e)
{
	int r;

	notify_reloading();
	r = settle_reload_confirm(ctx, who, seconds, e);
	sd_notify(false, "READY=1");
	return r;
}

static int confirm(void *ctx, const char *who, struct err *e)
{
	return settle_confirm(ctx, who, e);
}

/* r and what it is of: a pointer, since the call that gives r and this argument are evaluated in any order. */
static int keep(struct daemon *d, int r, sd_event_source *const *source, struct err *e)
{
	if (r < 0)
		return fail(e, -r, "the event loop: %s", strerror(-r));
	d->sources[d->n_sources++] = *source;
	return 0;
}

static int add_sources(struct daemon *d, struct err *e)
{
	sd_event_source *s = NULL;
	uint64_t verify = (uint64_t)d->settings.verify_seconds * SECOND_USEC;
	int r = 0;

	if (r == 0)
		r = keep(d, sd_event_add_io(d->event, &s, reclaim_fd(d->reclaim), EPOLLIN, on_reclaim, d), &s, e);
	if (r == 0)
		r = keep(d, sd_event_add_time_relative(d->event, &s, CLOCK_MONOTONIC, SECOND_USEC, 10000, on_second, d), &s, e);
	if (r == 0) {
		sd_event_source_set_enabled(s, SD_EVENT_ON);
		r = keep(d, sd_event_add_time_relative(d->event, &s, CLOCK_MONOTONIC, verify, SECOND_USEC, on_verify, d), &s, e);
	}
	if (r == 0) {
		sd_event_source_set_enabled(s, SD_EVENT_ON);
		r = keep(d, sd_event_add_signal(d->event, &s, SIGHUP, on_hangup, d), &s, e);
	}
	if (r == 0)
		r = keep(d, sd_event_add_signal(d->event, &s, SIGTERM, on_terminate, d), &s, e);
	if (r == 0)
		r = keep(d, sd_event_add_signal(d->event, &s, SIGINT, on_terminate, d), &s, e);
	return r;
}

int daemon_serve(struct daemon *d, struct err *e)
{
	int r = sd_event_new(&d->event);

	if (r < 0)
		return fail(e, -r, "the event loop: %s", strerror(-r));
	sd_event_set_watchdog(d->event, true);
	d->service = (struct service){
		.ctx = d,
		.ready = is_ready,
		.view = view,
		.glance = glance,
		.reload = reload,
		.reset = reset,
		.deed = deed,
		.run = run,
		.set = set,
		.reload_confirm = reload_confirm,
		.confirm = confirm,
	};
	d->strict = strict_new(d->event, &d->helpers, &(struct strict_told){settle_strict_asks, settle_strict_went_on, d});
	d->starter = starter_new(d->event, &d->helpers);
	r = open_batch(d, e);
	if (r == 0)
		r = add_sources(d, e);
	if (r == 0)
		r = watch_policy(d, e);
	if (r == 0)
		r = open_warm(d, e);
	if (r == 0)
		r = notice_open(d, e);
	/* Before anything is touched: where another daemon answers there is nothing to do. Calls wait until the loop runs. */
	if (r == 0)
		r = server_new(d->event, d->options.socket, methods_call, &d->service, &d->server, e);
	if (r == 0) {
		server_knows_by(d->server, settle_run_knows);
		r = settle(d, WHY_START, e);
	}
	if (r < 0)
		return r;
	chronicle_listen(d->chronicle, on_chronicle, d);
	d->ready = true;
	sd_notifyf(false, "READY=1\nSTATUS=%zu groups in force", d->choice.policy->n_groups);
	r = sd_event_loop(d->event);
	return r < 0 ? fail(e, -r, "the event loop: %s", strerror(-r)) : 0;
}
