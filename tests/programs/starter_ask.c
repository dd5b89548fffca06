/*
 * Drives a starter, as cgqd and a client together. Each call has a starter of its own, which ends with it.
 *   starter_ask keep|abandon NAME HOSTNAME "net pid"       prints the keeper's pid; abandon: its starter ends before it may live on
 *   starter_ask forget NAME LINK, or net PID-OR-PATH LINK
 *   starter_ask run [OPTION]… -- COMMAND…                  ends with its exit status
 *   starter_ask cycles N NAME "net pid" [COMMAND…]         keeps, runs, forgets; prints the time, and how many descriptors stay
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <systemd/sd-event.h>

#include <cgq/auto.h>
#include <cgq/memory.h>
#include <cgq/run.h>

#include "fd_message.h"
#include "helper.h"
#include "program.h"
#include "run_exec.h"
#include "run_talk.h"
#include "run_text.h"
#include "run_terminal.h"
#include "starter.h"
#include "starter_client.h"


struct asking {
	sd_event *event;
	struct helpers helpers;
	struct starter *starter;
	int error;
	pid_t pid;
	char text[512];
};

/* Of run. */
struct wishes {
	struct starter_start start;
	struct namespaces namespaces;
	char *through; /* words before the client's own: "setpriv --reuid=1000" */
	char *before_go; /* shell words, with PROGRAM */
	bool no_go, starter_dies, starter_dies_before, detach;
};

static char none_through[1];
static bool nobody_writes_it_down;

static void answered(struct asking *a, int error, pid_t pid, const struct err *e)
{
	a->error = error;
	a->pid = pid;
	snprintf(a->text, sizeof(a->text), "%s", error < 0 ? e->text : "");
}

static void on_kept(void *ctx, int error, pid_t keeper, const struct err *e)
{
	answered(ctx, error, keeper, e);
}

static void on_done(void *ctx, int error, const struct err *e)
{
	answered(ctx, error, 0, e);
}

static void on_net(void *ctx, int error, const struct net_result *result, const struct err *e)
{
	answered(ctx, error, 0, e);
}

static int wait_for(struct asking *a, int r, const struct err *e)
{
	if (r < 0) {
		fprintf(stderr, "%s\n", e->text);
		return r;
	}
	while (a->error == 1)
		if (sd_event_run(a->event, UINT64_MAX) < 0)
			abort();
	if (a->error < 0)
		fprintf(stderr, "%s: %s\n", strerrorname_np(-a->error), a->text);
	return a->error;
}

static void asking_begin(struct asking *a)
{
	a->helpers.beside = "/none/cgqd.sock"; /* systemd's would be another's */
	if (sd_event_new(&a->event) < 0)
		abort();
	a->starter = starter_new(a->event, &a->helpers);
	a->error = 1;
}

static void again(struct asking *a)
{
	a->error = 1;
}

static uint32_t kinds_of(char *words, struct namespaces *ret)
{
#define X(id, word, file, flag) { word, NAMESPACE_##id },
	static const struct {
		const char *word;
		enum namespace_kind kind;
	} rows[] = { NAMESPACE_TABLE(X) };
#undef X
	uint32_t kinds = 0;

	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		size_t len = strcspn(word, ":");

		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			if (strlen(rows[i].word) != len || strncmp(rows[i].word, word, len))
				continue;
			kinds |= NAMESPACE_BIT(rows[i].kind);
			if (!ret)
				continue;
			ret->modes[rows[i].kind] = !word[len] ? NAMESPACE_GROUP :
						   !strcmp(word + len, ":new") ? NAMESPACE_NEW : NAMESPACE_PATH;
			ret->paths[rows[i].kind] = word[len] && word[len + 1] == 'p' ? word + len + strlen(":path:") : NULL;
		}
	}
	return kinds;
}

static int keep(struct asking *a, const char *name, const char *hostname, uint32_t kinds)
{
	const struct starter_keep q = { .group = "web", .name = name, .hostname = hostname, .kinds = kinds };
	struct err e;

	again(a);
	if (wait_for(a, starter_keep(a->starter, &q, on_kept, a, &e), &e) < 0)
		return a->error;
	return nobody_writes_it_down ? 0 : starter_go(a->starter, a->pid, true, &e);
}

static int forget(struct asking *a, const char *name, const char *link)
{
	struct err e;

	again(a);
	return wait_for(a, starter_forget(a->starter, name, link, on_done, a, &e), &e);
}

