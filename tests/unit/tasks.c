/* What the task iterator says of a process is what /proc says of it, and without it /proc is enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "bpf.h"
#include "bpf/task_record.h"
#include "proc.h"
#include "task_kinds.h"
#include "tasks.h"

static const struct machine machine;
static struct proc *by_proc, *by_tasks;
static struct tasks *tasks;
static bool scan_find(pid_t pid, struct proc_facts *ret)
{
	struct proc_facts *all = NULL;
	bool found = false;
	size_t n = 0;

	assert_int_equal(proc_scan(by_tasks, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || all[i - 1].pid < all[i].pid);
		if (all[i].pid == pid && !found)
			*ret = all[i], found = true;
		else
			proc_facts_done(&all[i]);
	}
	free(all);
	return found;
}

/* What both know is the same; text that one of them does not know is NULL. */
static void assert_same(const struct proc_facts *a, const struct proc_facts *b)
{
	uint32_t both = a->known & b->known;

	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->ppid, b->ppid);
	assert_int_equal(a->start_ticks, b->start_ticks);
	assert_memory_equal(a->comm, b->comm, sizeof(a->comm));
	assert_int_equal(a->kernel_thread, b->kernel_thread);
	assert_int_equal(a->exiting, b->exiting);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_int_equal(a->nested_pid_namespace, b->nested_pid_namespace);
	if (both & FACTS_FILE) {
		assert_int_equal(a->exe_dev, b->exe_dev);
		assert_int_equal(a->exe_ino, b->exe_ino);
	}
	if (both & FACTS_NAME)
		assert_string_equal(a->exe_name, b->exe_name);
}

static void proc_read_all(pid_t pid, struct proc_facts *ret)
{
	*ret = (struct proc_facts){.pid = pid};
	assert_int_equal(proc_read(by_proc, ret, FACT_STAT), 0);
	assert_int_equal(proc_read(by_proc, ret, FACT_IDS), 0);
	assert_int_equal(proc_read(by_proc, ret, FACT_NAMESPACE), 0);
	proc_read(by_proc, ret, FACT_EXE);
	proc_read(by_proc, ret, FACT_FILE);
}

/* A pipe that exec closed tells too early: the new program's name and arguments are set after that. */
static void wait_for_args(pid_t pid)
{
	for (bool there = false; !there; sched_yield()) {
		struct proc_facts f = {.pid = pid};

		assert_int_equal(proc_read(by_proc, &f, FACT_ARGS), 0);
		there = f.args != NULL;
		proc_facts_done(&f);
	}
}

static void assert_kind(const struct kind *k)
{
	struct child c = child_start(k->run);
	struct proc_facts told_by_tasks, told_by_proc;

	if (k->run != run_headless)
		wait_for_args(c.pid);
	if (k->unlinks)
		assert_int_equal(unlink(path_in_folder(k->unlinks)), 0);
	assert_true(scan_find(c.pid, &told_by_tasks));
	proc_read_all(c.pid, &told_by_proc);
	assert_same(&told_by_tasks, &told_by_proc);
	/* the file's numbers depend on where /tmp and this program lie */
	assert_int_equal(told_by_tasks.known & ~FACTS_FILE, k->known & ~FACTS_FILE);
	assert_int_equal(told_by_tasks.known & k->known & FACTS_FILE, k->known & FACTS_FILE);
	assert_int_equal(told_by_tasks.nested_pid_namespace, k->nested);
	assert_string_equal(told_by_proc.exe_name ? told_by_proc.exe_name : "", k->exe_name ? k->exe_name : "unit_tasks");
	if (k->run == run_overlay)
		assert_false(told_by_tasks.known & FACTS_FILE);
	proc_facts_done(&told_by_tasks);
	proc_facts_done(&told_by_proc);
	child_end(c);
}

static void the_iterator_says_what_proc_says(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		print_message("%s\n", kinds[i].what);
		assert_kind(&kinds[i]);
	}
}

/* On its way out a process is in no pass any more, before /proc shows it; without a CPU it may be so for long. */
static bool is_ending(const struct proc_facts *f)
{
	for (int tries = 0; tries < 500; tries++, usleep(10000)) {
		struct proc_facts now = {.pid = f->pid};

		if (proc_read(by_proc, &now, FACT_STAT) < 0 || now.start_ticks != f->start_ticks || now.exiting)
			return true;
	}
	return false;
}

