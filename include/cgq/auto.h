/* Cleanup at the end of a scope, and handing ownership on. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_free_any(void *p)
{
	free(*(void **)p);
}

static inline void auto_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void auto_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define auto_fd	  __attribute__((cleanup(auto_close)))
#define auto_free __attribute__((cleanup(auto_free_any)))
#define auto_file __attribute__((cleanup(auto_fclose)))
#define auto_dir  __attribute__((cleanup(auto_closedir)))

/* Hands a pointer or descriptor on: the variable no longer owns it. */
#define take_ptr(p)                                                                                                  \
	({                                                                                                           \
		__typeof__(p) taken_ = (p);                                                                          \
		(p) = NULL;                                                                                          \
		taken_;                                                                                              \
	})

#define take_fd(fd)                                                                                                  \
	({                                                                                                           \
		int taken_ = (fd);                                                                                   \
		(fd) = -1;                                                                                           \
		taken_;                                                                                              \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
