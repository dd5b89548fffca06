/* How a process of a helper's is called, in ps and top. */
#include "process_title.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

/*
 * Where the kernel reads arguments from may be changed without a capability, but only together with all the rest of the layout
 * (PR_SET_MM_MAP). One process has one such layout, and one title: they are no struct's.
 */
static struct prctl_mm_map layout;
static char *title; /* on the heap: arguments are read from no memory that a file is mapped to, as static data is */
#define TITLE_BYTES 512

/* Fields of /proc/self/stat, and what they say. */
#define FIELD_TABLE(X)                                                                                                     \
	X(26, start_code)                                                                                                  \
	X(27, end_code)                                                                                                    \
	X(28, start_stack)                                                                                                 \
	X(45, start_data)                                                                                                  \
	X(46, end_data)                                                                                                    \
	X(47, start_brk)                                                                                                   \
	X(48, arg_start)                                                                                                   \
	X(49, arg_end)                                                                                                     \
	X(50, env_start)                                                                                                   \
	X(51, env_end)

static void field_take(unsigned number, const char *word)
{
	uint64_t value;

	if (text_u64(word, &value) < 0)
		return;
	switch (number) {
#define X(n, field)                                                                                                        \
	case n:                                                                                                            \
		layout.field = value;                                                                                      \
		break;
		FIELD_TABLE(X)
#undef X
	}
}

void process_title_find(void)
{
	auto_fd int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	char stat[1024], *word, *save;
	ssize_t n = fd < 0 ? 0 : read(fd, stat, sizeof(stat) - 1);

	stat[n > 0 ? n : 0] = '\0';
	word = strrchr(stat, ')'); /* comm may hold anything */
	word = word ? strtok_r(word + 1, " \n", &save) : NULL;
	for (unsigned number = 3; word; number++) {
		field_take(number, word);
		word = strtok_r(NULL, " \n", &save);
	}
	layout.exe_fd = (uint32_t)-1;
}

void process_title(const char *comm, const char *fmt, ...)
{
	struct prctl_mm_map map = layout;
	va_list args;
	int len;

	title = title ? title : must_alloc(TITLE_BYTES);
	len = snprintf(title, TITLE_BYTES, "%s: ", comm);

	va_start(args, fmt);
	vsnprintf(title + len, TITLE_BYTES - (size_t)len, fmt, args);
	va_end(args);
	prctl(PR_SET_NAME, comm);
	map.arg_start = (uintptr_t)title;
	map.arg_end = map.arg_start + strlen(title) + 1;
	map.brk = (uintptr_t)sbrk(0);
	prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}
