/* The health command: a child in a process group of its own, seen by its pidfd. */
#include "health.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

/* Two failures in a row are bad: within a confirmation of 30 s that leaves time to return. */
#define EVERY_USEC 2000000U
/* What a health check asks of a local service takes milliseconds; a web server that needs longer is not healthy. */
#define LIMIT_SECONDS 5
/* A process that is killed ends in less than one; one that sleeps in a dead disk is left to the loop. */
#define KILL_WAIT_MS  50
#define WORDS_MAX     64
#define OUTPUT_BYTES  200

struct health {
	sd_event *event;
	char *words_text, *words[WORDS_MAX + 1];
	sd_event_source *timer;	 /* the next run, or the end of the time limit */
	sd_event_source *end;	 /* of the child's pidfd */
	sd_event_source *output;
	int pidfd, output_fd;	 /* -1: none */
	pid_t pid;		 /* 0: nothing runs */
	bool is_late;		 /* and was killed for it */
	char line[OUTPUT_BYTES]; /* the first it says */
	size_t line_len;
	unsigned bad_in_a_row;
	char text[512];
};

/* Cuts at blanks, in place. */
static int words_cut(char *from, char *words[WORDS_MAX + 1])
{
	char *to = from;
	size_t n = 0;

	while (from += strspn(from, " \t"), *from) {
		if (n == WORDS_MAX)
			return -E2BIG;
		words[n++] = to;
		while (*from && *from != ' ' && *from != '\t') {
			from += *from == '\\' && from[1];
			*to++ = *from++;
		}
		from += *from != '\0';
		*to++ = '\0';
	}
	words[n] = NULL;
	return n ? 0 : -EINVAL;
}

static void child_forget(struct health *h)
{
	h->end = sd_event_source_disable_unref(h->end);
	h->output = sd_event_source_disable_unref(h->output);
	if (h->pidfd >= 0)
		close(h->pidfd);
	if (h->output_fd >= 0)
		close(h->output_fd);
	h->pidfd = h->output_fd = -1;
	h->pid = 0;
}

/* The whole process group: while its leader is not waited for, the number is nobody else's. */
static void child_kill(struct health *h)
{
	if (h->pid > 0)
		kill(-h->pid, SIGKILL);
}

static void output_take(struct health *h)
{
	char buf[4096];
	ssize_t n;

	/* What is beyond the first line is read, so that the child is not held up, and thrown away. */
	while ((n = read(h->output_fd, buf, sizeof(buf))) > 0) {
		size_t room = sizeof(h->line) - h->line_len;
		size_t take = (size_t)n < room ? (size_t)n : room;

		memcpy(h->line + h->line_len, buf, take);
		h->line_len += take;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		h->output = sd_event_source_disable_unref(h->output);
}

static int on_output(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	output_take(userdata);
	return 0;
}

static void bad_text(struct health *h, const char *what, int number)
{
	const char *end = memchr(h->line, '\n', h->line_len);
	char shown[2 * OUTPUT_BYTES];
	size_t len = end ? (size_t)(end - h->line) : h->line_len;

	text_escape(h->line, len, shown, sizeof(shown));
	snprintf(h->text, sizeof(h->text), "%s %d%s%s", what, number, *shown ? ": " : "", shown);
}

static void child_judge(struct health *h, const siginfo_t *end)
{
	if (h->is_late)
		snprintf(h->text, sizeof(h->text), "took longer than %d s", LIMIT_SECONDS);
	else if (end->si_code != CLD_EXITED)
		bad_text(h, "was killed by signal", end->si_status);
	else if (end->si_status != 0)
		bad_text(h, "exited", end->si_status);
	if (!h->is_late && end->si_code == CLD_EXITED && end->si_status == 0)
		h->bad_in_a_row = 0;
	else
		h->bad_in_a_row++;
}

static void timer_set(struct health *h, uint64_t usec)
{
	sd_event_source_set_time_relative(h->timer, usec);
	sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

static int on_end(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct health *h = userdata;
	siginfo_t end = {0};

	/* First its children, while the number of the group cannot be another's. */
	child_kill(h);
	if (waitid(P_PIDFD, (id_t)h->pidfd, &end, WEXITED | WNOHANG) < 0 || end.si_pid == 0)
		return 0;
	output_take(h);
	child_judge(h, &end);
	child_forget(h);
	timer_set(h, EVERY_USEC);
	return 0;
}

static int spawn_with(struct health *h, int output, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr)
{
	sigset_t none, defaults;
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE); /* which we ignore */
	posix_spawnattr_setflags(attr, flags);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &defaults);
	posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
	return -posix_spawn(&h->pid, h->words[0], actions, attr, h->words, environ);
}

