/* Everything up to the loop, and its end: settings, privileges, the lock, and what the daemon owns. */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "delegation_ask.h"
#include "event_classic.h"
#include "hotplug.h"
#include "lock.h"
#include "log.h"
#include "observe.h"
#include "placement.h"
#include "privilege.h"
#include "resolve.h"
#include "settings_file.h"
#include "state_folder.h"
#include "tasks.h"

/* Some hundred KiB at most: what a night's trouble comes to. */
#define CHRONICLE_ENTRIES 1000

/* Each group keeps some descriptors for its counters: a thousand groups want more than the usual 1024. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int read_settings(struct daemon *d, struct err *e)
{
	struct faults faults = {0};
	bool trusted_only = d->view.read_how & READ_TRUSTED_ONLY;
	int r = settings_file_read(d->options.settings, trusted_only, &d->settings, &faults, e);
	size_t n = faults_count(&faults, SEVERITY_FAULT);

	for (size_t i = 0; i < faults.n; i++)
		log_line(LOG_LEVEL_ERROR, "%s:%u: %s", faults.list[i].at.file, faults.list[i].at.line,
			 faults.list[i].text);
	faults_done(&faults);
	return r == 0 && n > 0 ? fail(e, EINVAL, "%s: refused; mend it and start again", d->options.settings) : r;
}

static void open_state(struct daemon *d)
{
	struct err e = {0};

	if (state_folder_open(d->options.state, &d->state_fd, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "state: %s; nothing is remembered over a restart", e.text);
}

static void open_filter(struct daemon *d)
{
	struct err e = {0};

	d->filter = event_filter_new(events_fd(d->events), &e);
	events_are_filtered(d->events, d->filter != NULL);
	if (d->filter)
		return;
	log_line(LOG_LEVEL_DETAIL, "process events: matched here, not in the kernel: %s", e.text);
	if (event_classic_attach(events_fd(d->events), &e) < 0)
		log_line(LOG_LEVEL_DETAIL, "process events: those of threads wake cgqd too: %s", e.text);
}

static void open_tasks(struct daemon *d)
{
	struct err e = {0};

	d->tasks = tasks_new(d->proc, &e);
	proc_scan_by(d->proc, d->tasks);
	if (d->tasks)
		log_line(LOG_LEVEL_DETAIL, "full look: by the task iterator");
	else
		log_line(LOG_LEVEL_DETAIL, "full look: from /proc: %s", e.text);
}

/* In a namespace to which no events come, a second is the best that can be had. */
static int open_events(struct daemon *d, struct err *e)
{
	d->events = events_new(e);
	if (d->events) {
		open_filter(d);
		return 0;
	}
	if (e->code != ECONNREFUSED && e->code != ETIMEDOUT)
		return -e->code;
	snprintf(d->polling_reason, sizeof(d->polling_reason), "%s", e->text);
	*e = (struct err){0};
	log_line(LOG_LEVEL_WARNING, "%s; polling: new processes are found once a second", d->polling_reason);
	return 0;
}

/* What looks as if it were not there is never told otherwise. */
static void open_delegation(struct daemon *d)
{
	bool on_v1 = false;

	for (unsigned i = 0; i < d->machine.n_hierarchies; i++)
		on_v1 |= d->machine.hierarchies[i].version == 1;
	if (!on_v1 || privilege_sees_trusted())
		return;
	d->delegation_asker = delegation_asker_new(&d->helpers);
	proc_delegation_by(d->proc, d->delegation_asker);
}

static void on_moving(void *ctx, bool moving)
{
	quick_moving(ctx, moving);
}

static int open_kernel(struct daemon *d, struct err *e)
{
	int r;

	d->kernel = kernel_libcgroup_new(e);
	if (!d->kernel)
		return -e->code;
	r = observe_machine(d->kernel, d->options.tree, d->settings.system_share, &d->machine, e);
	if (r < 0)
		return r;
	hierarchies_follow(&d->hierarchies, &d->machine);
	d->proc = proc_new(&d->machine, e);
	if (!d->proc)
		return -e->code;
	open_delegation(d);
	open_tasks(d);
	d->mover = mover_new(d->kernel, &d->machine);
	d->members = members_new();
	d->departed = departed_new();
	d->pins = pins_new();
	d->origins = origin_store_new(d->state_fd, &d->machine);
	d->reclaim = reclaim_new(d->kernel, &d->machine, e);
	if (!d->reclaim)
		return -e->code;
	d->hotplug = hotplug_new();
	d->mounts = mounts_new();
	d->drift.book = drift_book_new(d->settings.drift_report);
	d->sampler = sampler_new(d->kernel, &d->machine);
	sampler_on_hits(d->sampler, settle_hit, d);
	d->would_be = would_be_new(settle_would, d);
	/* Subscribed first, looked second: what starts in between is in the queue. */
	d->quick = quick_new(e);
	if (!d->quick)
		return -e->code;
	mover_on_moving(d->mover, on_moving, d->quick);
	return open_events(d, e);
}

