/* `cgq run --detach`: a process of its own, of which the caller hears when it is the program. */
#pragma once

#include "run_program.h"

/* Answers the exit status; the program's process id is on stdout once it runs. */
int run_detach(const struct options *o, struct run_program *p);
