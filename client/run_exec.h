/* This process becomes the program that `cgq run` is to start. */
#pragma once

#include <cgq/err.h>

struct run_program;

/* Of `cgq run`, as of env(1) and timeout(1): cgq itself failed. 126: the program is not executable, 127: it is not there. */
#define EXIT_RUN_FAILED 125

/*
 * 0 to 2 are taken, where the caller left one of them free, until exec: what is opened must not become one of them. The program
 * finds them as they were. EXIT_RUN_FAILED, said, or 0.
 */
int run_streams_keep(void);
/* Why an exec failed, for people: -error. */
int run_exec_fail(const char *program, int error, struct err *e);
/* Returns only where it failed: the exit status, told in e. With other streams than ours, 0 to 2 are these then. */
int run_exec(const struct run_program *p, struct err *e);
int run_exec_status(int error); /* what an exec's errno is as an exit status: 127 not found, 126 else */
