/* Children that are hard to tell right: threads, forged names, executables that are deleted or in another's place. */
#pragma once

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/facts.h>
#include <cgq/memory.h>

#define NAME_62 "a23456789b23456789c23456789d23456789e23456789f23456789g2345678"

static char folder[] = "/tmp/cgq-test-tasks-XXXXXX";
static int told; /* a child that is what it shall be writes its pid here */

static void must(bool ok)
{
	if (!ok)
		_exit(1);
}

static void ready(void)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);

	must(write(told, &pid, sizeof(pid)) == sizeof(pid));
}

static const char *path_in_folder(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void copy_to(int to)
{
	auto_fd int from = open("/bin/sleep", O_RDONLY | O_CLOEXEC);
	struct stat st;

	must(fstat(from, &st) == 0 && sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size);
}

static void exec_path(const char *path)
{
	char *const argv[] = {(char *)path, (char[]){"1000.5"}, NULL};

	execv(path, argv);
	_exit(127);
}

/* The pipe's end closes with exec: whoever reads it sees the end of the file once the program is there. */
static void exec_copy(const char *name)
{
	int to = open(path_in_folder(name), O_WRONLY | O_CREAT | O_EXCL, 0755);

	copy_to(to);
	close(to);
	ready();
	exec_path(path_in_folder(name));
}

static void run_plain(void) { ready(); }
static void run_copy(void) { exec_copy("plain copy"); }
static void run_long(void) { exec_copy(NAME_62); }
static void run_too_long(void) { exec_copy(NAME_62 "h"); }
static void run_named_deleted(void) { exec_copy("real (deleted)"); }
static void run_gone(void) { exec_copy("gone"); }
static void run_gone_named_deleted(void) { exec_copy("gone (deleted)"); }

static void run_memfd(void)
{
	int memory = memfd_create("from memory (deleted)", MFD_CLOEXEC);
	char *const argv[] = {(char[]){"x"}, (char[]){"1000.5"}, NULL};

	copy_to(memory);
	ready();
	fexecve(memory, argv, environ);
	_exit(127);
}

/* The name of what is mounted on, which is what d_path() shows, is not the file's. */
static void run_bound(void)
{
	must(close(open(path_in_folder("forged"), O_WRONLY | O_CREAT | O_EXCL, 0755)) == 0);
	must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	must(mount("/bin/sleep", path_in_folder("forged"), NULL, MS_BIND, NULL) == 0);
	ready();
	exec_path(path_in_folder("forged"));
}

static void run_overlay(void)
{
	auto_free char *options = NULL;

	must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	must(mkdir(path_in_folder("over"), 0755) == 0 && mount("over", path_in_folder("over"), "tmpfs", 0, NULL) == 0);
	must(mkdir(path_in_folder("over/up"), 0755) == 0 && mkdir(path_in_folder("over/work"), 0755) == 0 &&
	     mkdir(path_in_folder("over/on"), 0755) == 0);
	options = must_printf("lowerdir=/bin,upperdir=%s/over/up,workdir=%s/over/work", folder, folder);
	must(mount("over", path_in_folder("over/on"), "overlay", 0, options) == 0);
	ready();
	exec_path(path_in_folder("over/on/sleep"));
}

/* After that the kernel takes most files of a process from its owner: they show root. */
static void run_other_ids(void)
{
	must(setresgid(65531, 65532, 65533) == 0 && setresuid(65528, 65529, 65530) == 0);
	ready();
}

static void run_forged(void)
{
	must(prctl(PR_SET_NAME, ") S 1 1\n\033[2J") == 0);
	ready();
}

static void *thread_waits(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void run_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < 5; i++)
		must(pthread_create(&thread, NULL, thread_waits, NULL) == 0);
	ready();
}

static void *thread_tells(void *main_thread)
{
	char state = 0;

	while (state != 'Z') {
		auto_file FILE *file = fopen("/proc/self/stat", "re");
		char text[512] = "";

		must(file && fgets(text, sizeof(text), file));
		state = strrchr(text, ')')[2];
	}
	ready();
	return thread_waits(main_thread);
}

