/*
 * The gate: a helper between the kernel's permission events and cgqd. The only file that knows fanotify.
 *
 * Not a thread: whoever stops cgqd (SIGSTOP, a debugger, a core dump that is written) stops all its threads, and programs
 * would wait for as long. Only the gate holds the events' descriptor, so that the kernel lets everybody through as soon as
 * it ends; it ends with cgqd, whose death closes the sockets, and cgqd ends it when it does not answer.
 */
#pragma once

/*
 * What the helper of that role does, see helper.h. fd is the socket of orders; the first of them brings the other one. Whom it
 * serves must never wait for itself. Its end lets everybody through.
 */
int gate_run(int fd);
