/* The threads that place at once: started, paused, let go on, ended; and what they say. */
#include "quick.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "clock.h"
#include "quick_parts.h"
#include "warm.h"

struct quick {
	struct quick_talk *talk;
	int end;
	cpu_set_t cpus;	  /* that the threads are for */
	struct quick_plan plan; /* its list of pinned processes is ours */
	pid_t *pinned;
	struct quick_thread *threads[CPU_SETSIZE];
	unsigned n;
	struct quick_warmth warmth;
	const struct event_filter *filter; /* borrowed */
	char refusal[128];
};

static void warmth_init(struct quick_warmth *w)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&w->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

struct quick *quick_new(struct err *e)
{
	struct quick *q = must_alloc(sizeof(*q));

	warmth_init(&q->warmth);
	q->end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->end < 0)
		fail(e, errno, "threads: %s", strerror(errno));
	else
		q->talk = quick_talk_new(e);
	if (q->talk)
		return q;
	auto_close(&q->end);
	pthread_mutex_destroy(&q->warmth.lock);
	free(q);
	return NULL;
}

void quick_free(struct quick *q)
{
	if (!q)
		return;
	quick_stop(q);
	free(q->pinned);
	quick_talk_free(q->talk);
	close(q->end);
	pthread_mutex_destroy(&q->warmth.lock);
	free(q);
}

int quick_fd(const struct quick *q)
{
	return quick_talk_fd(q->talk);
}

struct quick_talk *quick_talk_of(struct quick *q)
{
	return q->talk;
}

static void kit_done(struct quick_kit *kit)
{
	mover_free(kit->mover);
	origin_store_free(kit->origins);
	whereabouts_free(kit->whereabouts);
	proc_free(kit->proc);
	*kit = (struct quick_kit){0};
}

/* An eighth of all descriptors for all threads together: the sampler has the half of them, the main loop's mover more. */
static unsigned kept_each(const struct quick *q)
{
	struct rlimit limit = {.rlim_cur = 1024};
	unsigned n = (unsigned)CPU_COUNT(&q->cpus);
	rlim_t each;

	getrlimit(RLIMIT_NOFILE, &limit);
	each = limit.rlim_cur / 8 / (n ? n : 1);
	return each > MOVER_KEPT_MAX ? MOVER_KEPT_MAX : each < HIERARCHIES_MAX ? HIERARCHIES_MAX : (unsigned)each;
}

/* Kept descriptors, what is delegated and the journal are as the plan found them. */
static int kit_make(struct quick *q, unsigned cpu, struct quick_kit *ret, struct err *e)
{
	struct quick_kit kit = {.plan = &q->plan, .filter = q->filter, .cpu = cpu, .self = getpid(), .talk = q->talk};

	kit.proc = proc_new(q->plan.machine, e);
	if (!kit.proc)
		return -ENOENT;
	proc_delegation_by(kit.proc, q->plan.delegation_asker);
	kit.mover = mover_new(q->plan.kernel, q->plan.machine);
	mover_keep(kit.mover, kept_each(q));
	kit.whereabouts = whereabouts_new(q->plan.machine, WHEREABOUTS_OF_STARTS);
	kit.origins = origin_store_new(q->plan.state_folder, q->plan.machine);
	*ret = kit;
	return 0;
}

static void thread_pause(struct quick_thread *t)
{
	pthread_mutex_lock(&t->lock);
	kit_done(&t->kit);
	pthread_mutex_unlock(&t->lock);
}

void quick_pause(struct quick *q)
{
	for (unsigned i = 0; i < q->n; i++)
		thread_pause(q->threads[i]);
}

static int thread_go(struct quick *q, struct quick_thread *t, struct err *e)
{
	struct quick_kit kit;
	int r = kit_make(q, t->cpu, &kit, e);

	if (r < 0)
		return r;
	pthread_mutex_lock(&t->lock);
	t->kit = kit;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

static void thread_free(struct quick_thread *t)
{
	kit_done(&t->kit);
	exec_source_free(t->source);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void quick_stop(struct quick *q)
{
	uint64_t one = 1;

	quick_pause(q);
	if (q->n && write(q->end, &one, sizeof(one)) < 0)
		abort(); /* it is at 0 */
	for (unsigned i = 0; i < q->n; i++) {
		pthread_join(q->threads[i]->thread, NULL);
		thread_free(q->threads[i]);
	}
	if (q->n && read(q->end, &one, sizeof(one)) < 0)
		abort();
	q->n = 0;
	q->refusal[0] = '\0';
}

/* With every signal blocked, on its CPU and at its priority from its first moment on. */
static int thread_create(struct quick_thread *t)
{
	pthread_attr_t attr;
	sigset_t all, before;
	cpu_set_t cpu;
	int r;

	CPU_ZERO(&cpu);
	CPU_SET(t->cpu, &cpu);
	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpu), &cpu);
	if (t->is_realtime) {
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
		pthread_attr_setschedparam(&attr, &quick_priority);
	}
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&t->thread, &attr, quick_thread_run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return r;
}

