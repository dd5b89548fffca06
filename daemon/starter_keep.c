/* A keeper is made: a process in new namespaces, then their name. Undone whole where anything fails, also cgqd. */
#include "starter_hand.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "netns.h"

/* What it says of itself, once. */
static int keeper_ready(int ready, struct err *e)
{
	struct hand_answer said;
	ssize_t n = recv(ready, &said, sizeof(said), 0);

	if (n != sizeof(said))
		return fail(e, ECHILD, "the process that was to keep them ended");
	said.text[sizeof(said.text) - 1] = '\0';
	return said.error < 0 ? fail(e, -said.error, "%s", said.text) : 0;
}

/* From here on it does not end with us. */
static int keeper_let_live(int ready, struct err *e)
{
	const char go = 1;

	if (send(ready, &go, sizeof(go), MSG_NOSIGNAL) < 0)
		return fail(e, errno, "the process that keeps them ended");
	return 0;
}

static int name_give(const struct starter_order *o, pid_t keeper, struct err *e)
{
	auto_fd int netns = -1;

	if (!(o->kinds & NAMESPACE_BIT(NAMESPACE_NET)) || !o->name[0] || o->network)
		return 0;
	netns = namespace_open(&(struct process_id){ .pid = keeper }, NAMESPACE_NET, e);
	return netns < 0 ? netns : netns_name_give(o->name, netns, e);
}

/* The hand enters it, and whom it forks is born there. */
static int network_enter(const struct starter_order *o, struct err *e)
{
	auto_free char *path = must_printf("/run/netns/%s", o->name);
	auto_fd int fd = namespace_open_path(path, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || st.st_ino != o->network)
		return fail(e, ENOENT, "%s leads to another network than the group's", path);
	return setns(fd, CLONE_NEWNET) < 0 ? fail(e, errno, "%s: %s", path, strerror(errno)) : 0;
}

/* It has ended when this returns, and its namespaces with it. */
static void keeper_end(pid_t keeper)
{
	kill(keeper, SIGKILL);
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
}

/* ENOSPC says nothing to whoever does not know that there is such a bound. */
static int clone_refused(int error, struct err *e)
{
	if (error == -ENOSPC)
		return fail(e, ENOSPC, "more namespaces than /proc/sys/user/max_*_namespaces allows");
	return fail(e, -error, "new namespaces: %s", strerror(-error));
}

/* cgqd has written down that there is one; until then nobody would find it again. It may have ended meanwhile, or cgqd. */
static bool is_written_down(int hand)
{
	bool go = false;

	return recv(hand, &go, sizeof(go), 0) == sizeof(go) && go;
}

/* Answers once all is there, and lets it live once it may. */
static int keeper_settle(const struct starter_order *o, pid_t keeper, int ready, int hand, struct err *e)
{
	int r = keeper_ready(ready, e);

	if (r == 0)
		r = name_give(o, keeper, e);
	if (r < 0)
		return r;
	hand_answer(hand, 0, keeper, NULL, e);
	if (is_written_down(hand) && keeper_let_live(ready, e) == 0)
		return 0;
	if (o->name[0] && !o->network)
		netns_name_take(o->name, NULL);
	keeper_end(keeper);
	return 0; /* nobody is left to be told */
}

int keep_make(const struct starter_order *o, int hand, struct err *e)
{
	uint32_t kinds = namespace_kinds_whole(o->kinds) & ~(o->network ? NAMESPACE_BIT(NAMESPACE_NET) : 0);
	int r = namespaces_exist(kinds, e), pidfd = -1, pair[2];
	pid_t keeper;

	if (r == 0 && o->network)
		r = network_enter(o, e);
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(e, errno, "%s", strerror(errno));
	keeper = starter_clone(namespace_flags(kinds), -1, &pidfd);
	if (keeper == 0)
		keeper_run(o, pair[1]);
	close(pair[1]);
	r = keeper < 0 ? clone_refused((int)keeper, e) : keeper_settle(o, keeper, pair[0], hand, e);
	close(pair[0]);
	if (keeper > 0 && r < 0)
		keeper_end(keeper);
	if (pidfd >= 0)
		close(pidfd);
	return r;
}
