/* One thread that places at once: waits on its source, and steps down when it takes too much of its CPU. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include "clock.h"
#include "quick_parts.h"
#include "warm.h"

static uint64_t used_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

const struct sched_param quick_priority = {.sched_priority = 1};

static void step_down(struct quick_thread *t)
{
	const struct sched_param usual = {0};

	t->stepped_down = pthread_setschedparam(pthread_self(), SCHED_OTHER, &usual) == 0;
}

static void step_up(struct quick_thread *t)
{
	t->stepped_down = pthread_setschedparam(pthread_self(), SCHED_FIFO, &quick_priority) != 0;
}

/* After each process, since a storm of them is one long row without a wait. */
static void allowance_keep(struct quick_thread *t)
{
	bool is_left;

	if (!t->is_realtime)
		return;
	is_left = allowance_is_left(&t->allowance, clock_now_ns(), used_ns());
	if (!is_left && !t->stepped_down)
		step_down(t);
	else if (is_left && t->stepped_down)
		step_up(t);
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
			*t->touched = clock_now_ns();
		if (t->kit.plan->keeps_warm)
			t->warm_until_ns = clock_now_ns() + WARM_KEPT_NS;
	}
	pthread_mutex_unlock(&t->lock);
	allowance_keep(t);
}

/* While programs start on this CPU, and no thread has done so for a while. While it is paused, the next try is as far. */
static void touch(struct quick_thread *t, uint64_t now_ns)
{
	if (now_ns >= t->warm_until_ns || now_ns < *t->touched + warm_pace_ns(&t->pace))
		return;
	*t->touched = now_ns;
	if (pthread_mutex_trylock(&t->lock) != 0)
		return;
	if (t->kit.plan && t->kit.plan->keeps_warm) {
		quick_touch(&t->kit);
		*t->touched = clock_now_ns();
		warm_pace_note(&t->pace, now_ns, *t->touched);
	} else if (t->kit.plan) {
		t->warm_until_ns = 0;
	}
	pthread_mutex_unlock(&t->lock);
}

/* Until there is something to do, apart from what the descriptors tell; UINT64_MAX: nothing else. */
static uint64_t wait_ns(const struct quick_thread *t)
{
	uint64_t now = clock_now_ns(), ns = UINT64_MAX, due = *t->touched + warm_pace_ns(&t->pace);

	if (t->stepped_down)
		ns = allowance_wait_ns(&t->allowance, now);
	if (now < t->warm_until_ns && (due <= now || due - now < ns))
		ns = due <= now ? 0 : due - now;
	return ns;
}

static int wait_for(const struct quick_thread *t, struct pollfd *fds, nfds_t n)
{
	uint64_t ns = wait_ns(t);
	struct timespec limit = {.tv_sec = (time_t)(ns / 1000000000U), .tv_nsec = (long)(ns % 1000000000U)};

	return ppoll(fds, n, ns == UINT64_MAX ? NULL : &limit, NULL);
}

void *quick_thread_run(void *thread)
{
	struct quick_thread *t = thread;
	struct pollfd fds[] = {{.fd = exec_source_fd(t->source), .events = POLLIN}, {.fd = t->end, .events = POLLIN}};

	while (!fds[1].revents) {
		int n = wait_for(t, fds, 2);

		if (n < 0 && errno != EINTR)
			break;
		touch(t, clock_now_ns());
		if (n == 0)
			allowance_keep(t);
		/* what cannot be read, the main loop has */
		if (n > 0 && fds[0].revents && exec_source_read(t->source, on_exec, t) < 0)
			break;
	}
	return NULL;
}
