/*
 * The conversation of `cgq run` and `cgq enter` with the starter's supervisor about one program, see <cgq/run.h>. Begins before cgqd
 * is given the other end, so that a signal in between is passed on and not lost.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include <cgq/err.h>

struct run_talk {
	int ours;
	int theirs;   /* START_TALK: to be given to cgqd, and closed by run_talk_given() */
	int signals;  /* those that are passed on are read from here, and blocked; what the caller ignores is none */
	int ends;     /* of these, those that end a wait for the program's start: readable once there is one */
	int terminal; /* the master of the program's own, -1: it has none */
	sigset_t usual;
};

/* Makes the pair, and blocks the signals. 0 or -errno. */
int run_talk_open(struct run_talk *t, struct err *e);
void run_talk_given(struct run_talk *t); /* cgqd has answered: the end of the starter is seen from here on */
/* Everything as before run_talk_open(), signals too. A second call does nothing. */
void run_talk_close(struct run_talk *t);
/* The same where nobody is to attend the program. Does not return where a signal came that ends the wait: we die of it. */
void run_talk_give_up(struct run_talk *t);

/*
 * Waits for the program's exec. 0 and its pid; else the exec's -errno (e says it with the name of the program), -EPIPE where
 * the starter has ended, cgqd has decided against it, or it cannot be in our folder, or -ECANCELED: a signal came that ends the
 * wait. A --detach is done then.
 */
int run_talk_started(struct run_talk *t, const char *program, pid_t *ret, struct err *e);
/*
 * Then: passes signals on, copies its terminal where it has one, stops and continues with it, until it ends. Answers the
 * exit status to give: its own, 128 + the signal it died of, 125 where nobody tells any more (said on stderr).
 */
int run_talk_until_end(struct run_talk *t);
