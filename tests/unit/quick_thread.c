/* A thread that places at once rests when its part of the CPU is used up, and goes on in the next window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "clock.h"
#include "quick_parts.h"
#include "text.h"

#define SECOND_NS UINT64_C(1000000000)
#define STEP_NS	  UINT64_C(1000000)

/* The only thread beside the first. */
static pid_t other_thread(void)
{
	auto_dir DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	uint64_t id;

	while ((entry = readdir(dir)))
		if (text_u64(entry->d_name, &id) == 0 && (pid_t)id != getpid())
			return (pid_t)id;
	return -1;
}

/* On so many descriptors: programs and its end; where it rests its end alone. */
#define PROGRAMS_TOO "0x2"
#define END_ALONE    "0x1"

/* "271 0x7f3c50ff88c0 0x2 …": the call that it waits in, and what it was given. */
static bool waits_on(pid_t thread, const char *fds)
{
	char waiting[16], path[64], text[256] = "", *rest = text;
	auto_file FILE *f = NULL;
	const char *call, *count;

	snprintf(waiting, sizeof(waiting), "%ld", (long)SYS_ppoll);
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)thread);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	call = strsep(&rest, " ");
	strsep(&rest, " ");
	count = strsep(&rest, " ");
	return count && strcmp(call, waiting) == 0 && strcmp(count, fds) == 0;
}

static bool comes_to_wait_on(pid_t thread, const char *fds, uint64_t limit_ns)
{
	const struct timespec step = {.tv_nsec = STEP_NS / 10};
	uint64_t until = clock_now_ns() + limit_ns;

	do {
		if (waits_on(thread, fds))
			return true;
		nanosleep(&step, NULL);
	} while (clock_now_ns() < until);
	return false;
}

/* Some program starts: the thread hears of it. */
static void program_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* On a busy machine the window may be over before the program has started: then once more. */
static bool rests(struct quick_thread *t, pid_t thread)
{
	for (int i = 0; i < 200; i++) {
		t->allowance = (struct allowance){clock_now_ns(), (uint64_t)0 - ALLOWANCE_NS};
		program_start();
		if (comes_to_wait_on(thread, END_ALONE, 2 * STEP_NS))
			return true;
	}
	return false;
}

static void start(struct quick_thread *t)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &quick_priority);
	assert_int_equal(pthread_create(&t->thread, &attr, quick_thread_run, t), 0);
	pthread_attr_destroy(&attr);
}

/* Its priority stays: one that gave it up would not run again while a thousand others want the CPU. */
static void a_thread_that_used_its_part_rests_as_what_it_is_and_goes_on_by_itself(void **state)
{
	struct quick_warmth warmth = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct quick_thread t = {
		.source = exec_source_new(EXEC_SOCKET, NULL, 0, NULL),
		.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_realtime = true,
		.warmth = &warmth,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const uint64_t one = 1;
	pid_t thread;

	assert_non_null(t.source);
	start(&t);
	thread = other_thread();
	assert_true(comes_to_wait_on(thread, PROGRAMS_TOO, SECOND_NS));
	assert_true(rests(&t, thread));
	assert_int_equal(sched_getscheduler(thread), SCHED_FIFO);
	assert_true(comes_to_wait_on(thread, PROGRAMS_TOO, SECOND_NS));
	assert_int_equal(write(t.end, &one, sizeof(one)), (ssize_t)sizeof(one));
	pthread_join(t.thread, NULL);
	exec_source_free(t.source);
	close(t.end);
}

/* At least that much of one rest is seen; -1: on a busy machine it was over by then. */
static int touches_at_rest(const struct quick_thread *t, pid_t thread)
{
	const uint64_t began = clock_now_ns(), last = t->warmth->touched_ns;
	const struct timespec while_it_rests = {.tv_nsec = 3 * STEP_NS};

	nanosleep(&while_it_rests, NULL);
	if (!waits_on(thread, END_ALONE) || clock_now_ns() > began + 8 * STEP_NS)
		return -1;
	return t->warmth->touched_ns != last;
}

/* The way would be cold for whoever starts next. */
static void a_thread_that_rests_goes_on_touching(void **state)
{
	static const struct policy no_rules;
	static const struct resolved nothing;
	struct quick_warmth warmth = {.lock = PTHREAD_MUTEX_INITIALIZER, .until_ns = UINT64_MAX,
				      /* in a storm: every half millisecond */
				      .pace = {.row = WARM_ROW_MIN, .moved_ns = UINT64_MAX / 2}};
	struct machine machine = {.n_hierarchies = 0};
	struct want want = {.hierarchies = 1};
	struct quick_plan plan = {
		.keeps_warm = true, .want = &want, .machine = &machine, .policy = &no_rules, .resolved = &nothing};
	struct quick_thread t = {
		.source = exec_source_new(EXEC_SOCKET, NULL, 0, NULL),
		.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_realtime = true,
		.warmth = &warmth,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.kit = {.plan = &plan, .mover = mover_new(NULL, &machine), .proc = proc_new(&machine, NULL),
			.self = getpid(), .talk = quick_talk_new(NULL)},
	};
	const uint64_t one = 1;
	int touches = -1;
	pid_t thread;

	assert_non_null(t.source);
	start(&t);
	thread = other_thread();
	for (int i = 0; i < 50 && touches < 0; i++) {
		assert_true(rests(&t, thread));
		touches = touches_at_rest(&t, thread);
	}
	assert_int_equal(touches, 1);
	assert_int_equal(write(t.end, &one, sizeof(one)), (ssize_t)sizeof(one));
	pthread_join(t.thread, NULL);
	exec_source_free(t.source);
	mover_free(t.kit.mover);
	proc_free(t.kit.proc);
	quick_talk_free(t.kit.talk);
	close(t.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_used_its_part_rests_as_what_it_is_and_goes_on_by_itself),
		cmocka_unit_test(a_thread_that_rests_goes_on_touching),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
