/* A state folder of a test's own. */
#pragma once

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_folder.h"

#include <cmocka.h> /* last: it makes fail() a macro */

static char folder[] = "/tmp/cgq-test-state-XXXXXX";
static int folder_fd = -1;

static inline int room_make(void **state)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder_fd < 0 ? -1 : 0;
}

static inline int room_leave(void **state)
{
	char path[128];
	static const char *const names[] = {"good", "origins", "base", ".good.new", ".origins.new", ".base.new"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(folder_fd, names[i], 0);
	snprintf(path, sizeof(path), "%s/deep/er", folder);
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	close(folder_fd);
	return rmdir(folder);
}

static inline void put_file(const char *name, const char *text, size_t len)
{
	struct err e = {0};

	assert_int_equal(state_write(folder_fd, name, text, len, &e), 0);
}
