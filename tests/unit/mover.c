/* Laws of moving processes, on the cgroups of this host: in cgq-test-PID, with the test's own children. */
#include "real_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "mover.h"
#include "proc.h"

static struct real_tree real;
static struct proc *proc;
static struct mover *mover;

/* Paths of one cgroup of the tree in every hierarchy that takes processes without more ado. */
struct paths {
	char text[HIERARCHIES_MAX][600];
	const char *list[HIERARCHIES_MAX];
	unsigned first; /* a hierarchy that is in it */
};

static void cgroup_make(unsigned h, const char *rel, char path[600])
{
	machine_path(&real.m, h, rel, path, 600);
	assert_int_equal(real.k->make(real.k, &real.m.hierarchies[h], path, NULL), 0);
}

static void cgroup_remove(unsigned h, const char *path)
{
	/* who just left may still be on its way out */
	for (int i = 0; i < 200 && real.k->remove(real.k, &real.m.hierarchies[h], path, NULL) == -EBUSY; i++)
		usleep(1000);
}

static void paths_make(struct paths *p, const char *rel)
{
	char top[600];

	if (!real.usable)
		skip();
	memset(p, 0, sizeof(*p));
	for (unsigned h = real.m.n_hierarchies; h-- > 0;) {
		/* a v1 cpuset has to be filled first */
		if (real.m.hierarchies[h].version == 1 && real.m.hierarchies[h].controllers & CONTROLLER_BIT(CPUSET))
			continue;
		cgroup_make(h, "", top);
		cgroup_make(h, rel, p->text[h]);
		p->list[h] = p->text[h];
		p->first = h;
	}
}

static uint64_t start_of(pid_t pid)
{
	struct proc_facts f = {.pid = pid};

	assert_int_equal(proc_read(proc, &f, FACT_STAT), 0);
	return f.start_ticks;
}

static bool is_at(pid_t pid, unsigned h, const char *path)
{
	struct proc_facts f = {.pid = pid};
	bool is;

	assert_int_equal(proc_read(proc, &f, FACT_CGROUP), 0);
	is = f.cgroups[h] && !strcmp(f.cgroups[h], path);
	proc_facts_done(&f);
	return is;
}

static void assert_at(pid_t pid, const struct paths *p)
{
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (p->list[h])
			assert_true(is_at(pid, h, p->list[h]));
}

/* Where the test itself is, and its children are born. */
static void assert_at_home(pid_t pid)
{
	struct proc_facts own = {.pid = getpid()};

	assert_int_equal(proc_read(proc, &own, FACT_CGROUP), 0);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		assert_true(is_at(pid, h, own.cgroups[h]));
	proc_facts_done(&own);
}

static void *thread_waits(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

/* A child with 50 threads more; without its main one if headless. Dies with us. */
static pid_t threads_start(bool headless)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 50; i++)
			if (pthread_create(&thread, NULL, thread_waits, NULL) != 0)
				_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		if (headless)
			pthread_exit(NULL);
		thread_waits(NULL);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static unsigned threads_at(pid_t pid, unsigned h, const char *path)
{
	auto_free char *folder = must_printf("/proc/%d/task", (int)pid);
	auto_dir DIR *d = opendir(folder);
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *one; (one = readdir(d));)
		if (one->d_name[0] != '.')
			n += is_at((pid_t)atoi(one->d_name), h, path);
	return n;
}

static void a_process_moves_whole_with_all_its_threads(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "web");
	pid = threads_start(false);
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, NULL), MOVED_OK);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (web.list[h])
			assert_int_equal(threads_at(pid, h, web.list[h]), 51);
	real_child_end(pid);
}

static void a_child_born_after_the_move_is_born_there(void **state)
{
	struct paths web;
	int go[2], told[2];
	pid_t pid, child = 0;

	paths_make(&web, "web");
	assert_true(pipe(go) == 0 && pipe(told) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(go[0], &child, 1) != 1)
			_exit(1);
		child = fork();
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			thread_waits(NULL);
		}
		if (write(told[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		waitpid(child, NULL, 0);
		_exit(0);
	}
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, NULL), MOVED_OK);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(read(told[0], &child, sizeof(child)), sizeof(child));
	assert_at(child, &web);
	kill(child, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(told[i]);
	}
}

static void a_process_that_is_not_the_one_meant_is_not_touched(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "web");
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid) + 1, web.list, NULL), MOVED_GONE);
	assert_int_equal(mover_place(mover, pid, start_of(pid) - 1, web.list, NULL), MOVED_GONE);
	assert_int_equal(mover_return(mover, pid, start_of(pid) - 1, web.list, NULL), MOVED_GONE);
	assert_at_home(pid);
	real_child_end(pid);
}

