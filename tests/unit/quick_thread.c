/* A thread that places at once steps down when its part of the CPU is used up, and up again in the next window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <dirent.h>
#include <sys/eventfd.h>
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

static bool becomes(pid_t thread, int policy, uint64_t limit_ns)
{
	const struct timespec step = {.tv_nsec = STEP_NS / 5};
	uint64_t until = clock_now_ns() + limit_ns;

	do {
		if (sched_getscheduler(thread) == policy)
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
static bool steps_down(struct quick_thread *t, pid_t thread)
{
	for (int i = 0; i < 200; i++) {
		t->allowance = (struct allowance){clock_now_ns(), (uint64_t)0 - ALLOWANCE_NS};
		program_start();
		if (becomes(thread, SCHED_OTHER, 2 * STEP_NS))
			return true;
	}
	return false;
}

static void a_running_thread_steps_down_and_up_again_by_itself(void **state)
{
	touched_ns touched = 0;
	struct quick_thread t = {
		.source = exec_source_new(EXEC_SOCKET, NULL, 0, NULL),
		.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.is_realtime = true,
		.stepped_down = true,
		.touched = &touched,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const uint64_t one = 1;
	pid_t thread;

	assert_non_null(t.source);
	assert_int_equal(pthread_create(&t.thread, NULL, quick_thread_run, &t), 0);
	thread = other_thread();
	assert_true(becomes(thread, SCHED_FIFO, SECOND_NS));
	assert_true(steps_down(&t, thread));
	assert_true(becomes(thread, SCHED_FIFO, SECOND_NS));
	assert_int_equal(write(t.end, &one, sizeof(one)), (ssize_t)sizeof(one));
	pthread_join(t.thread, NULL);
	exec_source_free(t.source);
	close(t.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_running_thread_steps_down_and_up_again_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
