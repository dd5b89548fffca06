/* One thread that places at once: waits on its source, and rests when it has taken too much of its CPU. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include "clock.h"
#include "quick_parts.h"
#include "warm.h"

const struct sched_param quick_priority = {.sched_priority = 1};

static uint64_t used_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* UINT64_MAX: for ever. */
static int wait_for(struct pollfd *fds, nfds_t n, uint64_t ns)
{
	struct timespec limit = {.tv_sec = (time_t)(ns / 1000000000U), .tv_nsec = (long)(ns % 1000000000U)};

	return ppoll(fds, n, ns == UINT64_MAX ? NULL : &limit, NULL);
}

static uint64_t touched(struct quick_thread *t)
{
	uint64_t now = clock_now_ns();

	t->warmth->touched_ns = now;
	t->warmth->toucher = t->cpu;
	return now;
}

static uint64_t touch_due_ns(const struct quick_thread *t, uint64_t now_ns)
{
	struct quick_warmth *w = t->warmth;
	uint64_t due_ns;

	pthread_mutex_lock(&w->lock);
	due_ns = warm_pace_due_ns(&w->pace, w->touched_ns, now_ns, w->toucher == t->cpu);
	pthread_mutex_unlock(&w->lock);
	return due_ns;
}

static void move_note(struct quick_thread *t)
{
	uint64_t now = touched(t);

	pthread_mutex_lock(&t->warmth->lock);
	warm_pace_moved(&t->warmth->pace, now);
	pthread_mutex_unlock(&t->warmth->lock);
}

static void touch_now(struct quick_thread *t, uint64_t began_ns)
{
	uint64_t ended_ns;

	quick_touch(&t->kit);
	ended_ns = touched(t);
	pthread_mutex_lock(&t->warmth->lock);
	warm_pace_note(&t->warmth->pace, began_ns, ended_ns);
	pthread_mutex_unlock(&t->warmth->lock);
}

/* While programs start, and nobody has done so for a while. While it is paused, the next try is as far. */
static void touch(struct quick_thread *t, uint64_t now_ns)
{
	if (now_ns >= t->warmth->until_ns || now_ns < touch_due_ns(t, now_ns))
		return;
	touched(t);
	if (pthread_mutex_trylock(&t->lock) != 0)
		return;
	if (t->kit.plan && t->kit.plan->keeps_warm)
		touch_now(t, now_ns);
	else if (t->kit.plan)
		t->warmth->until_ns = 0;
	pthread_mutex_unlock(&t->lock);
}

/* Until the next touch; UINT64_MAX: there is none. */
static uint64_t wait_ns(const struct quick_thread *t)
{
	uint64_t now = clock_now_ns(), due = now < t->warmth->until_ns ? touch_due_ns(t, now) : UINT64_MAX;

	if (due == UINT64_MAX)
		return due;
	return due <= now ? 0 : due - now;
}

/*
 * After each process, since a storm of them is one long row without a wait. What is left of the window it sleeps, and keeps its
 * priority: among a thousand others that want the CPU, one of usual priority has its turn some 50 ms later. It touches meanwhile.
 */
static void allowance_keep(struct quick_thread *t)
{
	struct pollfd end = {.fd = t->end, .events = POLLIN};
	uint64_t now = clock_now_ns(), until;

	if (!t->is_realtime || allowance_is_left(&t->allowance, now, used_ns()))
		return;
	for (until = now + allowance_wait_ns(&t->allowance, now); now < until && !end.revents; now = clock_now_ns()) {
		uint64_t ns = wait_ns(t);

		wait_for(&end, 1, ns < until - now ? ns : until - now);
		touch(t, clock_now_ns());
	}
}

static void on_exec(void *ctx, const struct proc_event_told *ev)
{
	struct quick_thread *t = ctx;

	/* Who holds it pauses us, or lets us go on. */
	if (pthread_mutex_trylock(&t->lock) != 0)
		return;
	if (t->kit.plan && ev->kind == EVENT_EXEC) {
		/* What moves one keeps warm as well. */
		if (quick_place(&t->kit, ev))
			move_note(t);
		if (t->kit.plan->keeps_warm)
			t->warmth->until_ns = clock_now_ns() + WARM_KEPT_NS;
	}
	pthread_mutex_unlock(&t->lock);
	allowance_keep(t);
}

/* What starts comes first: to place it is a touch as well. */
void *quick_thread_run(void *thread)
{
	struct quick_thread *t = thread;
	struct pollfd fds[] = {{.fd = exec_source_fd(t->source), .events = POLLIN}, {.fd = t->end, .events = POLLIN}};

	while (!fds[1].revents) {
		int n = wait_for(fds, 2, wait_ns(t));

		if (n < 0 && errno != EINTR)
			break;
		/* what cannot be read, the main loop has */
		if (n > 0 && fds[0].revents && exec_source_read(t->source, on_exec, t) < 0)
			break;
		touch(t, clock_now_ns());
	}
	return NULL;
}