static void a_process_that_is_gone_is_gone(void **state)
{
	struct paths web;
	siginfo_t ended;
	struct err e = {0};
	pid_t pid;
	uint64_t start;

	paths_make(&web, "web");
	pid = real_child();
	start = start_of(pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	/* a zombie, then nothing */
	assert_int_equal(mover_place(mover, pid, start, web.list, &e), MOVED_GONE);
	waitpid(pid, NULL, 0);
	assert_int_equal(mover_place(mover, pid, start, web.list, &e), MOVED_GONE);
	assert_int_equal(e.code, 0);
}

/* What happens between the look at a process and the write: open_procs is called then, when nothing is kept. */
static struct {
	struct kernel kernel;
	void (*meanwhile)(void);
	pid_t pid;
} hook;

static int hooked_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	void (*meanwhile)(void) = take_ptr(hook.meanwhile);

	if (meanwhile)
		meanwhile();
	return real.k->open_procs(real.k, h, path, e);
}

static enum moved place_hooked(void (*meanwhile)(void), pid_t pid, const struct paths *p, struct err *e)
{
	struct mover *v;
	enum moved answer;

	hook.kernel = *real.k;
	hook.kernel.open_procs = hooked_open_procs;
	hook.meanwhile = meanwhile;
	hook.pid = pid;
	v = mover_new(&hook.kernel, &real.m);
	answer = mover_place(v, pid, start_of(pid), p->list, e);
	mover_free(v);
	return answer;
}

/* The process ends, and at once another one has its number; 0, or -errno where nobody may choose a number. */
static int recycled;

static void recycle(void)
{
	pid_t wanted = hook.pid;
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&wanted,
		.set_tid_size = 1,
	};
	long r;

	real_child_end(wanted);
	r = syscall(SYS_clone3, &args, sizeof(args));
	if (r == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	recycled = r < 0 ? -errno : 0;
}

static void a_recycled_pid_is_never_left_moved(void **state)
{
	struct paths web;
	struct err e = {0};
	pid_t pid;

	paths_make(&web, "web");
	pid = real_child();
	assert_int_equal(place_hooked(recycle, pid, &web, &e), MOVED_GONE);
	if (recycled < 0)
		skip();
	assert_at_home(pid);
	assert_non_null(strstr(e.text, "was put back to"));
	real_child_end(pid);
}

static void a_stranger_born_in_the_group_stays_where_its_parent_is(void **state)
{
	struct paths web;
	struct err e = {0};
	pid_t helper;
	int status = -1;

	paths_make(&web, "web");
	/* a member of the group that forks: all of the test goes on inside it */
	helper = fork();
	if (helper == 0) {
		pid_t pid;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned h = 0; h < real.m.n_hierarchies; h++)
			if (web.list[h] && real.k->write(real.k, &real.m.hierarchies[h], web.list[h], "cgroup.procs", "0",
							 NULL) < 0)
				_exit(1);
		pid = real_child();
		if (place_hooked(recycle, pid, &web, &e) != MOVED_GONE || e.code)
			_exit(2);
		if (!recycled && !is_at(pid, web.first, web.list[web.first]))
			_exit(3);
		real_child_end(pid);
		_exit(0);
	}
	waitpid(helper, &status, 0);
	assert_int_equal(status, 0);
}

static void only_end(void)
{
	real_child_end(hook.pid);
}

static void a_process_that_ends_while_it_is_moved_is_gone(void **state)
{
	struct paths web;
	struct err e = {0};

	paths_make(&web, "web");
	assert_int_equal(place_hooked(only_end, real_child(), &web, &e), MOVED_GONE);
	assert_int_equal(e.code, 0);
}

static void a_cgroup_that_was_made_anew_is_found_again(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "anew");
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, NULL), MOVED_OK);
	real_child_end(pid);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (web.list[h])
			cgroup_remove(h, web.list[h]);
	paths_make(&web, "anew");
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, NULL), MOVED_OK);
	assert_at(pid, &web);
	real_child_end(pid);
}

static void a_missing_cgroup_is_refused_in_words(void **state)
{
	struct paths web;
	struct err e = {0};
	char wanted[700];
	pid_t pid;

	paths_make(&web, "gone");
	for (unsigned h = 0; h < real.m.n_hierarchies; h++) {
		if (web.list[h])
			cgroup_remove(h, web.list[h]);
		if (h != web.first)
			web.list[h] = NULL;
	}
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, &e), MOVED_REFUSED);
	assert_int_equal(e.code, ENOENT);
	snprintf(wanted, sizeof(wanted), "pid %d (unit_mover): ", (int)pid);
	assert_int_equal(strncmp(e.text, wanted, strlen(wanted)), 0);
	snprintf(wanted, sizeof(wanted), ": %s: there is no such cgroup", web.text[web.first]);
	assert_non_null(strstr(e.text, wanted));
	assert_at_home(pid);
	real_child_end(pid);
}

