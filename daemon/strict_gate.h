/*
 * The gate: a process of its own between the kernel's permission events and cgqd. The only file that knows fanotify.
 *
 * Not a thread: whoever stops cgqd (SIGSTOP, a debugger, a core dump that is written) stops all its threads, and programs
 * would wait for as long. Only the gate holds the events' descriptor, so that the kernel lets everybody through as soon as
 * it ends; it ends with cgqd, whose death closes the sockets, and cgqd ends it when it does not answer.
 */
#pragma once

#include <sys/types.h>

/*
 * What a child of cgqd does until cgqd is gone. Keeps no descriptor but these two and those up to 2. Calls nothing that
 * allocates or locks: it was forked from a process with threads. served: cgqd, which must never wait for itself.
 */
_Noreturn void gate_run(int orders, int questions, pid_t served);
