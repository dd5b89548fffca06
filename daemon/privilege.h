/* What the daemon may do, asked before it begins. */
#pragma once

#include <cgq/err.h>

/* 0, or -EPERM naming every capability that is missing and what it is for. */
int privilege_check(struct err *e);
