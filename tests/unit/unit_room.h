/* Folders of a test's own, in place of systemd's below /run, and a state folder. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "state_folder.h"
#include "unit_files.h"

/* fail() of <cgq/err.h>, before cmocka makes a macro of it */
static inline int err_fill(struct err *e, int code, const char *text)
{
	return fail(e, code, "%s", text);
}

#include <cmocka.h>

static char room[64], system_folder[96], control_folder[96];
static struct unit_folders __attribute__((unused)) folders = {system_folder, control_folder};
static int state_fd = -1;

static inline int room_make(void **state)
{
	strcpy(room, "/tmp/cgq-test-units-XXXXXX");
	if (!mkdtemp(room))
		return -1;
	snprintf(system_folder, sizeof(system_folder), "%s/system", room);
	snprintf(control_folder, sizeof(control_folder), "%s/system.control", room);
	state_fd = open(room, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return mkdir(system_folder, 0755) < 0 || state_fd < 0 ? -1 : 0;
}

static inline int one_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static inline int room_leave(void **state)
{
	close(state_fd);
	return nftw(room, one_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* path_in("%s/x", …): below the room. */
static inline char *path_in(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", room, path);
	return full;
}

static inline void text_put(const char *path, const char *text)
{
	FILE *f = fopen(path_in(path), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline void folder_put(const char *path)
{
	assert_int_equal(mkdir(path_in(path), 0755), 0);
}

/* "" where there is none. */
static inline const char *text_of(const char *path)
{
	static char text[8192];
	FILE *f = fopen(path_in(path), "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static inline bool is_there(const char *path)
{
	struct stat st;

	return lstat(path_in(path), &st) == 0;
}
