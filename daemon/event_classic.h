/* The classic socket filter for process events, where the kernel cannot have event_filter's: what threads do is not told. */
#pragma once

#include <cgq/err.h>

int event_classic_attach(int socket, struct err *e);
