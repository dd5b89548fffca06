/* What the source of one CPU is told: programs that rules name, where they start, whatever else is told elsewhere. */
#include "ear.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include "bpf/exec_record.h"
#include "exec_source.h"
#include "proc.h"
#include "task_facts.h"

static unsigned cpus[2]; /* the first and the last that we may use */

static void cpus_find(void)
{
	cpu_set_t set;
	bool any = false;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		cpus[1] = i;
		cpus[0] = any ? cpus[0] : i;
		any = true;
	}
	assert_true(cpus[0] != cpus[1]);
}

static void go_to(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		_exit(126);
}

static void runs_file(struct ear *ear)
{
	go_to(cpus[0]);
	execl(path_in(ear, "efile"), "x", (char *)NULL);
}

static void runs_file_elsewhere(struct ear *ear)
{
	go_to(cpus[1]);
	execl(path_in(ear, "efile"), "x", (char *)NULL);
}

static void runs_true(struct ear *ear)
{
	go_to(cpus[0]);
	execl("/bin/true", "true", (char *)NULL);
}

/* One CPU's source, and what it told. */
struct source_ear {
	struct exec_source *source;
	struct proc_event_told heard[1000];
	size_t n;
};

static void take(void *ctx, const struct proc_event_told *ev)
{
	struct source_ear *s = ctx;

	assert_int_equal(ev->kind, EVENT_EXEC);
	assert_true(ev->at_ns > 0);
	assert_true(s->n < ARRAY_SIZE(s->heard));
	s->heard[s->n++] = *ev;
}

static void listen_to(struct source_ear *s)
{
	assert_int_equal(exec_source_read(s->source, take, s), 0);
}

static size_t times(const struct source_ear *s, pid_t pid)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->heard[i].pid == pid;
	return n;
}

static void open_both(struct ear *ear, enum exec_source_kind kind, struct source_ear ret[2])
{
	struct err e = {0};

	memset(ret, 0, 2 * sizeof(*ret));
	cpus_find();
	for (unsigned i = 0; i < 2; i++) {
		ret[i].source = exec_source_new(kind, ear->filter, cpus[i], &e);
		if (!ret[i].source)
			FAIL("%s", e.text);
		listen_to(&ret[i]); /* what came before the filter */
		ret[i].n = 0;
	}
}

static void close_both(struct source_ear sources[2])
{
	exec_source_free(sources[0].source);
	exec_source_free(sources[1].source);
}

static void told_of_what_rules_name_on_that_cpu(struct ear *ear, enum exec_source_kind kind)
{
	static struct wanted_name name[] = {{"efile", WANT_AT_EXEC}};
	const struct event_wants names = {.any = true, .names = name, .n_names = 1},
				 globs = {.any = true, .names = name, .n_names = 1, .every_exec = true, .every_fork = true};
	const struct {
		const char *what;
		const struct event_wants *wants;
		bool everything; /* a full look goes on */
		void (*runs)(struct ear *ear);
		size_t here, elsewhere;
	} rows[] = {
		{"a name, on another CPU", &names, false, runs_file_elsewhere, 0, 1},
		{"another name", &names, false, runs_true, 0, 0},
		{"another name, while everything is told", &names, true, runs_true, 0, 0},
		{"another name, where globs ask for every program", &globs, false, runs_true, 0, 0},
		{"a name", &names, false, runs_file, 1, 0},
		{"a name, while everything is told", &names, true, runs_file, 1, 0},
		{"a name, where globs ask for every program", &globs, false, runs_file, 1, 0},
	};
	struct source_ear both[2];

	open_both(ear, kind, both);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		pid_t pid;

		want(ear, rows[i].wants);
		if (rows[i].everything)
			event_filter_begin(ear->filter);
		pid = ran(ear, rows[i].runs);
		listen_to(&both[0]);
		listen_to(&both[1]);
		if (times(&both[0], pid) != rows[i].here || times(&both[1], pid) != rows[i].elsewhere)
			FAIL("%s: told %zu and %zu times", rows[i].what, times(&both[0], pid), times(&both[1], pid));
	}
	close_both(both);
}

static void a_socket_is_told_of_what_rules_name_on_its_cpu(void **state)
{
	told_of_what_rules_name_on_that_cpu(*state, EXEC_SOCKET);
}

static void a_ring_is_told_of_what_rules_name_on_its_cpu(void **state)
{
	told_of_what_rules_name_on_that_cpu(*state, EXEC_RING);
}

