/* Laws of looking at /proc, on processes that the test starts. */
#include "child.h"
#undef fail /* ours fills a struct err */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "proc.h"

static struct machine machine = {
	.hierarchies = {{.version = 2, .controllers = CONTROLLER_BIT(CPU), .base = ""}},
	.n_hierarchies = 1,
};

/* exec of argv with one variable; returns once the program's own text is shown in /proc. */
static pid_t program_start(char *const argv[], const char *variable)
{
	struct proc *p = proc_new(&machine, NULL);
	char *const env[] = {(char *)variable, NULL};
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execve(argv[0], argv, env);
		_exit(127);
	}
	for (bool there = false; !there; sched_yield()) {
		struct proc_facts f = {.pid = pid};

		assert_int_equal(proc_read(p, &f, FACT_ARGS), 0);
		there = f.args && strstr(f.args, argv[1]);
		proc_facts_done(&f);
	}
	proc_free(p);
	return pid;
}

static void facts_of_a_program_are_its_own(void **state)
{
	char *const argv[] = {(char[]){"/bin/sleep"}, (char[]){"1000.25"}, NULL};
	struct proc *p = proc_new(&machine, NULL);
	pid_t pid = program_start(argv, "CGQ_TAG=blue");
	struct proc_facts f = {.pid = pid};
	struct stat st;

	for (int what = 0; what < FACT__COUNT; what++)
		assert_int_equal(proc_read(p, &f, (enum fact)what), 0);
	assert_int_equal(f.known, FACT_BIT(FACT__COUNT) - 1);
	assert_int_equal(f.failed, 0);
	assert_int_equal(f.ppid, getpid());
	assert_string_equal(f.comm, "sleep");
	assert_string_equal(f.exe_name, "sleep");
	assert_string_equal(f.args, "/bin/sleep 1000.25");
	assert_string_equal(f.argv0_name, "sleep");
	assert_null(f.script_name);
	assert_string_equal(f.tag, "blue");
	assert_int_equal(stat("/bin/sleep", &st), 0);
	assert_int_equal(f.exe_ino, st.st_ino);
	assert_int_equal(f.exe_dev, st.st_dev);
	assert_int_equal(f.uid, geteuid());
	assert_int_equal(f.gid, getegid());
	assert_false(f.nested_pid_namespace);
	assert_non_null(f.parent_names[0]);
	assert_string_equal(f.parent_names[1], "unit_proc");
	proc_facts_done(&f);
	child_end(pid);
	proc_free(p);
}

/* After setuid() the kernel takes most files of a process from its owner: they show root. */
static void ids_change(const char *with)
{
	if (setgid(65533) < 0 || setuid(65534) < 0 || prctl(PR_GET_DUMPABLE) != 0)
		_exit(1);
}

static void effective_ids_are_known_even_of_who_cannot_be_dumped(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	struct proc_facts f = {0};

	if (geteuid() != 0)
		skip();
	f.pid = child_start(ids_change, NULL);
	assert_int_equal(proc_read(p, &f, FACT_IDS), 0);
	assert_int_equal(f.uid, 65534);
	assert_int_equal(f.gid, 65533);
	assert_int_equal(proc_read(p, &f, FACT_NAMESPACE), 0);
	assert_false(f.nested_pid_namespace);
	child_end(f.pid);
	proc_facts_done(&f);
	proc_free(p);
}

static void a_process_that_is_gone_has_no_facts(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	pid_t pid = child_start(NULL, NULL);
	struct proc_facts f = {.pid = pid};

	child_end(pid);
	for (int what = 0; what < FACT__COUNT; what++) {
		if (what == FACT_EXE || what == FACT_FILE || what == FACT_PARENT)
			continue;
		assert_int_equal(proc_read(p, &f, (enum fact)what), -ESRCH);
		assert_true(f.failed & FACT_BIT(what));
	}
	assert_true(proc_read(p, &f, FACT_EXE) < 0);
	assert_true(proc_read(p, &f, FACT_FILE) < 0);
	assert_int_equal(f.known, 0);
	proc_facts_done(&f);
	proc_free(p);
}

static void a_parent_that_is_younger_than_its_child_is_a_stranger(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	pid_t pid = child_start(NULL, NULL);
	struct proc_facts f = {.pid = pid};

	assert_int_equal(proc_read(p, &f, FACT_STAT), 0);
	f.start_ticks = 0;
	assert_int_equal(proc_read(p, &f, FACT_PARENT), -ESRCH);
	assert_null(f.parent_names[0]);
	proc_facts_done(&f);
	child_end(pid);
	proc_free(p);
}

