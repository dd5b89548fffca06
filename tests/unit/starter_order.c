/* Laws of what the starter is told: no length is trusted, and which namespaces a start is in. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/run.h>

#include "proc_usage.h"
#include "starter_enter.h"
#include "starter_text.h"
#include "starter_wire.h"

#include <cmocka.h> /* last: it has a macro fail() */

/* --- arguments and environment ---------------------------------------------------------------------------------- */

#define TEXTS(literal) (literal), sizeof(literal) - 1

static size_t file_make(char *file, uint32_t n_arguments, uint32_t n_environment, uint32_t bytes, const char *texts, size_t len)
{
	const struct run_text head = {n_arguments, n_environment, bytes};

	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), texts, len);
	return sizeof(head) + len;
}

static void counts_and_bytes_that_disagree_are_refused(void **state)
{
	static const struct {
		uint32_t n_arguments, n_environment, bytes;
		const char *texts;
		size_t len;
		int error;
	} rows[] = {
		{0, 0, 0, TEXTS(""), EBADMSG},
		{1, 0, 0, TEXTS(""), EBADMSG},
		{0, 1, 2, TEXTS("a\0"), EBADMSG},
		{1, 0, 1, TEXTS("a"), EBADMSG},
		{1, 0, 3, TEXTS("a\0b"), EBADMSG},
		{2, 0, 2, TEXTS("a\0"), EBADMSG},
		{1, 0, 4, TEXTS("a\0b\0"), EBADMSG},
		{1, 0, 2, TEXTS("a\0b\0"), EBADMSG},
		{1, 0, 8, TEXTS("a\0"), EBADMSG},
		{UINT32_MAX, 3, 4, TEXTS("a\0b\0"), EBADMSG},
		{UINT32_MAX, UINT32_MAX, 2, TEXTS("a\0"), EBADMSG},
		{1, 0, UINT32_MAX, TEXTS("a\0"), E2BIG},
		{1, 0, RUN_TEXT_MAX_BYTES + 1, TEXTS("a\0"), E2BIG},
	};
	char file[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t size = file_make(file, rows[i].n_arguments, rows[i].n_environment, rows[i].bytes, rows[i].texts, rows[i].len);
		struct program_text t = {0};
		struct err e;
		int r = program_text_parse(file, size, &t, &e);

		if (r != -rows[i].error)
			fail_msg("row %zu: %d", i, r);
		program_text_done(&t);
	}
}

static void arguments_come_before_the_environment(void **state)
{
	char file[64];
	size_t size = file_make(file, 2, 1, 9, TEXTS("ls\0\0A=b x\0"));
	struct program_text t = {0};
	struct err e;

	size = file_make(file, 2, 1, (uint32_t)(size - sizeof(struct run_text)), TEXTS("ls\0\0A=b x\0"));
	assert_int_equal(program_text_parse(file, size, &t, &e), 0);
	assert_string_equal(t.arguments[0], "ls");
	assert_string_equal(t.arguments[1], "");
	assert_null(t.arguments[2]);
	assert_string_equal(t.environment[0], "A=b x");
	assert_null(t.environment[1]);
	program_text_done(&t);
}

static void a_file_that_may_still_change_is_not_read(void **state)
{
	auto_fd int memfd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING), plain = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	char file[64];
	size_t size = file_make(file, 1, 0, 2, TEXTS("a\0"));
	struct program_text t = {0};
	struct err e;

	assert_int_equal(write(memfd, file, size), size);
	assert_int_equal(program_text_read(memfd, &t, &e), -EPERM);
	assert_int_equal(program_text_read(plain, &t, &e), -EPERM);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_int_equal(program_text_read(memfd, &t, &e), 0);
	program_text_done(&t);
}

/* --- orders ----------------------------------------------------------------------------------------------------- */

static struct starter_order order_good(void)
{
	struct starter_order o = {.kind = STARTER_START, .keeper = {5, 77}};

	o.modes[NAMESPACE_NET] = NAMESPACE_GROUP;
	return o;
}

