/* What `cgq run` and `cgq enter` share: a program in a group, with the caller's terminal and exit status, or detached. */
#pragma once

#include "run_ask.h"

/* Returns its exit status where it was started, or why it was not; where this process became it, never. */
int run_program(const struct options *o, struct run_program *p);
