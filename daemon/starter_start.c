/* A client's program is started: looked at, entered, forked; then its supervisor goes on with it. */
#include "starter_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/run.h>

#include "fd_message.h"
#include "process_title.h"
#include "starter_become.h"
#include "starter_program.h"
#include "starter_terminal.h"
#include "text.h"

static bool is_socket(int fd, int option, int wanted)
{
	int has = 0;
	socklen_t len = sizeof(has);

	return getsockopt(fd, SOL_SOCKET, option, &has, &len) == 0 && has == wanted;
}

static int files_check(const struct starter_order *o, const int *files, struct err *e)
{
	for (unsigned i = 0; i < START__DESCRIPTORS; i++)
		if ((i < START_CGROUP || o->cgroup) && files[i] < 0)
			return fail(e, EBADMSG, "descriptor %u of the client's is missing", i);
	if (!is_socket(files[START_TALK], SO_DOMAIN, AF_UNIX) || !is_socket(files[START_TALK], SO_TYPE, SOCK_SEQPACKET))
		return fail(e, EBADMSG, "the client is to be told by what is no socket for that");
	return 0;
}

/* While we still see the /proc that it is in. */
static int folder_find(struct program *p, struct err *e)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", p->files[START_FOLDER]);
	n = readlink(link, p->folder, sizeof(p->folder));
	if (n <= 0 || (size_t)n == sizeof(p->folder))
		return fail(e, n < 0 ? errno : ENAMETOOLONG, "its folder has no name");
	p->folder[n] = '\0';
	return 0;
}

/* Inherited by the child, which sees another /proc. */
static int oom_set(const struct program *p, struct err *e)
{
	auto_fd int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", p->caller.oom_score_adj) < 0)
		return fail(e, errno, "the caller's oom_score_adj: %s", strerror(errno));
	return 0;
}

/*
 * Whom the log of audit names for what the program does. Unset, as under systemd, it may be set by the process itself, to anybody;
 * once set it needs CAP_AUDIT_CONTROL. Inherited by the child.
 */