static void *thread_waits(void *ready)
{
	/* the main thread is shown as Z from now on, or a moment later */
	if (write(*(int *)ready, "x", 1) != 1)
		abort();
	for (;;)
		pause();
	return NULL;
}

static void main_thread_ends(void)
{
	static int out[2];
	pthread_t thread;

	if (pipe(out) < 0 || pthread_create(&thread, NULL, thread_waits, &out[1]) != 0)
		_exit(1);
}

static pid_t headless_start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		main_thread_ends();
		pthread_exit(NULL);
	}
	return pid;
}

static bool scan_has(struct proc *p, pid_t pid)
{
	struct proc_facts *all = NULL;
	size_t n = 0;
	bool has = false;

	assert_int_equal(proc_scan(p, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		has |= all[i].pid == pid;
		proc_facts_done(&all[i]);
	}
	free(all);
	return has;
}

static void a_process_whose_main_thread_ended_is_still_seen(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	pid_t pid = headless_start();
	char state_now = 0;

	while (state_now != 'Z') {
		auto_free char *path = must_printf("/proc/%d/stat", (int)pid);
		auto_file FILE *file = fopen(path, "re");
		char text[512] = "";

		assert_non_null(file);
		assert_non_null(fgets(text, sizeof(text), file));
		state_now = strrchr(text, ')')[2];
		sched_yield();
	}
	assert_true(scan_has(p, pid));
	child_end(pid);
	proc_free(p);
}

static void a_look_shows_living_processes_in_order_and_no_kernel_thread(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	pid_t living = child_start(NULL, NULL), zombie = fork();
	siginfo_t ended;
	struct proc_facts *all = NULL;
	size_t n = 0;

	assert_true(zombie >= 0);
	if (zombie == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)zombie, &ended, WEXITED | WNOWAIT), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(scan_has(p, getpid()));
		assert_true(scan_has(p, living));
		assert_false(scan_has(p, zombie));
		assert_false(scan_has(p, 2));
	}
	assert_int_equal(proc_scan(p, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || all[i - 1].pid < all[i].pid);
		assert_int_equal(all[i].known, FACT_BIT(FACT_STAT));
		assert_false(all[i].kernel_thread);
	}
	for (size_t i = 0; i < n; i++)
		proc_facts_done(&all[i]);
	free(all);
	waitpid(zombie, NULL, 0);
	child_end(living);
	proc_free(p);
}

/* Returns once the first process of the new namespace is there, which ends with its parent. */
static void pid_namespace_enter(const char *with)
{
	int ready[2];
	char byte;

	if (unshare(CLONE_NEWPID) < 0 || pipe(ready) < 0)
		_exit(1);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(ready[0], &byte, 1) != 1)
		_exit(1);
}

static void a_process_of_another_pid_namespace_is_told_apart(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	struct proc_facts *all = NULL;
	size_t n = 0, nested = 0;
	pid_t pid, orphan = 0;

	if (geteuid() != 0)
		skip();
	/* it comes to us when its parent ends, and leaves no zombie with anyone else */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = child_start(pid_namespace_enter, NULL);
	assert_int_equal(proc_scan(p, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		if (all[i].pid == pid || all[i].ppid == pid)
			assert_int_equal(proc_read(p, &all[i], FACT_NAMESPACE), 0);
		if (all[i].pid == pid)
			assert_false(all[i].nested_pid_namespace);
		if (all[i].ppid == pid && all[i].nested_pid_namespace) {
			orphan = all[i].pid;
			nested++;
		}
		proc_facts_done(&all[i]);
	}
	free(all);
	assert_int_equal(nested, 1);
	child_end(pid);
	child_end(orphan);
	proc_free(p);
}

static char folder[] = "/tmp/cgq-test-proc-XXXXXX";

static const char *mark_name;

static int mark(const char *path, const char *value)
{
	auto_free char *full = must_printf("%s%s", folder, path);

	if (!mark_name) {
		mark_name = "user.delegate";
		if (setxattr(full, mark_name, value, strlen(value), 0) < 0)
			mark_name = "trusted.delegate";
	}
	return setxattr(full, mark_name, value, strlen(value), 0);
}

static int tree_make(void **state)
{
	static const char *const paths[] = {"/user", "/user/1", "/user/1/app", "/sys", "/sys/a",
					    "/cgq.slice", "/cgq.slice/cgq-web.scope", "/cgq.slice/cgq-web.scope/a",
					    "/cgq.slice/other.scope"};

	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		auto_free char *full = must_printf("%s%s", folder, paths[i]);

		if (mkdir(full, 0755) < 0)
			return -1;
	}
	return 0;
}

