/* cgqd is asked to let a program start in a group: this process becomes it, or another one is started for it. */
#pragma once

#include "run_program.h"
#include "run_talk.h"

enum run_way {
	RUN_WAY_FAILED,	 /* told; *ret_status is to be given */
	RUN_WAY_PLACED,	 /* this process is in the group: it is to call exec */
	RUN_WAY_STARTED, /* as *ret_pid; it is talked with by t, which is to be closed */
};

enum run_way run_ask(const struct options *o, const struct run_program *p, struct run_talk *t, pid_t *ret_pid, int *ret_status);
