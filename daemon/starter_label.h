/* What a security module (AppArmor, SELinux, Smack) calls a process. A program of ours is what we are, whatever its caller is. */
#pragma once

#include <cgq/err.h>

/* NULL: no module names it. -EPERM where they differ. */
int labels_check(const char *theirs, const char *ours, struct err *e);
/* The same of a process, by its folder in /proc, and us. */
int label_check(int proc, struct err *e);
