/* Lowers memory limits in a thread of its own: reclaims, waits, and lands each once use is below it. */
#include "reclaim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "clock.h"
#include "reclaim_lowering.h"

#define RETRY_SECONDS 2 /* a group that gave way is let go soon, one that does not costs nothing */

/* One limit that waits. */
struct wish {
	uint64_t id;	     /* never used twice: a wish that was replaced meanwhile is recognised */
	char *path;	     /* relative to the tree */
	struct lowering what;
	uint64_t due_ns;
	uint64_t told_bytes; /* use, as last reported */
	bool told;
};

struct reclaim {
	struct kernel *k;
	const struct machine *m;
	pthread_t thread;
	pthread_mutex_t lock;  /* of everything below */
	pthread_cond_t changed;
	int fd;
	bool ending;
	uint64_t next_id;
	struct wish *wishes;
	size_t n, cap;
	struct reclaim_report *reports;
	size_t n_reports, cap_reports;
};

static void wish_done(struct wish *w)
{
	free(w->path);
	lowering_done(&w->what);
}

static struct wish wish_copy(const struct wish *w)
{
	struct wish copy = *w;

	copy.path = must_strdup(w->path);
	lowering_copy(&w->what, &copy.what);
	return copy;
}

static struct wish *wish_by_id(struct reclaim *r, uint64_t id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->wishes[i].id == id)
			return &r->wishes[i];
	return NULL;
}

static void wish_drop(struct reclaim *r, struct wish *w)
{
	size_t i = (size_t)(w - r->wishes);

	wish_done(w);
	memmove(w, w + 1, (--r->n - i) * sizeof(*w));
}

/* One attempt under way. */
struct trial {
	struct reclaim *r;
	uint64_t id;
};

static bool is_over(void *ctx)
{
	const struct trial *t = ctx;
	bool over;

	pthread_mutex_lock(&t->r->lock);
	over = t->r->ending || !wish_by_id(t->r, t->id);
	pthread_mutex_unlock(&t->r->lock);
	return over;
}

static void report_add(struct reclaim *r, const struct wish *w, const struct lowered *a)
{
	uint64_t one = 1;

	array_grow(r->reports, r->n_reports, r->cap_reports);
	r->reports[r->n_reports++] = (struct reclaim_report){
		.path = must_strdup(w->path),
		.knob = w->what.knob,
		.wanted_bytes = w->what.wanted.number,
		.use_bytes = a->use_bytes,
		.landed = a->landed,
		.error = a->error,
		.left = a->left,
	};
	if (write(r->fd, &one, sizeof(one)) < 0)
		return; /* only when it is readable already, by 2^64 */
}

/* What waits for another limit of the same cgroup need not wait any longer. */
static void siblings_wake(struct reclaim *r, const char *path)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->wishes[i].path, path))
			r->wishes[i].due_ns = 0;
}

static void attempt_take(struct reclaim *r, const struct wish *tried, const struct lowered *a)
{
	struct wish *w = wish_by_id(r, tried->id);

	/* Given up while it was written: it may have landed on top of what was written since, and is to be looked at. */
	if (!w && a->landed)
		report_add(r, tried, a);
	if (!w)
		return;
	if (a->landed || a->error || !w->told || w->told_bytes != a->use_bytes)
		report_add(r, w, a);
	w->told = true;
	w->told_bytes = a->use_bytes;
	w->due_ns = clock_now_ns() + RETRY_SECONDS * UINT64_C(1000000000);
	if (!a->landed && !a->error)
		return;
	wish_drop(r, w);
	siblings_wake(r, tried->path);
}

static struct wish *wish_next(struct reclaim *r)
{
	struct wish *next = NULL;

	for (size_t i = 0; i < r->n; i++)
		if (!next || r->wishes[i].due_ns < next->due_ns)
			next = &r->wishes[i];
	return next;
}

/* Until the next is due, or something changes. */
static void wait_for(struct reclaim *r, const struct wish *next)
{
	struct timespec until;

	if (!next) {
		pthread_cond_wait(&r->changed, &r->lock);
		return;
	}
	until.tv_sec = (time_t)(next->due_ns / 1000000000);
	until.tv_nsec = (long)(next->due_ns % 1000000000);
	pthread_cond_timedwait(&r->changed, &r->lock, &until);
}