static void unended(struct starter_order *o) { memset(o->group, 'a', sizeof(o->group)); }
static void unended_path(struct starter_order *o) { memset(o->paths[NAMESPACE_MOUNT], '/', sizeof(o->paths[0])); }
static void unended_interface(struct starter_order *o) { memset(o->interface, 'a', sizeof(o->interface)); }
static void name_up(struct starter_order *o) { strcpy(o->name, ".."); }
static void name_path(struct starter_order *o) { strcpy(o->name, "../../etc/x"); }
static void link_path(struct starter_order *o) { strcpy(o->link, "a/b"); }
static void no_kind(struct starter_order *o) { o->kind = 77; }
static void kind_0(struct starter_order *o) { o->kind = 0; }
static void mode_unknown(struct starter_order *o) { o->modes[NAMESPACE_UTS] = 9; }
static void kinds_unknown(struct starter_order *o) { o->kinds = NAMESPACE_BIT(NAMESPACE__COUNT); }
static void path_relative(struct starter_order *o) { o->modes[NAMESPACE_UTS] = NAMESPACE_PATH; strcpy(o->paths[NAMESPACE_UTS], "x"); }
static void no_keeper(struct starter_order *o) { o->keeper.pid = 0; }
static void many_addresses(struct starter_order *o) { o->has_net = true; o->net.n_addresses = NET_ADDRESSES_MAX + 1; }
static void many_gateways(struct starter_order *o) { o->has_net = true; o->net.n_gateways = 3; }

static void an_order_that_is_not_whole_is_refused(void **state)
{
	static void (*const spoil[])(struct starter_order *) = {
		unended, unended_path, unended_interface, name_up, name_path, link_path, no_kind, kind_0, mode_unknown,
		kinds_unknown, path_relative, no_keeper, many_addresses, many_gateways,
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(spoil); i++) {
		struct starter_order o = order_good();

		assert_int_equal(starter_order_check(&o, &e), 0);
		spoil[i](&o);
		if (starter_order_check(&o, &e) != -EBADMSG)
			fail_msg("row %zu", i);
	}
}

static void a_pointer_that_came_over_the_socket_is_never_followed(void **state)
{
	struct starter_order o = order_good();
	struct err e;

	o.has_net = true;
	o.net.interface = (const char *)8;
	strcpy(o.interface, "eth0");
	assert_int_equal(starter_order_check(&o, &e), 0);
	assert_ptr_equal(o.net.interface, o.interface);
}

/* --- where a start is ------------------------------------------------------------------------------------------- */