/* "PID", or "PID:TICKS" of one that began then. */
static struct process_id process_of(const char *text)
{
	auto_free char *copy = must_strdup(text);
	char *ticks = copy, *pid = strsep(&ticks, ":");

	return (struct process_id){ (int32_t)option_u64(pid, USAGE), ticks ? option_u64(ticks, USAGE) : 0 };
}

static int net(struct asking *a, const char *of, const char *link)
{
	const struct net none = { .mode = NET_NONE };
	struct starter_net q = { .group = "web", .link = link, .net = &none };
	struct err e;

	if (of[0] == '/')
		q.path = of;
	else
		q.keeper = process_of(of);
	again(a);
	return wait_for(a, starter_net(a->starter, &q, false, on_net, a, &e), &e);
}

static pid_t client_start(const struct wishes *w, char **command, int socket)
{
	char fd[16], *argv[64] = { 0 };
	size_t n = 0;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	snprintf(fd, sizeof(fd), "%d", dup(socket));
	for (char *word = strtok(w->through, " "); word; word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n++] = program_invocation_name;
	argv[n++] = (char *)"client";
	argv[n++] = fd;
	argv[n++] = (char *)(w->detach ? "detach" : "stay");
	while (*command && n < ARRAY_SIZE(argv) - 1)
		argv[n++] = *command++;
	execvp(argv[0], argv);
	_exit(124);
}

static void on_started(void *ctx, int error, pid_t pid, const struct net_result *net, const struct err *e)
{
	on_kept(ctx, error, pid, e);
	for (unsigned i = 0; net && i < NET_PART__COUNT; i++)
		if (net->why_not[i][0])
			fprintf(stderr, "not in force: %s\n", net->why_not[i]);
}

static void before_go(const struct asking *a, const char *words)
{
	auto_free char *pid = must_printf("%d", (int)a->pid);

	setenv("PROGRAM", pid, 1);
	if (system(words) != 0)
		abort();
}

static int start(struct asking *a, struct wishes *w, pid_t client_pid, int socket)
{
	struct starter_start *q = &w->start;
	struct err e;
	char byte;
	int r;

	if (recv(socket, &byte, sizeof(byte), MSG_PEEK) != sizeof(byte)) /* its call is there, and stays for the starter */
		return -ENODATA;
	q->connection = socket;
	q->call_bytes = sizeof(byte);
	q->group = q->group ? q->group : "web";
	q->namespaces = &w->namespaces;
	q->caller = client_pid;
	q->caller_pidfd = (int)syscall(SYS_pidfd_open, client_pid, 0);
	again(a);
	r = wait_for(a, starter_start(a->starter, q, on_started, a, &e), &e);
	close(q->caller_pidfd);
	if (r < 0)
		return r;
	if (w->starter_dies_before) {
		starter_free(a->starter);
		a->starter = NULL;
		return -EPIPE;
	}
	if (w->before_go)
		before_go(a, w->before_go);
	r = starter_go(a->starter, a->pid, !w->no_go, &e);
	if (r < 0)
		fprintf(stderr, "%s\n", e.text);
	return r;
}

static int run(struct asking *a, struct wishes *w, char **command)
{
	int pair[2], status = 0, r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	pid = client_start(w, command, pair[1]);
	close(pair[1]);
	r = start(a, w, pid, pair[0]);
	close(pair[0]);
	if (w->starter_dies && a->starter) {
		sleep_ms(300); /* it is to have heard that the program may run */
		starter_free(a->starter);
		a->starter = NULL;
	}
	/* The client is the shell's job: it is told so through us. */
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
		raise(SIGSTOP);
	return r < 0 ? 125 : WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static const struct option run_options[] = {
	{ "keeper", required_argument, NULL, 'k' },   { "like", required_argument, NULL, 'l' },
	{ "namespace", required_argument, NULL, 'n' }, { "through", required_argument, NULL, 't' },
	{ "uid", required_argument, NULL, 'u' },       { "gid", required_argument, NULL, 'g' },
	{ "group", required_argument, NULL, 'G' },     { "cgroup", required_argument, NULL, 'c' },
	{ "starter-dies-before", no_argument, NULL, 'B' }, { "terminal", no_argument, NULL, 'T' },
	{ "no-go", no_argument, NULL, 'N' },	       { "starter-dies", no_argument, NULL, 'D' },
	{ "before-go", required_argument, NULL, 'b' },
	{ "detach", no_argument, NULL, 'd' },	       { "bound", no_argument, NULL, 'C' },
	{ 0 },
};

static void wish(struct wishes *w, int option, char *text)
{
	switch (option) {
	case 'k': w->start.keeper = process_of(text); break;
	case 'l': w->start.like = process_of(text); break;
	case 'n': kinds_of(text, &w->namespaces); break;
	case 't': w->through = text; break;
	case 'u': w->start.uid = (uid_t)option_u64(text, USAGE); break;
	case 'g': w->start.gid = (gid_t)option_u64(text, USAGE); break;
	case 'G': w->start.group = text; break;
	case 'c': w->start.cgroup = open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC); break;
	case 'B': w->starter_dies_before = true; break;
	case 'T': w->start.terminal = true; break;
	case 'N': w->no_go = true; break;
	case 'D': w->starter_dies = true; break;
	case 'b': w->before_go = text; break;
	case 'C': w->start.bound = true; break;
	case 'd': w->detach = true; break;
	default: program_misused(USAGE);
	}
}