static int thread_begin(struct quick *q, struct quick_thread *t)
{
	int r;

	t->is_realtime = !q->refusal[0];
	r = thread_create(t);
	if (!r || !t->is_realtime)
		return r;
	t->is_realtime = false;
	snprintf(q->refusal, sizeof(q->refusal), "%s%s", strerror(r),
		 r == EPERM ? ": needs CAP_SYS_NICE, and real-time run time in the cpu cgroup of cgqd" : "");
	return thread_create(t);
}

static int thread_start(struct quick *q, unsigned cpu, struct event_filter *filter, struct err *e)
{
	enum exec_source_kind kind = CPU_COUNT(&q->cpus) > (int)quick_sockets_max ? EXEC_RING : EXEC_SOCKET;
	struct quick_thread *t = must_alloc(sizeof(*t));
	int r;

	t->cpu = cpu;
	t->end = q->end;
	t->warmth = &q->warmth;
	pthread_mutex_init(&t->lock, NULL);
	t->source = exec_source_new(kind, filter, cpu, e);
	r = t->source ? 0 : -e->code;
	if (r == 0 && (r = -thread_begin(q, t)) < 0)
		fail(e, -r, "a thread for CPU %u: %s", cpu, strerror(-r));
	if (r < 0)
		thread_free(t);
	else
		q->threads[q->n++] = t;
	return r;
}

static int threads_start(struct quick *q, const cpu_set_t *cpus, struct event_filter *filter, struct err *e)
{
	int r = 0;

	q->cpus = *cpus;
	q->warmth.until_ns = q->plan.keeps_warm ? clock_now_ns() + WARM_KEPT_NS : 0;
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && r == 0; cpu++)
		if (CPU_ISSET(cpu, cpus))
			r = thread_start(q, cpu, filter, e);
	return r;
}

static void plan_take(struct quick *q, const struct quick_plan *plan)
{
	size_t bytes = plan->n_pinned * sizeof(q->pinned[0]);

	free(q->pinned);
	q->pinned = must_alloc(bytes);
	if (bytes)
		memcpy(q->pinned, plan->pinned, bytes);
	q->plan = *plan;
	q->plan.pinned = q->pinned;
}

int quick_go(struct quick *q, const struct quick_plan *plan, struct event_filter *filter, struct err *e)
{
	cpu_set_t cpus;
	int r = 0;

	CPU_ZERO(&cpus);
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return fail(e, errno, "the CPUs: %s", strerror(errno));
	if (q->n && !CPU_EQUAL(&cpus, &q->cpus))
		quick_stop(q);
	plan_take(q, plan);
	q->filter = filter;
	if (q->n == 0)
		r = threads_start(q, &cpus, filter, e);
	for (unsigned i = 0; i < q->n && r == 0; i++)
		r = thread_go(q, q->threads[i], e);
	if (r < 0)
		quick_stop(q);
	return r;
}

void quick_moving(struct quick *q, bool moving)
{
	struct quick_warmth *w = &q->warmth;
	uint64_t now;

	pthread_mutex_lock(&w->lock);
	now = clock_now_ns();
	warm_pace_moves(&w->pace, moving);
	if (!moving) {
		warm_pace_moved(&w->pace, now);
		w->touched_ns = now;
	}
	pthread_mutex_unlock(&w->lock);
}

bool quick_take(struct quick *q, struct quick_message *ret)
{
	return quick_talk_hear(q->talk, ret);
}

unsigned quick_threads(const struct quick *q)
{
	return q->n;
}

const char *quick_refusal(const struct quick *q)
{
	return q->refusal[0] ? q->refusal : NULL;
}