static void a_refusal_in_one_hierarchy_does_not_stop_the_others(void **state)
{
	struct paths web;
	struct err e = {0};
	unsigned n = 0;
	pid_t pid;

	paths_make(&web, "web");
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		n += web.list[h] != NULL;
	if (n < 2)
		skip();
	web.list[web.first] = "/cgq-test-not-there";
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, &e), MOVED_PARTLY);
	assert_non_null(strstr(e.text, "/cgq-test-not-there: there is no such cgroup"));
	web.list[web.first] = NULL;
	assert_at(pid, &web);
	real_child_end(pid);
}

static void an_empty_cpuset_says_what_it_lacks(void **state)
{
	int h = machine_hierarchy(&real.m, CONTROLLER_CPUSET);
	const char *list[HIERARCHIES_MAX] = {NULL};
	struct err e = {0};
	char top[600], path[600];
	pid_t pid;

	if (!real.usable || h < 0 || real.m.hierarchies[h].version != 1)
		skip();
	cgroup_make((unsigned)h, "", top);
	cgroup_make((unsigned)h, "web", path);
	list[h] = path;
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), list, &e), MOVED_REFUSED);
	assert_int_equal(e.code, ENOSPC);
	assert_non_null(strstr(e.text, "the cpuset has no CPUs or no memory nodes"));
	real_child_end(pid);
}

static void who_goes_back_goes_as_near_as_can_be(void **state)
{
	const char *origins[HIERARCHIES_MAX] = {NULL};
	struct paths web, origin;
	auto_free char *deep = NULL;
	pid_t pid;

	paths_make(&web, "web");
	paths_make(&origin, "origin");
	deep = must_printf("%s/gone/deeper", origin.list[origin.first]);
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), web.list, NULL), MOVED_OK);
	origins[origin.first] = deep;
	assert_int_equal(mover_return(mover, pid, start_of(pid), origins, NULL), MOVED_OK);
	assert_true(is_at(pid, origin.first, origin.list[origin.first]));
	origins[origin.first] = "/cgq-test-never/was/there";
	assert_int_equal(mover_return(mover, pid, start_of(pid), origins, NULL), MOVED_OK);
	assert_true(is_at(pid, origin.first, "/"));
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (h != origin.first && web.list[h])
			assert_true(is_at(pid, h, web.list[h]));
	real_child_end(pid);
}

/* Answers every opening with a refusal, or with a descriptor that takes everything. */
static int refusal;
static unsigned opened;

static int fake_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	opened++;
	return refusal ? -refusal : open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static struct kernel fake = {.open_procs = fake_open_procs};
static const struct machine two = {
	.hierarchies = {
		{.version = 1, .controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT)},
		{.version = 2, .controllers = CONTROLLER_BIT(MEMORY)},
	},
	.n_hierarchies = 2,
};

static void every_refusal_of_the_kernel_is_explained(void **state)
{
	static const struct {
		int error;
		const char *v1, *v2;
	} rows[] = {
		{EINVAL, "realtime", "bound to its CPUs"},
		{ENOSPC, "the cpuset has no CPUs", "no CPUs that it may run on"},
		{EBUSY, "deadline", "controllers enabled for its children"},
		{EOPNOTSUPP, "threaded", "threaded"},
		{EAGAIN, "just now", "just now"},
		{EACCES, "not permitted", "not permitted"},
		{EROFS, "read-only", "read-only"},
		{ENODEV, "being removed", "being removed"},
		{EXDEV, "cross-device", "cross-device"},
	};
	struct mover *v = mover_new(&fake, &two);
	pid_t pid = real_child();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *both[HIERARCHIES_MAX] = {"/a", "/b"}, *second[HIERARCHIES_MAX] = {NULL, "/b\033"};
		struct err e = {0};

		refusal = rows[i].error;
		assert_int_equal(mover_place(v, pid, start_of(pid), both, &e), MOVED_REFUSED);
		assert_int_equal(e.code, rows[i].error);
		assert_non_null(strstr(e.text, ": cpu,cpuacct: /a: "));
		assert_non_null(strcasestr(e.text, rows[i].v1));
		assert_non_null(strstr(e.text, " (and 1 more"));
		assert_int_equal(mover_place(v, pid, start_of(pid), second, &e), MOVED_REFUSED);
		assert_non_null(strstr(e.text, ": unified: /b\\x1b: "));
		assert_non_null(strcasestr(e.text, rows[i].v2));
	}
	refusal = 0;
	real_child_end(pid);
	mover_free(v);
}

static unsigned descriptors(void)
{
	auto_dir DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	return n;
}

