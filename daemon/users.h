/* Names of users for answers. */
#pragma once

#include <sys/types.h>

struct users;

/*
 * /etc/passwd alone, read once: a name service that hangs must not stop the placing of processes. One loaded for
 * each answer.
 */
struct users *users_load(void);
void users_free(struct users *u);
/* The name, or else the number as text; lives as long as u or until the next call. */
const char *users_name(struct users *u, uid_t uid);
