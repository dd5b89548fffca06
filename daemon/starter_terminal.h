/* A terminal for a program, of the devpts that it will see. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <cgq/err.h>

/* A client's file is a terminal. Never waits. */
bool terminal_is(int fd);

/*
 * Both ends, close-on-exec. It becomes that of our session, which we lead; its size and settings are those of the terminal that
 * like is, where it is one.
 */
int terminal_make(int like, uid_t uid, int *ret_master, int *ret_slave, struct err *e);