static void descriptors_are_kept_and_bounded(void **state)
{
	struct mover *v = mover_new(&fake, &two);
	unsigned before = descriptors();
	pid_t pid = real_child();
	uint64_t start = start_of(pid);

	opened = 0;
	for (int i = 0; i < 3; i++) {
		const char *list[HIERARCHIES_MAX] = {"/a", "/b"};

		assert_int_equal(mover_place(v, pid, start, list, NULL), MOVED_OK);
		assert_int_equal(opened, 2);
	}
	for (int i = 0; i < 1000; i++) {
		char path[32];
		const char *list[HIERARCHIES_MAX] = {path};

		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(mover_place(v, pid, start, list, NULL), MOVED_OK);
		assert_true(descriptors() <= before + 256);
	}
	mover_forget(v);
	assert_int_equal(descriptors(), before);
	real_child_end(pid);
	mover_free(v);
}

static void a_cgroup_is_emptied_even_of_headless_processes(void **state)
{
	struct paths from, to;
	pid_t pids[21];

	paths_make(&from, "from");
	paths_make(&to, "to");
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		/* one without its main thread is not found by its own cgroup file on v1 */
		pids[i] = i == 0 ? threads_start(true) : real_child();
		assert_int_equal(mover_place(mover, pids[i], start_of(pids[i]), from.list, NULL), MOVED_OK);
	}
	for (unsigned h = 0; h < real.m.n_hierarchies; h++) {
		char left[64] = "x";

		if (!from.list[h])
			continue;
		assert_int_equal(mover_evacuate(mover, h, from.list[h], to.list[h], NULL), 0);
		assert_int_equal(real.k->read(real.k, &real.m.hierarchies[h], from.list[h], "cgroup.procs", left,
					      sizeof(left), NULL),
				 0);
		assert_string_equal(left, "");
		assert_true(threads_at(pids[0], h, to.list[h]) >= 50);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		real_child_end(pids[i]);
}

/* Forks without end: every child ends at once. */
static pid_t storm_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		for (;;)
			if (fork() == 0)
				_exit(0);
	}
	return pid;
}

static void a_cgroup_is_emptied_of_who_forks_without_end(void **state)
{
	struct paths from, to;
	pid_t pid;

	paths_make(&from, "from");
	paths_make(&to, "to");
	pid = storm_start();
	assert_int_equal(mover_place(mover, pid, start_of(pid), from.list, NULL), MOVED_OK);
	assert_int_equal(mover_evacuate(mover, from.first, from.list[from.first], to.list[from.first], NULL), 0);
	assert_true(is_at(pid, from.first, to.list[from.first]));
	real_child_end(pid);
}

static void what_cannot_be_emptied_is_told(void **state)
{
	struct paths from;
	struct err e = {0};
	pid_t pid;

	paths_make(&from, "from");
	pid = real_child();
	assert_int_equal(mover_place(mover, pid, start_of(pid), from.list, NULL), MOVED_OK);
	assert_int_equal(mover_evacuate(mover, from.first, from.list[from.first], "/cgq-test-not-there", &e), -EBUSY);
	assert_non_null(strstr(e.text, "1 processes are left: pid "));
	assert_non_null(strstr(e.text, "there is no such cgroup"));
	real_child_end(pid);
	assert_int_equal(mover_evacuate(mover, from.first, "/cgq-test-not-there", "/", &e), 0);
}

static int setup(void **state)
{
	if (real_tree_init(&real) < 0)
		return -1;
	proc = proc_new(&real.m, NULL);
	mover = mover_new(real.k, &real.m);
	return 0;
}

static int teardown(void **state)
{
	mover_free(mover);
	mover_free(NULL);
	proc_free(proc);
	real_tree_done(&real);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_moves_whole_with_all_its_threads),
		cmocka_unit_test(a_child_born_after_the_move_is_born_there),
		cmocka_unit_test(a_process_that_is_not_the_one_meant_is_not_touched),
		cmocka_unit_test(a_process_that_is_gone_is_gone),
		cmocka_unit_test(a_recycled_pid_is_never_left_moved),
		cmocka_unit_test(a_stranger_born_in_the_group_stays_where_its_parent_is),
		cmocka_unit_test(a_process_that_ends_while_it_is_moved_is_gone),
		cmocka_unit_test(a_cgroup_that_was_made_anew_is_found_again),
		cmocka_unit_test(a_missing_cgroup_is_refused_in_words),
		cmocka_unit_test(a_refusal_in_one_hierarchy_does_not_stop_the_others),
		cmocka_unit_test(an_empty_cpuset_says_what_it_lacks),
		cmocka_unit_test(who_goes_back_goes_as_near_as_can_be),
		cmocka_unit_test(every_refusal_of_the_kernel_is_explained),
		cmocka_unit_test(descriptors_are_kept_and_bounded),
		cmocka_unit_test(a_cgroup_is_emptied_even_of_headless_processes),
		cmocka_unit_test(a_cgroup_is_emptied_of_who_forks_without_end),
		cmocka_unit_test(what_cannot_be_emptied_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