static void hear_events(void *ctx)
{
	struct daemon *d = ctx;

	d->heard = daemon_take_events(d, NULL) && (!d->events || !events_are_left(d->events));
	if (d->strict)
		strict_take(d->strict);
}

static void tell_placement(struct daemon *d)
{
	char text[PLACEMENT_TEXT_BYTES];

	placement_text(&d->machine, text);
	if (d->machine.refusal[0])
		log_line(LOG_LEVEL_WARNING, "no limit can be in force: %s", d->machine.refusal);
	else
		log_line(LOG_LEVEL_INFO, "placement: %s", text);
}

int daemon_open(struct daemon *d, const struct options *o, struct err *e)
{
	int r;

	*d = (struct daemon){.options = *o, .lock_fd = -1, .state_fd = -1, .passive = o->passive, .choose_anew = true};
	d->helpers.beside = d->options.socket;
	d->chronicle = chronicle_new(CHRONICLE_ENTRIES);
	d->journal = journal_new(getenv("JOURNAL_STREAM"), STDERR_FILENO, JOURNAL_SOCKET);
	if (o->passive)
		snprintf(d->passive_reason, sizeof(d->passive_reason), "cgqd --passive");
	d->view.read_how = options_read_how(o);
	raise_descriptors();
	r = privilege_check(e);
	if (r == 0)
		r = read_settings(d, e);
	if (r == 0)
		r = lock_tree(o->tree, &d->lock_fd, e);
	if (r < 0)
		return r;
	open_state(d);
	r = open_kernel(d, e);
	if (r < 0)
		return r;
	d->turns = (struct turns){.take = settle_give_turn, .ctx = d};
	proc_scan_turns(d->proc, &d->turns);
	d->placer = (struct placer){
		.kernel = d->kernel,
		.machine = &d->machine,
		.members = d->members,
		.mover = d->mover,
		.proc = d->proc,
		.origins = d->origins,
		.pins = d->pins,
		.self = getpid(),
		.helpers = &d->helpers,
		.turns = &d->turns,
		.drain = hear_events,
		.puts_back = settle_puts_back,
		.tell = settle_moved,
		.joined = settle_units_joined,
		.ended = settle_ended,
		.ctx = d,
	};
	tell_placement(d);
	return 0;
}

void daemon_close(struct daemon *d)
{
	chronicle_listen(d->chronicle, NULL, NULL);
	/* First of all: a close that takes long shall hold up nobody. */
	strict_free(d->strict);
	settle_namespaces_done(d);
	strict_files_done(&d->strict_files);
	server_free(d->server);
	notice_close(d);
	settle_confirm_done(d);
	warm_free(d->warm);
	watch_free(d->watch);
	watch_free(d->names_watch);
	name_folders_done(&d->name_folders);
	for (unsigned i = 0; i < d->n_sources; i++)
		sd_event_source_disable_unref(d->sources[i]);
	batch_free(d->batch);
	quick_free(d->quick);
	reclaim_free(d->reclaim);
	events_free(d->events);
	event_filter_free(d->filter);
	sampler_free(d->sampler);
	would_be_free(d->would_be);
	settle_units_done(d);
	hotplug_free(d->hotplug);
	mounts_free(d->mounts);
	free(d->quick_told);
	mover_free(d->mover);
	placer_done(&d->placer);
	origin_store_free(d->origins);
	departed_free(d->departed);
	members_free(d->members);
	pins_free(d->pins);
	frozen_done(&d->frozen);
	proc_free(d->proc);
	delegation_asker_free(d->delegation_asker);
	helpers_end(&d->helpers);
	tasks_free(d->tasks);
	tree_free(&d->tree);
	want_free(d->want);
	refusals_clear(&d->refusals);
	troubles_done(&d->troubles);
	settle_drift_done(d);
	chronicle_free(d->chronicle);
	journal_free(d->journal);
	group_moves_done(&d->moves);
	for (size_t i = 0; i < d->n_shrinking; i++)
		free(d->shrinking[i].path);
	free(d->shrinking);
	if (d->choice.policy) {
		resolve_free(d->resolved, d->choice.policy);
		choice_done(&d->choice);
	}
	file_set_done(&d->seen);
	kernel_free(d->kernel);
	sd_event_unref(d->event);
	if (d->state_fd >= 0)
		close(d->state_fd);
	if (d->lock_fd >= 0)
		close(d->lock_fd);
}