static void who_is_in_proc_is_in_a_pass_and_no_other(void **state)
{
	struct proc_facts *before = NULL, *now = NULL, *after = NULL, one;
	size_t n_before = 0, n_now = 0, n_after = 0;

	assert_int_equal(proc_scan(by_proc, &before, &n_before, NULL), 0);
	assert_int_equal(proc_scan(by_tasks, &now, &n_now, NULL), 0);
	assert_int_equal(proc_scan(by_proc, &after, &n_after, NULL), 0);
	for (size_t i = 0, at = 0, end = 0; i < n_before; i++) {
		while (at < n_now && now[at].pid < before[i].pid)
			at++;
		while (end < n_after && after[end].pid < before[i].pid)
			end++;
		if (end == n_after || after[end].start_ticks != before[i].start_ticks)
			continue;
		if ((at == n_now || now[at].pid != before[i].pid) && is_ending(&before[i]))
			continue;
		assert_true(at < n_now);
		assert_int_equal(now[at].pid, before[i].pid);
		assert_int_equal(now[at].start_ticks, before[i].start_ticks);
	}
	for (size_t i = 0; i < n_now; i++) {
		one = (struct proc_facts){.pid = now[i].pid};
		assert_false(proc_read(by_proc, &one, FACT_STAT) == 0 && one.kernel_thread);
		proc_facts_done(&now[i]);
	}
	free(before);
	free(now);
	free(after);
}

/* For a comparison at the start, nobody else of ten thousand is looked at (Linux 6.1). */
static void one_process_is_asked_for_alone(void **state)
{
	struct bpf *b = bpf_new(BPF_TASKS, NULL, NULL);
	struct task_record found[2];
	auto_fd int fd = -1;

	assert_non_null(b);
	fd = bpf_iterator_pass_of(b, "tasks", getpid(), NULL);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, found, sizeof(found)), sizeof(found[0]));
	assert_int_equal(found[0].pid, getpid());
	assert_int_equal(read(fd, found, sizeof(found)), 0);
	bpf_free(b);
}

static void a_zombie_is_left_out(void **state)
{
	struct proc_facts f;
	siginfo_t ended;
	pid_t zombie = fork();

	assert_true(zombie >= 0);
	if (zombie == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)zombie, &ended, WEXITED | WNOWAIT), 0);
	assert_false(scan_find(zombie, &f));
	waitpid(zombie, NULL, 0);
}

/* What is asserted in a child is known by how it ends. */
static void in_a_child(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Not to be had, for a reason that names it; the look is made all the same. */
static void must_be_refused(const char *why)
{
	struct proc *p = proc_new(&machine, NULL);
	struct err e = {0};
	struct tasks *t = tasks_new(p, &e);
	struct proc_facts *all;
	size_t n = 0;

	if (t || !strstr(e.text, why))
		fprintf(stderr, "wanted a refusal with '%s', not '%s'\n", why, e.text);
	must(!t && e.code && strstr(e.text, why));
	proc_scan_by(p, t);
	must(proc_scan(p, &all, &n, NULL) == 0 && n > 0);
	for (size_t i = 0; i < n; i++)
		must(all[i].known == FACT_BIT(FACT_STAT));
}

static void run_without_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	must(syscall(SYS_capset, &head, data) == 0);
	must_be_refused("CAP_BPF");
}

static void without_the_capabilities_a_look_is_from_proc(void **state)
{
	in_a_child(run_without_capabilities);
}

static void run_in_another_time(void)
{
	static const char offset[] = "boottime 86400 0";
	auto_fd int offsets = -1;
	int status;
	pid_t pid;

	must(unshare(CLONE_NEWTIME) == 0);
	offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	must(write(offsets, offset, strlen(offset)) == (ssize_t)strlen(offset));
	pid = fork();
	if (pid == 0) {
		must_be_refused("than /proc");
		_exit(0);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

static void an_iterator_that_counts_another_time_is_not_used(void **state)
{
	in_a_child(run_in_another_time);
}

static int tasks_open(void **state)
{
	struct err e = {0};

	by_proc = proc_new(&machine, NULL);
	by_tasks = proc_new(&machine, NULL);
	tasks = tasks_new(by_proc, &e);
	if (!tasks)
		print_error("the task iterator is not to be had: %s\n", e.text);
	proc_scan_by(by_tasks, tasks);
	return tasks && mkdtemp(folder) ? 0 : -1;
}

static int tasks_close(void **state)
{
	auto_free char *command = must_printf("rm -rf %s", folder);

	proc_free(by_proc);
	proc_free(by_tasks);
	tasks_free(tasks);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_iterator_says_what_proc_says),
		cmocka_unit_test(who_is_in_proc_is_in_a_pass_and_no_other),
		cmocka_unit_test(one_process_is_asked_for_alone),
		cmocka_unit_test(a_zombie_is_left_out),
		cmocka_unit_test(without_the_capabilities_a_look_is_from_proc),
		cmocka_unit_test(an_iterator_that_counts_another_time_is_not_used),
	};

	return cmocka_run_group_tests(tests, tasks_open, tasks_close);
}
