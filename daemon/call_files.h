/* Descriptors that come with a client's bytes. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "server.h"

/* As recv() without waiting. More than CALL_FILES_MAX in all: -1 with EMFILE, and none of them is left. */
ssize_t call_files_receive(int fd, char *buf, size_t size, struct call_extra *extra);
/* Closes what is left of them: see close_aside.h. */
void call_files_close(struct call_extra *extra);