static void *reclaim_run(void *ctx)
{
	struct reclaim *r = ctx;

	pthread_mutex_lock(&r->lock);
	while (!r->ending) {
		struct wish *next = wish_next(r), mine;
		struct lowered a;

		if (!next || next->due_ns > clock_now_ns()) {
			wait_for(r, next);
			continue;
		}
		mine = wish_copy(next);
		pthread_mutex_unlock(&r->lock);
		lowering_try(r->k, &mine.what, is_over, &(struct trial){ r, mine.id }, &a);
		pthread_mutex_lock(&r->lock);
		attempt_take(r, &mine, &a);
		wish_done(&mine);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void lock_init(struct reclaim *r)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&r->changed, &clock);
	pthread_condattr_destroy(&clock);
}

/* Signals are the loop's: the thread takes none. */
static int thread_start(struct reclaim *r)
{
	sigset_t all, old;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&r->thread, NULL, reclaim_run, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

static void reclaim_release(struct reclaim *r)
{
	reclaim_forget(r, NULL);
	for (size_t i = 0; i < r->n_reports; i++)
		free(r->reports[i].path);
	free(r->reports);
	free(r->wishes);
	if (r->fd >= 0)
		close(r->fd);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

struct reclaim *reclaim_new(struct kernel *k, const struct machine *m, struct err *e)
{
	struct reclaim *r = must_alloc(sizeof(*r));
	int error;

	r->k = k;
	r->m = m;
	r->next_id = 1;
	lock_init(r);
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = r->fd < 0 ? errno : thread_start(r);
	if (!error)
		return r;
	fail(e, error, "reclaim: cannot start its thread: %s", strerror(error));
	reclaim_release(r);
	return NULL;
}

void reclaim_free(struct reclaim *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->ending = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	reclaim_release(r);
}

int reclaim_fd(const struct reclaim *r)
{
	return r->fd;
}

static void wishes_drop(struct reclaim *r, const char *path, enum knob knob)
{
	for (size_t i = r->n; i--;)
		if ((!path || !strcmp(r->wishes[i].path, path)) && (knob == KNOB__COUNT || knob == r->wishes[i].what.knob))
			wish_drop(r, &r->wishes[i]);
}

static bool is_same(const struct wish *w, const struct action *a)
{
	return a->kind == ACTION_WRITE && w->what.knob == a->knob && !strcmp(w->path, a->path) && !strcmp(w->what.text, a->text);
}

static bool is_waiting(const struct reclaim *r, const struct action *a)
{
	for (size_t i = 0; i < r->n; i++)
		if (is_same(&r->wishes[i], a))
			return true;
	return false;
}

static void wish_add(struct reclaim *r, const struct action *a)
{
	struct wish w = { .id = r->next_id++, .path = must_strdup(a->path) };

	lowering_init(&w.what, r->m, a);
	wishes_drop(r, a->path, a->knob);
	array_grow(r->wishes, r->n, r->cap);
	r->wishes[r->n++] = w;
}

/* The same wish again, which every plan has until it has landed, keeps its turn. */
void reclaim_ask(struct reclaim *r, const struct action *a)
{
	pthread_mutex_lock(&r->lock);
	if (!is_waiting(r, a))
		wish_add(r, a);
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void reclaim_forget(struct reclaim *r, const char *path)
{
	pthread_mutex_lock(&r->lock);
	wishes_drop(r, path, KNOB__COUNT);
	pthread_mutex_unlock(&r->lock);
}

static bool is_asked(const struct wish *w, const struct action *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(w, &list[i]))
			return true;
	return false;
}

void reclaim_keep(struct reclaim *r, const struct action *list, size_t n)
{
	pthread_mutex_lock(&r->lock);
	for (size_t i = r->n; i--;)
		if (!is_asked(&r->wishes[i], list, n))
			wish_drop(r, &r->wishes[i]);
	pthread_mutex_unlock(&r->lock);
}

bool reclaim_take(struct reclaim *r, struct reclaim_report *ret)
{
	uint64_t count;
	bool found;

	pthread_mutex_lock(&r->lock);
	found = r->n_reports > 0;
	if (found) {
		*ret = r->reports[0];
		memmove(r->reports, r->reports + 1, --r->n_reports * sizeof(*r->reports));
	}
	if (!r->n_reports && read(r->fd, &count, sizeof(count)) < 0)
		count = 0;
	pthread_mutex_unlock(&r->lock);
	return found;
}
