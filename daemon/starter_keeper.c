/*
 * The keeper of a group's namespaces. With a pid namespace it is that one's init: it reaps, and the kernel keeps signals from inside off
 * it. It lets go by SIGTERM, once nobody else is in its namespaces: with it they would lose their init, name and link.
 */
#include "starter_hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "netns.h"
#include "process_title.h"
#include "starter_caps.h"
#include "starter_mounts.h"
#include "text.h"
#include "threads.h"

/* Between two looks whether they are still needed. */
#define LOOK_MS_FIRST 20
#define LOOK_MS_LAST  1000

struct keeper {
	uint32_t kinds;
	bool letting_go;
	struct stat own[NAMESPACE__COUNT];
};

static bool has(const struct keeper *k, enum namespace_kind kind)
{
	return k->kinds & NAMESPACE_BIT(kind);
}

static int mounts_make(const struct keeper *k, struct err *e)
{
	int r = has(k, NAMESPACE_MOUNT) ? mounts_private(e) : 0;

	if (r == 0 && has(k, NAMESPACE_PID))
		r = mounts_proc(e);
	if (r == 0 && has(k, NAMESPACE_PID))
		r = mounts_terminals(e);
	if (r == 0 && has(k, NAMESPACE_MOUNT) && has(k, NAMESPACE_NET))
		r = mounts_sysfs(e);
	return r;
}

static int insides_make(const struct keeper *k, const struct starter_order *o, struct err *e)
{
	int r = has(k, NAMESPACE_NET) ? netns_loopback_up(e) : 0;

	if (r == 0 && has(k, NAMESPACE_UTS) && sethostname(o->hostname, strlen(o->hostname)) < 0)
		r = fail(e, errno, "the host name '%s': %s", o->hostname, strerror(errno));
	return r == 0 ? mounts_make(k, e) : r;
}

static int namespaces_remember(struct keeper *k, struct err *e)
{
	char path[32];

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_file(kind));
		if (has(k, kind) && stat(path, &k->own[kind]) < 0)
			return fail(e, errno, "%s: %s", path, strerror(errno));
	}
	return 0;
}

/* Of a thread that may be gone: then it is in none. */
static bool is_inside(void *ctx, const char *folder)
{
	const struct keeper *k = ctx;
	char path[80];
	struct stat st;

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		snprintf(path, sizeof(path), "%s/ns/%s", folder, namespace_file(kind));
		if (has(k, kind) && stat(path, &st) == 0 && st.st_ino == k->own[kind].st_ino &&
		    st.st_dev == k->own[kind].st_dev)
			return true;
	}
	return false;
}

/* Whom an init could signal is in its namespace. Who is root in there may have mounted anything at /proc. */
static bool is_anybody_below(void)
{
	return kill(-1, 0) == 0 || errno != ESRCH;
}

/* Where /proc cannot be read, nobody is let down. */
static bool is_anybody_near(struct keeper *k)
{
	auto_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	uint64_t pid, self = (uint64_t)getpid();

	if (!dir)
		return true;
	while ((entry = readdir(dir)))
		if (text_u64(entry->d_name, &pid) == 0 && pid != self && threads_any(entry->d_name, is_inside, k))
			return true;
	return false;
}

static bool is_anybody_inside(struct keeper *k)
{
	return has(k, NAMESPACE_PID) ? is_anybody_below() : is_anybody_near(k);
}

static sigset_t signals_awaited(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	return set;
}

/* Who is inside a pid namespace of ours may not end it for the others: from outside there is no pid to tell. */
static bool is_from_outside(const struct keeper *k, const siginfo_t *info)
{
	return !has(k, NAMESPACE_PID) || info->si_pid == 0;
}

static void wait_ms(unsigned ms, struct keeper *k)
{
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	sigset_t awaited = signals_awaited();
	siginfo_t info;
	int signal = k->letting_go ? sigtimedwait(&awaited, &info, &limit) : sigwaitinfo(&awaited, &info);

	if (signal == SIGTERM && is_from_outside(k, &info))
		k->letting_go = true;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static _Noreturn void keep(struct keeper *k)
{
	unsigned ms = LOOK_MS_FIRST;

	while (!k->letting_go || is_anybody_inside(k)) {
		wait_ms(ms, k);
		if (k->letting_go && ms < LOOK_MS_LAST)
			ms *= 2;
	}
	_exit(0);
}

/* Blocked, they wait to be taken, even by an init, for which the kernel drops what has no handler. */
static void signals_block(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGCHLD, SIG_DFL);
}

/* A look at the namespaces of other users' processes; within a pid namespace of ours there is nothing to look at. */
static uint64_t caps_needed(const struct keeper *k)
{
	return has(k, NAMESPACE_PID) ? 0 : CAP_BIT(CAP_SYS_PTRACE);
}

void keeper_run(const struct starter_order *o, int ready)
{
	struct keeper k = { .kinds = namespace_kinds_whole(o->kinds) };
	struct err e = { 0 };
	char go;
	int r;

	signals_block();
	setsid();
	process_title(KEEPER_COMM, "%s", o->group);
	descriptors_keep(ready, -1);
	r = insides_make(&k, o, &e);
	if (r == 0)
		r = namespaces_remember(&k, &e);
	if (r == 0)
		r = chdir("/") < 0 ? fail(&e, errno, "/: %s", strerror(errno)) : 0;
	if (r == 0)
		r = caps_bound(caps_needed(&k), &e);
	if (r == 0)
		r = caps_keep_only(caps_needed(&k), &e);
	hand_answer(ready, r, 0, NULL, &e);
	if (r < 0 || recv(ready, &go, sizeof(go), 0) != sizeof(go))
		_exit(1);
	close(ready);
	keep(&k);
}
