/* A thread that places at once rests when its part of the CPU is used up, and goes on in the next window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <dirent.h>
#include <stdio.h>
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

/* On how many descriptors it waits: programs and its end, or where it rests its end alone. 0: it does not wait. */
static unsigned waits_on(pid_t thread)
{
	char path[64], text[256] = "";
	long call = -1;
	unsigned long fds = 0, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)thread);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	return sscanf(text, "%ld %lx %lx", &call, &fds, &n) == 3 && call == SYS_ppoll ? (unsigned)n : 0;
}

static bool comes_to_wait_on(pid_t thread, unsigned n, uint64_t limit_ns)
{
	const struct timespec step = {.tv_nsec = STEP_NS / 10};
	uint64_t until = clock_now_ns() + limit_ns;

	do {
		if (waits_on(thread) == n)
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
		if (comes_to_wait_on(thread, 1, 2 * STEP_NS))
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
	touched_ns touched = 0;
	struct quick_thread t = {
		.source = exec_source_new(EXEC_SOCKET, NULL, 0, NULL),
		.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_realtime = true,
		.touched = &touched,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const uint64_t one = 1;
	pid_t thread;

	assert_non_null(t.source);
	start(&t);
	thread = other_thread();
	assert_true(comes_to_wait_on(thread, 2, SECOND_NS));
	assert_true(rests(&t, thread));
	assert_int_equal(sched_getscheduler(thread), SCHED_FIFO);
	assert_true(comes_to_wait_on(thread, 2, SECOND_NS));
	assert_int_equal(write(t.end, &one, sizeof(one)), (ssize_t)sizeof(one));
	pthread_join(t.thread, NULL);
	exec_source_free(t.source);
	close(t.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_used_its_part_rests_as_what_it_is_and_goes_on_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
