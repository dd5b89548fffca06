/* The folders: which files count (UAPI.6), and their bytes. The one place of rules/ that reads anything. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/err.h>
#include <cgq/policy.h>

struct policy_file {
	char *name;  /* "50-web.conf": what precedence goes by */
	char *path;  /* as shown to the user */
	char *text;  /* its bytes, may hold NUL; NULL when refused before reading */
	size_t len;
	bool masked; /* empty, or a link to /dev/null: present, and says nothing */
};

/* Sorted by name, the later folder's version of a name only. */
struct file_set {
	struct policy_file *list;
	size_t n, cap;
};

void file_set_done(struct file_set *s);
struct policy_file *file_set_find(const struct file_set *s, const char *name);
/* Copies; replaces one of the same name. */
void file_set_put(struct file_set *s, const char *name, const char *path, const char *text, size_t len, bool masked);
void file_set_drop(struct file_set *s, const char *name);
/* The same files with the same bytes, from the same folders. */
bool file_sets_equal(const struct file_set *a, const struct file_set *b);

/* "50-web.conf" does; debris does not. */
bool policy_file_counts(const char *name);

/* How folders are read. */
enum {
	READ_TRUSTED_ONLY = 1 << 0, /* only what is root's, and nobody else may write to */
	READ_MUST_EXIST = 1 << 1,   /* folders that somebody named: a missing one is a failure, not an empty one */
};

/*
 * Adds the files of all folders. A folder that cannot be read is a failure, and so is, unless it is root who reads
 * (READ_TRUSTED_ONLY), a file that one may not read. A file that may not be taken (not regular, too large, not trusted) is
 * listed with text NULL and a fault. Opens without blocking, so that a FIFO cannot hold us up.
 */
int policy_files_read(const char *const *folders, size_t n_folders, unsigned how, struct file_set *ret,
		      struct faults *faults, struct err *e);
/*
 * One file under another name, with the same care; "-" reads stdin. The name does not matter. Faults tell it as shown;
 * NULL: as path. -errno: cannot be read.
 */
int policy_file_read_one(const char *path, const char *as_name, const char *shown, struct file_set *ret,
			 struct faults *faults, struct err *e);
