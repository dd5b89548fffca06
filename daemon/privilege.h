/* What the daemon may do, asked before it begins. */
#pragma once

#include <stdbool.h>

#include <cgq/err.h>

/* 0, or -EPERM naming every capability that is missing and what it is for. */
int privilege_check(struct err *e);
/* Attributes of the name trusted.*, by which a cgroup of v1 is marked as delegated: without it they look as if not there. */
bool privilege_sees_trusted(void);
