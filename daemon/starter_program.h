/*
 * A program of a client's, from both sides: what its supervisor knows (starter_start.c, starter_supervise.c), and the process that
 * becomes it (starter_program.c, starter_init.c).
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include <cgq/run.h>

#include "starter_caller.h"
#include "starter_enter.h"
#include "starter_text.h"

struct program {
	const struct starter_order *o;
	int *files;	  /* START__DESCRIPTORS */
	struct caller caller;
	struct program_text text;
	struct enter plan;
	struct net_result net; /* that was made for it */
	char folder[PATH_MAX]; /* where plan.elsewhere */
	bool has_init;	  /* the child is the init of a pid namespace, and the program its child */
	int terminal;	  /* the program's end; -1: it has none */
	int master;	  /* the other, until it is the client's alone */
	int said[2];	  /* struct program_said of the child and its children, and go; ours, theirs */
	int execs[2];	  /* ends with the exec, or brings a struct run_said with why there is none; ours, theirs */
	pid_t child;
};

enum { OURS, THEIRS };

enum program_said_kind {
	PROGRAM_READY = 1, /* value: 0 or -errno, with text: all is done but what its own files can hold up */
	PROGRAM_HERE,	   /* from the program's process itself, whose pid comes with it */
	PROGRAM_STATUS,	   /* from an init: value as of waitpid(), WUNTRACED, WCONTINUED */
};

struct program_said {
	int32_t kind;
	int32_t value;
	char text[sizeof(((struct err *)0)->text)];
};

void program_say(const struct program *p, enum program_said_kind kind, int value, const struct err *e);
/* There is no exec, and why: RUN_FAILED or RUN_NO_FOLDER, with errno. */
void program_fail(const struct program *p, enum run_said_kind kind, int error);

/* "cgq-run: web: make" */
#define RUN_COMM  "cgq-run"
#define INIT_COMM "cgq-init"
void program_title(const struct program *p, const char *comm);
/* What the child does: ready, then the exec once it is told to go on. */
_Noreturn void program_run(struct program *p);
/* The exec itself. */
_Noreturn void program_exec(const struct program *p);
/* The child with has_init, once it may go on. */
_Noreturn void init_run(const struct program *p);

/* One that a terminal sends to a whole process group goes there in any case. pid, the program, leads one. */
void signal_pass(const struct program *p, pid_t pid, int signal, bool to_group);
/* The same by way of an init. */
void init_tell(pid_t init, int signal, bool to_group);
/* A group of the session whose terminal this is gets its input and ^C. */
void terminal_give(int terminal, pid_t group);
/* All are blocked, and none is ignored. */
void signals_hold(void);

/* The supervisor, from when the program may run until it has ended, or the client. hand is closed. */
_Noreturn void program_supervise(struct program *p);