static char **wishes_read(int argc, char **argv, struct wishes *w)
{
	int option;

	*w = (struct wishes){ .start.cgroup = -1, .through = none_through };
	while ((option = getopt_long(argc, argv, "+", run_options, NULL)) != -1)
		wish(w, option, optarg);
	return argv + optind;
}

static void gone_wait(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0)
		poll(&wait, 1, 10000);
	close(pidfd);
}

static int cycle(struct asking *a, const char *name, const char *words, char **command)
{
	struct wishes w = { .start.cgroup = -1, .through = none_through };
	auto_free char *copy = must_strdup(words), *again_copy = must_strdup(words);
	pid_t keeper;
	int r = keep(a, name, "cycles", kinds_of(copy, NULL));

	if (r < 0)
		return r;
	keeper = w.start.keeper.pid = a->pid;
	kinds_of(again_copy, &w.namespaces);
	if (*command)
		r = run(a, &w, command);
	kill(keeper, SIGTERM);
	gone_wait(keeper);
	return r ? r : forget(a, name, "");
}

/* The starter is our only child that is left. */
static size_t starter_open(void)
{
	auto_free char *children = must_printf("/proc/self/task/%d/children", (int)getpid());
	auto_file FILE *f = fopen(children, "re");
	auto_dir DIR *dir = NULL;
	char pid[32] = "", path[64];
	size_t n = 0;

	if (!f || !fgets(pid, sizeof(pid), f))
		abort();
	pid[strspn(pid, "0123456789")] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	return n;
}

static int cycles(struct asking *a, uint64_t n, const char *name, const char *words, char **command)
{
	uint64_t began = clock_ms();
	size_t open_first = 0;

	for (uint64_t i = 0; i < n; i++) {
		if (cycle(a, name, words, command) != 0)
			return 1;
		if (i == 0)
			open_first = starter_open();
	}
	printf("%llu ms\nopen %zd\n", (unsigned long long)(clock_ms() - began), (ssize_t)(starter_open() - open_first));
	return 0;
}

int main(int argc, char **argv)
{
	struct asking a = { 0 };
	const char *what = argc > 1 ? argv[1] : "";
	struct wishes w;
	char **command;
	int r = 2;

	if (!strcmp(what, "--helper") && argc == 3)
		return helper_main(argv[2]);
	if (!strcmp(what, "client") && argc > 4)
		return client(argv + 2);
	asking_begin(&a);
	nobody_writes_it_down = !strcmp(what, "abandon");
	if ((nobody_writes_it_down || !strcmp(what, "keep")) && argc == 5) {
		r = keep(&a, argv[2], argv[3], kinds_of(argv[4], NULL)) < 0;
		if (r == 0)
			printf("%d\n", (int)a.pid);
		if (r == 0 && !nobody_writes_it_down)
			r = forget(&a, "", "") < 0; /* an answer after it was let live */
	} else if (!strcmp(what, "forget") && argc == 4) {
		r = forget(&a, argv[2], argv[3]) < 0;
	} else if (!strcmp(what, "net") && argc == 4) {
		r = net(&a, argv[2], argv[3]) < 0;
	} else if (!strcmp(what, "run")) {
		command = wishes_read(argc - 1, argv + 1, &w);
		r = run(&a, &w, command);
	} else if (!strcmp(what, "cycles") && argc >= 5) {
		r = cycles(&a, option_u64(argv[2], USAGE), argv[3], argv[4], argv + 5);
	} else {
		program_misused(USAGE);
	}
	starter_free(a.starter);
	sd_event_unref(a.event);
	return r;
}
