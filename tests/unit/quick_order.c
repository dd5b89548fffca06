/* What a thread said of a process is taken before what the kernel tells of it next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "quick_parts.h"

#include <cmocka.h>

static pid_t child, ended;

static void on_ended(void *ctx, const struct member *one)
{
	if (one->pid == child)
		ended = child;
}

static void an_exit_is_that_of_the_member_that_a_thread_made_before(void **state)
{
	static struct group groups[] = {{.path = "web"}};
	static struct rule rules[] = {{.group = 0, .key = 7}};
	static const struct policy policy = {.groups = groups, .n_groups = 1, .rules = rules};
	static const struct machine machine;
	const struct timespec moment = {.tv_nsec = 20000000};
	struct daemon d = {.events = events_new(NULL), .members = members_new(), .pins = pins_new(), .quick = quick_new(NULL)};
	struct quick_message m = {.kind = QUICK_MOVES, .start_ticks = 1, .comm = "web"};
	int ends[2];
	char byte;

	assert_non_null(d.events);
	d.placer = (struct placer){.policy = &policy, .machine = &machine, .members = d.members, .pins = d.pins,
				   .proc = proc_new(&machine, NULL), .ended = on_ended};
	assert_int_equal(pipe(ends), 0);
	m.pid = child = fork();
	if (child == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) > 0);
	}
	nanosleep(&moment, NULL);
	daemon_take_events(&d, NULL);
	assert_true(quick_talk_say(quick_talk_of(d.quick), &m));
	close(ends[1]);
	waitpid(child, NULL, 0);
	/* its exit comes a moment after we know */
	for (int tries = 0; tries < 250 && ended != child; tries++) {
		nanosleep(&moment, NULL);
		daemon_take_events(&d, NULL);
	}
	assert_int_equal(ended, child);
	assert_null(members_find(d.members, child));
	close(ends[0]);
	events_free(d.events);
	quick_free(d.quick);
	proc_free(d.placer.proc);
	members_free(d.members);
	pins_free(d.pins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exit_is_that_of_the_member_that_a_thread_made_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