static void want_efile(struct ear *ear)
{
	static struct wanted_name name[] = {{"efile", WANT_AT_EXEC}};

	want(ear, &(struct event_wants){.any = true, .names = name, .n_names = 1});
}

/* As the kernel would tell that pid 1 had called exec, from a program of a wanted name. */
static void forges(struct ear *ear)
{
	struct {
		struct nlmsghdr head;
		char rest[sizeof(struct cn_msg) + sizeof(struct proc_event)];
	} m = {.head = {.nlmsg_len = sizeof(m.head) + sizeof(m.rest), .nlmsg_type = NLMSG_DONE}};
	struct cn_msg cn = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(struct proc_event)};
	struct proc_event ev = {.what = PROC_EVENT_EXEC, .event_data.exec = {.process_pid = 1, .process_tgid = 1}};
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	memcpy(m.rest, &cn, sizeof(cn));
	memcpy(m.rest + sizeof(cn), &ev, sizeof(ev));
	go_to(cpus[0]);
	_exit(sendto(fd, &m, sizeof(m), 0, (struct sockaddr *)&to, sizeof(to)) < 0);
}

static void an_exec_that_somebody_else_tells_of_is_not_in_a_ring(void **state)
{
	static struct wanted_name name[] = {{"unit_event_filt", WANT_AT_EXEC}};
	struct ear *ear = *state;
	struct source_ear both[2];

	open_both(ear, EXEC_RING, both);
	want(ear, &(struct event_wants){.any = true, .names = name, .n_names = 1});
	ran(ear, forges);
	listen_to(&both[0]);
	assert_int_equal(times(&both[0], 1), 0);
	assert_true(events_forged(ear->events) > 0); /* it was sent, and heard */
	close_both(both);
}

/* Cheaper than a fork of us, n times on the first CPU. Answers the last one's pid. */
static pid_t runs_file_times(struct ear *ear, unsigned n)
{
	char *const args[] = {path_in(ear, "efile"), NULL};
	cpu_set_t before;
	pid_t pid = 0;
	int status;

	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	go_to(cpus[0]);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(posix_spawn(&pid, args[0], NULL, NULL, args, environ), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	return pid;
}

static void what_a_ring_has_no_room_for_the_socket_has(void **state)
{
	const unsigned n = 1000; /* of some 700 that it holds */
	struct ear *ear = *state;
	struct source_ear both[2];
	pid_t last;

	open_both(ear, EXEC_RING, both);
	want_efile(ear);
	last = runs_file_times(ear, n);
	/* what the rest of a busy machine does is told too, where it was told of before the rules were */
	do
		listen_on(ear);
	while (events_are_left(ear->events));
	assert_told(ear, last, "X-");
	for (unsigned i = 0; i < 20; i++)
		listen_to(&both[0]);
	assert_true(both[0].n > 100 && both[0].n < n);
	/* and goes on with what comes later */
	last = ran(ear, runs_file);
	listen_to(&both[0]);
	assert_int_equal(times(&both[0], last), 1);
	close_both(both);
}

static void a_ring_that_is_gone_is_told_nothing_and_another_takes_its_place(void **state)
{
	struct ear *ear = *state;
	struct source_ear both[2];
	pid_t pid;

	open_both(ear, EXEC_RING, both);
	close_both(both);
	want_efile(ear);
	pid = ran(ear, runs_file);
	assert_told(ear, pid, "X-");
	open_both(ear, EXEC_RING, both);
	pid = ran(ear, runs_file);
	listen_to(&both[0]);
	assert_int_equal(times(&both[0], pid), 1);
	close_both(both);
}

static void runs_sleep(struct ear *ear)
{
	go_to(cpus[0]);
	execl(path_in(ear, "esleep"), "esleep", "60", (char *)NULL);
}

static const struct proc_event_told *exec_of(struct source_ear *s, pid_t pid)
{
	const struct timespec moment = {.tv_nsec = 20000000};

	for (unsigned tries = 0; tries < 250; tries++) {
		listen_to(s);
		for (size_t i = 0; i < s->n; i++)
			if (s->heard[i].pid == pid)
				return &s->heard[i];
		nanosleep(&moment, NULL);
	}
	FAIL("the exec is not told");
	return NULL;
}

static void assert_says_what_proc_says(const struct exec_record *r, pid_t pid)
{
	const struct machine nothing = {0};
	struct proc *proc = proc_new(&nothing, NULL);
	struct proc_facts said, f = {.pid = pid};

	for (enum fact what = FACT_STAT; what <= FACT_FILE; what++)
		assert_int_equal(proc_read(proc, &f, what), 0);
	task_facts_take(&r->task, &said);
	assert_int_equal(said.pid, f.pid);
	assert_int_equal(said.ppid, f.ppid);
	assert_int_equal(said.start_ticks, f.start_ticks);
	assert_string_equal(said.comm, "esleep");
	assert_int_equal(said.uid, f.uid);
	assert_int_equal(said.gid, f.gid);
	assert_false(said.exiting);
	assert_int_equal(said.nested_pid_namespace, f.nested_pid_namespace);
	if (said.known & FACT_BIT(FACT_FILE))
		assert_true(said.exe_dev == f.exe_dev && said.exe_ino == f.exe_ino);
	if (said.known & FACT_BIT(FACT_EXE))
		assert_string_equal(said.exe_name, f.exe_name);
	proc_facts_done(&said);
	proc_facts_done(&f);
	proc_free(proc);
}

static bool has_hierarchy(const struct exec_record *r, uint64_t number)
{
	for (unsigned i = 0; i < r->task.n_cgroups; i++)
		if (r->task.cgroups[i].hierarchy == number)
			return true;
	return false;
}

/* Of v2 there is no line where it is mounted nowhere. */
static void assert_has_each_cgroup_of(const struct exec_record *r, pid_t pid)
{
	char path[64], line[4096];
	FILE *f;
	unsigned lines = 0;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f); lines++) {
		uint64_t number;

		*strchr(line, ':') = '\0';
		assert_int_equal(text_u64(line, &number), 0);
		assert_true(has_hierarchy(r, number));
	}
	fclose(f);
	assert_in_range(r->task.n_cgroups, lines, lines + 1);
}

