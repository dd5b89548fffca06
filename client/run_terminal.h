/*
 * Two terminals as one: the caller's, on stdin and stdout, and the program's own, of which we have the master. The caller's is
 * raw meanwhile, and as it was before on every way out.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Bytes on their way in one direction. */
struct run_pipe {
	char bytes[16384];
	size_t from, to;
};

struct run_terminal {
	int master;
	bool raw;	   /* the caller's is; never while we are in the background */
	bool input_ended;  /* the caller's was hung up */
	bool output_ended; /* nobody has the program's terminal open any more, and all it said was taken */
	struct termios usual;
	struct run_pipe in, out;
};

bool run_terminal_wanted(void); /* stdin and stdout are terminals */

void run_terminal_begin(struct run_terminal *t, int master); /* raw where we are in the foreground, and the size */
void run_terminal_end(struct run_terminal *t);		     /* as it was; a second call does nothing */
void run_terminal_resize(const struct run_terminal *t);
/*
 * For poll(): what is waited for on stdin, stdout and the master, and for how many milliseconds at the most (-1: for ever); then what
 * to do once they are ready.
 */
enum { RUN_POLL_IN, RUN_POLL_OUT, RUN_POLL_MASTER, RUN_POLL__COUNT };
int run_terminal_wait(struct run_terminal *t, struct pollfd wait[RUN_POLL__COUNT]);
void run_terminal_copy(struct run_terminal *t, const struct pollfd ready[RUN_POLL__COUNT]);
/* What the program had said before it ended. */
void run_terminal_drain(struct run_terminal *t);
