/* Bytes of an open file, all of them: however often the kernel takes or gives but some. */
#pragma once

#include <stddef.h>

int whole_read(int fd, char *buf, size_t len); /* 0 or -errno; -EIO: it is shorter than that */
int whole_write(int fd, const char *bytes, size_t len);
/* ret_done: so many of them were written, also where it failed. */
int whole_write_counted(int fd, const char *bytes, size_t len, size_t *ret_done);
