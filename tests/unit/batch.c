/* What is not urgent is taken in batches, and nothing of it is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "batch.h"

#define LONG_USEC (1000 * 1000U)

struct room {
	sd_event *event;
	struct batch *batch;
	int fds[2];
	bool may_wait;
	unsigned asked, taken;
	uint64_t sum;
};

static bool may_wait(void *ctx)
{
	struct room *r = ctx;

	r->asked++;
	return r->may_wait;
}

static void take(void *ctx)
{
	struct room *r = ctx;
	eventfd_t n;

	r->taken++;
	for (unsigned i = 0; i < 2; i++)
		if (eventfd_read(r->fds[i], &n) == 0)
			r->sum += n;
}

static int room_make(void **state)
{
	static struct room r;

	r = (struct room){.fds = {eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK)}};
	assert_true(sd_event_new(&r.event) >= 0);
	assert_int_equal(batch_new(r.event, &(struct batch_want){r.fds, 2, may_wait, take, &r}, &r.batch, NULL), 0);
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	batch_free(r->batch);
	sd_event_unref(r->event);
	close(r->fds[0]);
	close(r->fds[1]);
	return 0;
}

static void come(struct room *r, unsigned which)
{
	assert_int_equal(eventfd_write(r->fds[which], 1), 0);
}

/* Until nothing happens at once. */
static void run(struct room *r)
{
	while (sd_event_run(r->event, 0) > 0)
		;
}

static void what_may_not_wait_is_taken_at_once(void **state)
{
	struct room *r = *state;

	for (unsigned i = 0; i < 3; i++) {
		come(r, i % 2);
		run(r);
		assert_int_equal(r->taken, i + 1);
		assert_int_equal(r->sum, i + 1);
	}
}

static void what_may_wait_is_taken_together_and_once(void **state)
{
	struct room *r = *state;

	r->may_wait = true;
	come(r, 0);
	assert_true(sd_event_run(r->event, LONG_USEC) > 0);
	come(r, 1);
	come(r, 0);
	assert_int_equal(r->taken, 0);
	/* nothing but the time itself wakes then */
	assert_true(sd_event_run(r->event, LONG_USEC) > 0);
	assert_int_equal(r->asked, 1);
	assert_int_equal(r->taken, 1);
	assert_int_equal(r->sum, 3);
	run(r);
	assert_int_equal(r->taken, 1);
}

static void after_a_batch_there_is_another(void **state)
{
	struct room *r = *state;

	r->may_wait = true;
	for (unsigned i = 0; i < 3; i++) {
		come(r, 1);
		assert_true(sd_event_run(r->event, LONG_USEC) > 0);
		assert_true(sd_event_run(r->event, LONG_USEC) > 0);
		assert_int_equal(r->taken, i + 1);
	}
	r->may_wait = false;
	come(r, 0);
	run(r);
	assert_int_equal(r->sum, 4);
}

static void in_a_hurry_what_waits_is_taken_before_its_time_and_only_then(void **state)
{
	struct room *r = *state;

	batch_hurry(NULL);
	batch_hurry(r->batch);
	assert_int_equal(r->taken, 0);
	r->may_wait = true;
	come(r, 0);
	assert_true(sd_event_run(r->event, LONG_USEC) > 0);
	batch_hurry(r->batch);
	assert_int_equal(r->sum, 1);
	assert_int_equal(r->taken, 1);
	assert_int_equal(sd_event_run(r->event, 5 * BATCH_USEC), 0);
	assert_int_equal(r->taken, 1);
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(what_may_not_wait_is_taken_at_once),
		LAW(what_may_wait_is_taken_together_and_once),
		LAW(after_a_batch_there_is_another),
		LAW(in_a_hurry_what_waits_is_taken_before_its_time_and_only_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