/* Known by its inode where the kernel has one for it. */
static void assert_is_held_by(const struct exec_record *r, int held)
{
	struct stat st;

	assert_true(held >= 0 && fstat(held, &st) == 0);
	if (r->task.pid_ino != 0)
		assert_true(st.st_ino == r->task.pid_ino);
	close(held);
}

static void what_starts_records_itself(struct ear *ear, enum exec_source_kind kind)
{
	static struct wanted_name name[] = {{"esleep", WANT_AT_EXEC}};
	const struct proc_event_told *told;
	struct source_ear both[2];
	struct exec_record r;
	pid_t pid;

	copy_program(ear, "/bin/sleep", "esleep");
	open_both(ear, kind, both);
	want(ear, &(struct event_wants){.any = true, .names = name, .n_names = 1});
	pid = child_runs(ear, runs_sleep);
	told = exec_of(&both[0], pid);
	assert_true(event_filter_exec(ear->filter, cpus[0], pid, told->at_ns, &r));
	assert_says_what_proc_says(&r, pid);
	assert_has_each_cgroup_of(&r, pid);
	assert_is_held_by(&r, pidfd_open(pid, 0));
	assert_false(event_filter_exec(ear->filter, cpus[0], pid, told->at_ns + 1, &r));
	assert_false(event_filter_exec(ear->filter, cpus[1], pid, told->at_ns, &r));
	assert_false(event_filter_exec(ear->filter, cpus[0], pid + EXEC_SLOTS, told->at_ns, &r));
	assert_false(event_filter_exec(ear->filter, cpus[1] + 1, pid, told->at_ns, &r)); /* of which there are none */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close_both(both);
}

static void what_starts_records_itself_before_a_socket_tells_of_it(void **state)
{
	what_starts_records_itself(*state, EXEC_SOCKET);
}

static void what_starts_records_itself_before_a_ring_tells_of_it(void **state)
{
	what_starts_records_itself(*state, EXEC_RING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LAW(name) cmocka_unit_test_setup_teardown(name, ear_open, ear_close)
		LAW(a_socket_is_told_of_what_rules_name_on_its_cpu),
		LAW(a_ring_is_told_of_what_rules_name_on_its_cpu),
		LAW(an_exec_that_somebody_else_tells_of_is_not_in_a_ring),
		LAW(what_a_ring_has_no_room_for_the_socket_has),
		LAW(a_ring_that_is_gone_is_told_nothing_and_another_takes_its_place),
		LAW(what_starts_records_itself_before_a_socket_tells_of_it),
		LAW(what_starts_records_itself_before_a_ring_tells_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
