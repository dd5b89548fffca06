/* The executables that rules of strict groups name: looked up, and open. */
#pragma once

#include <cgq/policy.h>

struct strict_file {
	unsigned group;	  /* GROUP_NONE: it is gone */
	uint64_t dev, ino;
	char *path;	  /* as the rule names it, or as found by its glob */
	char name[256];	  /* base name of the file itself: what /proc/PID/exe of its process will end with */
	int fd;		  /* -1: closed */
	const char *why;  /* why its execs cannot be held back, or NULL; lives for ever */
	int error;	  /* the same as an errno */
};

struct strict_files {
	struct strict_file *list;
	size_t n, cap;
};

/* Of every enforced strict group. What a rule names and is not there yet is left out. */
void strict_files_make(const struct policy *p, struct strict_files *ret);
/* Group indexes of a new policy: map[old] is the new index or GROUP_NONE. */
void strict_files_remap(struct strict_files *f, const unsigned *map, size_t n);
void strict_files_close(struct strict_files *f); /* their descriptors: an open file keeps its file system mounted */
void strict_files_done(struct strict_files *f);
const struct strict_file *strict_files_find(const struct strict_files *f, uint64_t dev, uint64_t ino);
const char *strict_file_reason(const struct strict_file *f); /* of an error, in words */
/* The first whose execs are not held back, or NULL. */
const struct strict_file *strict_files_bad(const struct strict_files *f, unsigned group);