static void a_start_is_in_what_its_group_says(void **state)
{
	enum { H = NAMESPACE_HOST, G = NAMESPACE_GROUP, N = NAMESPACE_NEW, P = NAMESPACE_PATH };
	static const struct {
		uint32_t net, pid, mount;
		pid_t like;
		enum enter_from from_net, from_pid, from_mount;
		bool fresh_mount, proc, sysfs, elsewhere;
	} rows[] = {
		{H, H, H, 0, FROM_CALLER, FROM_CALLER, FROM_CALLER, 0, 0, 0, 0},
		{G, H, H, 0, FROM_KEEPER, FROM_CALLER, FROM_CALLER, 0, 0, 0, 0},
		{G, H, G, 0, FROM_KEEPER, FROM_CALLER, FROM_KEEPER, 0, 0, 0, 1},
		{G, G, H, 0, FROM_KEEPER, FROM_KEEPER, FROM_KEEPER, 0, 0, 0, 1}, /* with the keeper's /proc */
		{G, G, N, 0, FROM_KEEPER, FROM_KEEPER, FROM_KEEPER, 1, 0, 1, 1},
		{H, G, P, 0, FROM_CALLER, FROM_KEEPER, FROM_PATH, 1, 1, 0, 1},
		{H, N, H, 0, FROM_CALLER, FROM_CALLER, FROM_CALLER, 1, 1, 0, 1},
		{N, N, H, 0, FROM_CALLER, FROM_CALLER, FROM_CALLER, 1, 1, 1, 1},
		{G, N, G, 0, FROM_KEEPER, FROM_CALLER, FROM_KEEPER, 1, 1, 1, 1}, /* never a /proc in what others see */
		{H, P, H, 0, FROM_CALLER, FROM_PATH, FROM_CALLER, 1, 1, 0, 1},
		{H, P, G, 0, FROM_CALLER, FROM_PATH, FROM_KEEPER, 1, 1, 0, 1},
		{H, H, P, 0, FROM_CALLER, FROM_CALLER, FROM_PATH, 0, 0, 0, 1},
		{N, N, N, 9, FROM_LIKE, FROM_LIKE, FROM_LIKE, 0, 0, 0, 1},
		{H, N, H, 9, FROM_CALLER, FROM_LIKE, FROM_LIKE, 0, 0, 0, 1},
		{G, H, H, 9, FROM_LIKE, FROM_CALLER, FROM_CALLER, 0, 0, 0, 0},
		{H, G, P, 9, FROM_CALLER, FROM_LIKE, FROM_LIKE, 0, 0, 0, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct starter_order o = {.keeper = {5, 77}, .like.pid = rows[i].like};
		struct enter plan;

		o.modes[NAMESPACE_NET] = rows[i].net;
		o.modes[NAMESPACE_PID] = rows[i].pid;
		o.modes[NAMESPACE_MOUNT] = rows[i].mount;
		enter_plan(&o, &plan);
		if (plan.from[NAMESPACE_NET] != rows[i].from_net || plan.from[NAMESPACE_PID] != rows[i].from_pid ||
		    plan.from[NAMESPACE_MOUNT] != rows[i].from_mount || plan.proc != rows[i].proc ||
		    plan.sysfs != rows[i].sysfs || plan.elsewhere != rows[i].elsewhere ||
		    !(plan.fresh & NAMESPACE_BIT(NAMESPACE_MOUNT)) == rows[i].fresh_mount)
			fail_msg("row %zu", i);
	}
}

/* A user who has a user namespace of his own is root in what he makes with it. */
static pid_t unshared_child(int *ret_talk)
{
	int talk[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		byte = unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0;
		send(talk[1], &byte, 1, 0);
		pause();
		_exit(0);
	}
	close(talk[1]);
	assert_int_equal(recv(talk[0], &byte, 1, 0), 1);
	assert_int_equal(byte, 1);
	*ret_talk = talk[0];
	return pid;
}

static void is_own(int fd, const char *file)
{
	struct stat entered, own;

	assert_int_equal(fstat(fd, &entered), 0);
	assert_int_equal(stat(file, &own), 0);
	assert_int_equal(entered.st_ino, own.st_ino);
}

static int opened(const struct starter_order *o, int fds[NAMESPACE__COUNT], struct err *e)
{
	struct enter plan;
	int r;

	enter_plan(o, &plan);
	r = enter_open(o, &plan, fds, e);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (r < 0 && fds[kind] >= 0)
			close(fds[kind]);
	return r;
}

static void what_a_caller_makes_after_it_was_looked_at_is_not_entered(void **state)
{
	struct starter_order o = {.kind = STARTER_START};
	int talk, fds[NAMESPACE__COUNT], status;
	struct err e;

	o.caller = unshared_child(&talk);
	for (unsigned kind = NAMESPACE_IPC; kind <= NAMESPACE_UTS; kind++)
		assert_int_equal(namespace_open(&(struct process_id){o.caller, 0}, kind, &e), -EPERM);
	assert_int_equal(opened(&o, fds, &e), -EPERM);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		o.modes[kind] = NAMESPACE_GROUP;
	o.modes[NAMESPACE_MOUNT] = NAMESPACE_HOST;
	o.modes[NAMESPACE_PID] = NAMESPACE_HOST;
	o.keeper.pid = getpid();
	assert_int_equal(opened(&o, fds, &e), 0);
	is_own(fds[NAMESPACE_MOUNT], "/proc/self/ns/mnt");
	is_own(fds[NAMESPACE_PID], "/proc/self/ns/pid");
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		close(fds[kind]);
	kill(o.caller, SIGKILL);
	waitpid(o.caller, &status, 0);
	close(talk);
}

static void a_number_that_is_another_process_is_not_entered(void **state)
{
	struct process_id self = {.pid = getpid(), .start_ticks = 1};
	struct proc_usage seen;
	struct err e;
	int fd;

	assert_int_equal(namespace_open(&self, NAMESPACE_NET, &e), -ESRCH);
	assert_int_equal(proc_usage_read(self.pid, &seen), 0);
	self.start_ticks = seen.start_ticks;
	fd = namespace_open(&self, NAMESPACE_NET, &e);
	assert_true(fd >= 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_and_bytes_that_disagree_are_refused),
		cmocka_unit_test(arguments_come_before_the_environment),
		cmocka_unit_test(a_file_that_may_still_change_is_not_read),
		cmocka_unit_test(an_order_that_is_not_whole_is_refused),
		cmocka_unit_test(a_pointer_that_came_over_the_socket_is_never_followed),
		cmocka_unit_test(a_start_is_in_what_its_group_says),
		cmocka_unit_test(what_a_caller_makes_after_it_was_looked_at_is_not_entered),
		cmocka_unit_test(a_number_that_is_another_process_is_not_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
