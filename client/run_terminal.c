/* Copies between the caller's terminal and the program's. */
#include "run_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A shell that brings us to the foreground says so to those that it had stopped, and to nobody else. */
#define ASIDE_MS 300

bool run_terminal_wanted(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* From the background, a change of its settings would stop us; the program may write all the same. */
static bool is_foreground(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void raw_set(struct run_terminal *t)
{
	struct termios raw;

	if (t->raw || !is_foreground() || tcgetattr(STDIN_FILENO, &t->usual) < 0)
		return;
	raw = t->usual;
	cfmakeraw(&raw);
	t->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void run_terminal_resize(const struct run_terminal *t)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(t->master, TIOCSWINSZ, &size);
}

void run_terminal_begin(struct run_terminal *t, int master)
{
	t->master = master;
	/* Only ours: it must not be waited for while the program waits for us to take what it says. */
	fcntl(master, F_SETFL, O_NONBLOCK);
	raw_set(t);
	run_terminal_resize(t);
}

void run_terminal_end(struct run_terminal *t)
{
	if (t->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->usual);
	t->raw = false;
}

static bool is_empty(const struct run_pipe *p)
{
	return p->from == p->to;
}

/* One direction waits either for bytes or for room. A hang-up of the caller's is told in any case. */
int run_terminal_wait(struct run_terminal *t, struct pollfd wait[RUN_POLL__COUNT])
{
	bool takes_in, takes_out = !t->output_ended && is_empty(&t->out);

	if (!t->raw && is_foreground())
		run_terminal_begin(t, t->master);
	takes_in = t->raw && is_empty(&t->in);
	wait[RUN_POLL_IN] = (struct pollfd){ .fd = STDIN_FILENO, .events = takes_in ? POLLIN : 0 };
	wait[RUN_POLL_OUT] = (struct pollfd){ .fd = is_empty(&t->out) ? -1 : STDOUT_FILENO, .events = POLLOUT };
	wait[RUN_POLL_MASTER] = (struct pollfd){ .fd = t->output_ended ? -1 : t->master };
	wait[RUN_POLL_MASTER].events = (short)((takes_out ? POLLIN : 0) | (is_empty(&t->in) ? 0 : POLLOUT));
	if (!wait[RUN_POLL_MASTER].events)
		wait[RUN_POLL_MASTER].fd = -1; /* its hang-up would be told all the time */
	return t->raw ? -1 : ASIDE_MS;
}

/* False: there is an end. */
static bool bytes_take(struct run_pipe *p, int fd)
{
	ssize_t n = read(fd, p->bytes, sizeof(p->bytes));

	p->from = 0;
	p->to = n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* What nobody takes any more is dropped. */
static void bytes_give(struct run_pipe *p, int fd)
{
	ssize_t n = write(fd, p->bytes + p->from, p->to - p->from);

	if (n > 0)
		p->from += (size_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		p->from = p->to;
}

void run_terminal_copy(struct run_terminal *t, const struct pollfd ready[RUN_POLL__COUNT])
{
	const struct pollfd *master = &ready[RUN_POLL_MASTER];

	if (ready[RUN_POLL_OUT].revents)
		bytes_give(&t->out, STDOUT_FILENO);
	if (master->revents & POLLOUT)
		bytes_give(&t->in, t->master);
	if (ready[RUN_POLL_IN].revents & POLLIN)
		t->input_ended = !bytes_take(&t->in, STDIN_FILENO);
	else if (ready[RUN_POLL_IN].revents)
		t->input_ended = true;
	if ((master->events & POLLIN) && (master->revents & (POLLIN | POLLHUP | POLLERR)))
		t->output_ended = !bytes_take(&t->out, t->master); /* EIO once the last has closed its end */
	else if (master->revents & (POLLHUP | POLLERR))
		t->in.from = t->in.to;
}

/* Without waiting: somebody that it has left behind may go on for years. */
static bool has_bytes(const struct run_terminal *t)
{
	struct pollfd wait = { .fd = t->master, .events = POLLIN };

	return !t->output_ended && poll(&wait, 1, 0) > 0 && (wait.revents & POLLIN);
}

void run_terminal_drain(struct run_terminal *t)
{
	for (;;) {
		while (!is_empty(&t->out))
			bytes_give(&t->out, STDOUT_FILENO);
		if (!has_bytes(t))
			return;
		t->output_ended = !bytes_take(&t->out, t->master);
	}
}