static int tree_drop(void **state)
{
	auto_free char *command = must_printf("rm -rf %s", folder);

	return system(command);
}

static void a_delegated_subtree_is_left_alone_unless_it_is_ours(void **state)
{
	struct proc *p = proc_new(&machine, NULL);
	struct proc_facts *all = NULL;
	size_t n = 0;
	const char *why;

	if (mark("/user/1", "1") < 0)
		skip();
	assert_int_equal(mark("/sys", "0"), 0);
	/* the root is delegated to whoever lives in this cgroup namespace */
	assert_int_equal(mark("", "1"), 0);
	assert_null(proc_delegation(p, folder, "/"));
	assert_null(proc_delegation(p, folder, ""));
	assert_null(proc_delegation(p, folder, "/user"));
	assert_null(proc_delegation(p, folder, "/sys/a"));
	assert_null(proc_delegation(p, folder, "/not/there"));
	assert_null(proc_delegation(p, folder, "/user/10"));
	for (int i = 0; i < 2; i++) {
		why = proc_delegation(p, folder, "/user/1/app");
		assert_non_null(why);
		assert_non_null(strstr(why, "/user/1 has "));
	}
	/* our own base, and what is below a part of it */
	strcpy(machine.hierarchies[0].mount, folder);
	strcpy(machine.hierarchies[0].base, "/user/1");
	assert_null(proc_delegation(p, folder, "/user/1"));
	assert_null(proc_delegation(p, folder, "/user/1/app"));
	strcpy(machine.hierarchies[0].base, "/user/1/a");
	assert_non_null(proc_delegation(p, folder, "/user/1/app"));
	/* an answer is kept for one look only */
	assert_null(proc_delegation(p, folder, "/sys/a"));
	assert_int_equal(mark("/sys", "1"), 0);
	assert_null(proc_delegation(p, folder, "/sys/a"));
	assert_int_equal(proc_scan(p, &all, &n, NULL), 0);
	assert_non_null(proc_delegation(p, folder, "/sys/a"));
	for (size_t i = 0; i < n; i++)
		proc_facts_done(&all[i]);
	free(all);
	proc_free(p);
}

/* systemd marks it, since more are to join it: without this its members would be nobody's at the next look. */
static void a_scope_that_cgqd_started_is_delegated_to_nobody_else(void **state)
{
	struct proc *p = proc_new(&machine, NULL);

	strcpy(machine.hierarchies[0].base, "");
	strcpy(machine.tree, "cgq");
	if (mark("/cgq.slice/cgq-web.scope", "1") < 0)
		skip();
	assert_int_equal(mark("/cgq.slice/other.scope", "1"), 0);
	assert_non_null(proc_delegation(p, folder, "/cgq.slice/cgq-web.scope"));
	machine.placement = PLACEMENT_UNITS;
	assert_null(proc_delegation(p, folder, "/cgq.slice/cgq-web.scope"));
	assert_non_null(proc_delegation(p, folder, "/cgq.slice/other.scope"));
	assert_int_equal(mark("/cgq.slice/cgq-web.scope/a", "1"), 0);
	assert_non_null(proc_delegation(p, folder, "/cgq.slice/cgq-web.scope/a"));
	strcpy(machine.tree, "other");
	assert_non_null(proc_delegation(p, folder, "/cgq.slice/cgq-web.scope"));
	machine.placement = 0;
	proc_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_a_program_are_its_own),
		cmocka_unit_test(effective_ids_are_known_even_of_who_cannot_be_dumped),
		cmocka_unit_test(a_process_that_is_gone_has_no_facts),
		cmocka_unit_test(a_parent_that_is_younger_than_its_child_is_a_stranger),
		cmocka_unit_test(a_process_whose_main_thread_ended_is_still_seen),
		cmocka_unit_test(a_look_shows_living_processes_in_order_and_no_kernel_thread),
		cmocka_unit_test(a_process_of_another_pid_namespace_is_told_apart),
		cmocka_unit_test(a_delegated_subtree_is_left_alone_unless_it_is_ours),
		cmocka_unit_test(a_scope_that_cgqd_started_is_delegated_to_nobody_else),
	};

	return cmocka_run_group_tests(tests, tree_make, tree_drop);
}