static int child_spawn(struct health *h, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	r = spawn_with(h, output, &actions, &attr);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (r < 0)
		h->pid = 0;
	return r;
}

/* A child that cannot be watched is killed and waited for, which takes no time. */
static int child_watch(struct health *h)
{
	int r;

	h->pidfd = pidfd_open(h->pid, 0);
	r = h->pidfd < 0 ? -errno : sd_event_add_io(h->event, &h->end, h->pidfd, EPOLLIN, on_end, h);
	if (r >= 0)
		r = sd_event_add_io(h->event, &h->output, h->output_fd, EPOLLIN, on_output, h);
	if (r < 0) {
		child_kill(h);
		waitpid(h->pid, NULL, 0);
	}
	return r;
}

static int child_start(struct health *h)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	h->output_fd = ends[0];
	h->line_len = 0;
	h->is_late = false;
	r = child_spawn(h, ends[1]);
	close(ends[1]);
	if (r == 0)
		r = child_watch(h);
	if (r < 0)
		child_forget(h);
	return r;
}

static void run(struct health *h)
{
	int r = child_start(h);

	if (r >= 0) {
		timer_set(h, (uint64_t)LIMIT_SECONDS * 1000000U);
		return;
	}
	h->bad_in_a_row++;
	snprintf(h->text, sizeof(h->text), "cannot be run: %s: %s", h->words[0], strerror(-r));
	timer_set(h, EVERY_USEC);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct health *h = userdata;
	struct pollfd end = {.fd = h->pidfd, .events = POLLIN};

	if (h->pid == 0) {
		run(h);
		return 0;
	}
	/* The loop may have been busy itself: a child that has ended meanwhile is not late. */
	if (poll(&end, 1, 0) > 0)
		return 0;
	h->is_late = true;
	child_kill(h); /* on_end() sees it */
	return 0;
}

int health_new(sd_event *event, const char *command, struct health **ret, struct err *e)
{
	struct health *h = must_alloc(sizeof(*h));
	int r;

	*h = (struct health){.event = event, .pidfd = -1, .output_fd = -1, .words_text = must_strdup(command)};
	r = words_cut(h->words_text, h->words);
	if (r == 0)
		r = sd_event_add_time_relative(event, &h->timer, CLOCK_MONOTONIC, 0, 10000, on_timer, h);
	if (r < 0) {
		health_free(h);
		return fail(e, -r, "the health command '%s': %s", TEXT_ESCAPED(command), strerror(-r));
	}
	*ret = h;
	return 0;
}

static int on_late_end(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	siginfo_t end = {0};

	waitid(P_PIDFD, (id_t)fd, &end, WEXITED | WNOHANG);
	sd_event_source_set_floating(s, false); /* the loop's was the only reference */
	return 0;
}

/* Waited for whenever it ends: nobody else may, as long as we live. */
static void child_leave(struct health *h)
{
	sd_event_source *s;

	h->end = sd_event_source_disable_unref(h->end);
	if (sd_event_add_io(h->event, &s, h->pidfd, EPOLLIN, on_late_end, NULL) < 0)
		return;
	h->pidfd = -1;
	sd_event_source_set_io_fd_own(s, true);
	sd_event_source_set_floating(s, true);
	sd_event_source_unref(s);
}

void health_free(struct health *h)
{
	if (!h)
		return;
	if (h->pid > 0) {
		struct pollfd end = {.fd = h->pidfd, .events = POLLIN};

		child_kill(h);
		if (poll(&end, 1, KILL_WAIT_MS) > 0)
			waitpid(h->pid, NULL, WNOHANG);
		else
			child_leave(h);
	}
	child_forget(h);
	sd_event_source_disable_unref(h->timer);
	free(h->words_text);
	free(h);
}

struct confirm_health health_result(const struct health *h)
{
	return h ? (struct confirm_health){h->bad_in_a_row, h->text} : (struct confirm_health){0};
}