static int loginuid_set(const struct program *p, struct err *e)
{
	struct caller own = { 0 };
	auto_fd int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	int r = p->caller.has_loginuid ? caller_loginuid_read(proc, &own, e) : 0;

	if (r < 0 || !p->caller.has_loginuid || own.loginuid == p->caller.loginuid)
		return r;
	fd = openat(proc, "loginuid", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%u", p->caller.loginuid) < 0)
		return fail(e, errno, "the caller's loginuid, which audit names: %s", strerror(errno));
	return 0;
}

static int all_read(struct program *p, struct err *e)
{
	const struct starter_order *o = p->o;
	int r = files_check(o, p->files, e);

	if (r == 0)
		r = caller_read(o->caller, p->files[START_CALLER], o->uid, o->gid, &p->caller, e);
	if (r == 0 && o->bound)
		r = caller_cpus_read(o->caller, &p->caller, e);
	if (r == 0)
		r = program_text_read(p->files[START_TEXT], &p->text, e);
	if (r == 0)
		r = folder_find(p, e);
	if (r == 0)
		r = loginuid_set(p, e);
	return r == 0 ? oom_set(p, e) : r;
}

static int namespaces_enter(struct program *p, struct err *e)
{
	int fds[NAMESPACE__COUNT], r;

	enter_plan(p->o, &p->plan);
	p->has_init = p->plan.fresh & NAMESPACE_BIT(NAMESPACE_PID);
	r = enter_open(p->o, &p->plan, fds, e);
	if (r == 0)
		r = caller_is_there(p->files[START_CALLER], e);
	if (r == 0)
		r = enter_all(p->o, &p->plan, fds, &p->net, e);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (fds[kind] >= 0)
			close(fds[kind]);
	return r;
}

/* The client has the other end, and alone: when it dies, the program's terminal hangs up. */
static int terminal_give_away(struct program *p, struct err *e)
{
	const struct run_said said = { .kind = RUN_TERMINAL };
	int r;

	if (p->master < 0)
		return 0;
	r = fd_message_send(p->files[START_TALK], &said, sizeof(said), &p->master, 1, MSG_DONTWAIT);
	close(p->master);
	return r < 0 ? fail(e, -r, "the client cannot be given its terminal: %s", strerror(-r)) : 0;
}

static int pairs_make(struct program *p, struct err *e)
{
	const int on = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->said) < 0 || pipe2(p->execs, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    setsockopt(p->said[OURS], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return fail(e, errno, "%s", strerror(errno));
	return 0;
}

static int child_make(struct program *p, struct err *e)
{
	uint64_t flags = p->has_init ? namespace_flags(NAMESPACE_BIT(NAMESPACE_PID)) : 0;
	int pidfd = -1;

	p->child = starter_clone(flags, p->o->cgroup ? p->files[START_CGROUP] : -1, &pidfd);
	if (p->child == 0)
		program_run(p);
	if (p->child < 0)
		return fail(e, -p->child, "a process for it: %s", strerror(-p->child));
	close(pidfd); /* our own child: its number stays its own until we wait for it */
	setpgid(p->child, p->child);
	close(p->said[THEIRS]);
	close(p->execs[THEIRS]);
	return 0;
}

static int child_ready(const struct program *p, struct err *e)
{
	struct program_said said;

	if (recv(p->said[OURS], &said, sizeof(said), 0) != sizeof(said) || said.kind != PROGRAM_READY)
		return fail(e, ECHILD, "the process for it ended");
	said.text[sizeof(said.text) - 1] = '\0';
	return said.value < 0 ? fail(e, -said.value, "%s", said.text) : 0;
}

static int start_make(struct program *p, struct err *e)
{
	int r = all_read(p, e);

	if (r == 0)
		r = namespaces_enter(p, e);
	if (r == 0 && p->o->terminal)
		r = terminal_make(p->files[START_STDIN], p->caller.uid, &p->master, &p->terminal, e);
	if (r == 0)
		r = pairs_make(p, e);
	if (r == 0)
		r = child_make(p, e);
	if (r == 0)
		r = child_ready(p, e);
	if (r == 0)
		r = become_caller(&p->caller, e);
	/* What the client's socket says comes from the client's user: who holds the other end may ask the kernel who speaks. */
	return r == 0 ? terminal_give_away(p, e) : r;
}

void program_title(const struct program *p, const char *comm)
{
	const char *path = p->text.arguments ? p->text.arguments[0] : "", *slash = strrchr(path, '/');

	process_title(comm, "%s: %s", p->o->group, TEXT_ESCAPED(slash && slash[1] ? slash + 1 : path));
}

static void child_end(const struct program *p)
{
	if (p->child <= 0)
		return;
	kill(p->child, SIGKILL);
	while (waitpid(p->child, NULL, 0) < 0 && errno == EINTR)
		;
}

/* What is the client's is the child's now. */
static void files_leave(const struct program *p, int hand)
{
	close(hand);
	for (int i = 0; i < START__DESCRIPTORS; i++)
		if (i != START_TALK && p->files[i] >= 0)
			close(p->files[i]);
}

void start_run(const struct starter_order *o, int *files, int hand)
{
	static struct program p;
	struct err e = { 0 };
	bool go = false;
	int r;

	p = (struct program){ .o = o, .files = files, .master = -1, .terminal = -1 };
	signals_hold();
	setsid();
	process_title(RUN_COMM, "%s", o->group);
	r = start_make(&p, &e);
	hand_answer(hand, r, p.child, &p.net, &e);
	if (r < 0 || recv(hand, &go, sizeof(go), 0) != sizeof(go) || !go) {
		child_end(&p);
		_exit(0);
	}
	files_leave(&p, hand);
	send(p.said[OURS], &go, sizeof(go), MSG_NOSIGNAL);
	if (!p.has_init)
		terminal_give(p.terminal, p.child);
	program_title(&p, RUN_COMM);
	program_supervise(&p);
}