static void run_headless(void)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, thread_tells, NULL) == 0);
	pthread_exit(NULL);
}

static void *thread_execs(void *unused)
{
	exec_copy("by a thread");
	return unused;
}

static void run_exec_of_thread(void)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, thread_execs, NULL) == 0);
	thread_waits(NULL);
}

/* A child that is of another namespace, and an orphan; what tells of it is the one that waits here. */
static void run_nested(void)
{
	pid_t pid;

	must(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	must(write(told, &pid, sizeof(pid)) == sizeof(pid));
}

#define FACTS_ALWAYS (FACT_BIT(FACT_STAT) | FACT_BIT(FACT_IDS) | FACT_BIT(FACT_NAMESPACE))
#define FACTS_NAME   FACT_BIT(FACT_EXE)
#define FACTS_FILE   FACT_BIT(FACT_FILE)

static const struct kind {
	const char *what;
	void (*run)(void);
	const char *unlinks; /* in the folder, once it runs */
	const char *exe_name; /* as /proc has it; NULL: as this program's */
	uint32_t known; /* by the iterator */
	bool nested;
} kinds[] = {
	{"forged comm", run_forged, .known = FACTS_ALWAYS | FACTS_NAME},
	{"executable in another's place", run_bound, .exe_name = "forged", .known = FACTS_ALWAYS},
	{"executable of a name like a mark", run_named_deleted, .exe_name = "real", .known = FACTS_ALWAYS | FACTS_NAME},
	{"deleted", run_gone, .unlinks = "gone", .exe_name = "gone", .known = FACTS_ALWAYS | FACTS_NAME},
	{"deleted, of a name like a mark", run_gone_named_deleted, .unlinks = "gone (deleted)",
	 .exe_name = "gone (deleted)", .known = FACTS_ALWAYS | FACTS_NAME},
	{"in memory", run_memfd, .exe_name = "memfd:from memory (deleted)", .known = FACTS_ALWAYS | FACTS_FILE},
	{"longest name", run_long, .exe_name = NAME_62, .known = FACTS_ALWAYS | FACTS_NAME},
	{"longer name", run_too_long, .exe_name = NAME_62 "h", .known = FACTS_ALWAYS},
	{"overlayfs", run_overlay, .exe_name = "sleep", .known = FACTS_ALWAYS | FACTS_NAME},
	{"other ids, not dumpable", run_other_ids, .known = FACTS_ALWAYS | FACTS_NAME},
	{"threads", run_threads, .known = FACTS_ALWAYS | FACTS_NAME},
	{"main thread ended", run_headless, .exe_name = "", .known = FACTS_ALWAYS},
	{"exec of a thread", run_exec_of_thread, .exe_name = "by a thread", .known = FACTS_ALWAYS | FACTS_NAME},
	{"nested pid namespace", run_nested, .known = FACTS_ALWAYS | FACTS_NAME, .nested = true},
	{"plain copy", run_copy, .exe_name = "plain copy", .known = FACTS_ALWAYS | FACTS_NAME},
	{"plain child", run_plain, .known = FACTS_ALWAYS | FACTS_NAME},
};

struct child {
	pid_t starter, pid;
};

static struct child child_start(void (*run)(void))
{
	struct child c;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	c.starter = fork();
	assert_true(c.starter >= 0);
	if (c.starter == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		told = ends[1];
		run();
		close(told);
		thread_waits(NULL);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c.pid, sizeof(c.pid)), sizeof(c.pid));
	/* all that write to it did exec or wait; one whose main thread ended never closes it */
	if (run != run_headless)
		assert_int_equal(read(ends[0], &(char){0}, 1), 0);
	close(ends[0]);
	return c;
}

static void child_end(struct child c)
{
	kill(c.pid, SIGKILL); /* not reaped while its starter lives */
	kill(c.starter, SIGKILL);
	waitpid(c.starter, NULL, 0);
}
