/* The folders: which files count, by the rules of UAPI.6. */
#include "policy_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "file_read.h"
#include "text.h"

#define SUFFIX ".conf"

/* Debris of editors, packagers and Ansible ends in something else; Puppet's has no dot before what it appends. */
bool policy_file_counts(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > strlen(SUFFIX) && !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

struct folder {
	const char *path;
	int path_len; /* without a '/' at its end */
	int fd;
	bool trusted_only;
	char distrust[160]; /* why nothing in it can be trusted; "" when it can */
};

static int entry_read(const struct folder *f, const char *name, struct file_set *ret, struct faults *faults, struct err *e)
{
	char shown[4 * NAME_MAX + 1]; /* each byte may become four */
	auto_free char *path =
		must_printf("%.*s/%s", f->path_len, f->path, text_escape(name, strlen(name), shown, sizeof(shown)));
	struct stat st;
	char why[160];
	int r;

	if (*f->distrust) {
		file_refuse(name, path, f->distrust, ret, faults);
		return 0;
	}
	r = file_read(f->fd, name, name, path, f->trusted_only, ret, faults);
	if (r == 0)
		return 0;
	if (r == -ENOENT && fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* removed since it was listed: as if it had never been */
	/* The daemon reads as root: what another user may not read has no fault, it is just not known. */
	if (r == -EACCES && !f->trusted_only)
		return fail(e, EACCES, "%s: %s", path, strerror(EACCES));
	snprintf(why, sizeof(why), "%s", r == -ENOENT ? "is a link to nothing" : strerror(-r));
	file_refuse(name, path, why, ret, faults);
	return 0;
}

static void folder_begin(struct folder *f)
{
	struct stat st;
	char buf[120];

	f->path_len = (int)strlen(f->path);
	while (f->path_len && f->path[f->path_len - 1] == '/')
		f->path_len--;
	if (f->trusted_only && fstat(f->fd, &st) == 0 && file_distrust(&st, buf, sizeof(buf)))
		snprintf(f->distrust, sizeof(f->distrust), "its folder %s", buf);
}

/* Only what is not in ret yet: the later folder's file of a name is the one that counts, and is read first. */
static int folder_read(const char *path, unsigned how, struct file_set *ret, struct faults *faults, struct err *e)
{
	struct folder f = { .path = path, .trusted_only = how & READ_TRUSTED_ONLY };
	auto_dir DIR *dir = opendir(path);
	const struct dirent *entry;
	int r;

	if (!dir)
		return errno == ENOENT && !(how & READ_MUST_EXIST) ? 0 : fail(e, errno, "%s: %s", TEXT_ESCAPED(path), strerror(errno));
	f.fd = dirfd(dir);
	folder_begin(&f);
	while (errno = 0, (entry = readdir(dir))) {
		if (!policy_file_counts(entry->d_name) || file_set_find(ret, entry->d_name))
			continue;
		if (ret->n >= POLICY_FILES_MAX)
			return fail(e, E2BIG, "%s: more than %u policy files in all", TEXT_ESCAPED(path),
				    POLICY_FILES_MAX);
		r = entry_read(&f, entry->d_name, ret, faults, e);
		if (r < 0)
			return r;
	}
	if (errno)
		return fail(e, errno, "%s: %s", TEXT_ESCAPED(path), strerror(errno));
	return 0;
}

int policy_files_read(const char *const *folders, size_t n_folders, unsigned how, struct file_set *ret,
		      struct faults *faults, struct err *e)
{
	struct file_set read = { 0 };
	int r = 0;

	for (size_t i = n_folders; r >= 0 && i-- > 0;)
		r = folder_read(folders[i], how, &read, faults, e);
	for (size_t i = 0; r >= 0 && i < read.n; i++) {
		const struct policy_file *f = &read.list[i];

		file_set_put(ret, f->name, f->path, f->text, f->len, f->masked);
	}
	file_set_done(&read);
	return r < 0 ? r : 0;
}

int policy_file_read_one(const char *path, const char *as_name, const char *shown, struct file_set *ret,
			 struct faults *faults, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = as_name ? as_name : slash ? slash + 1 : path;
	int r;

	if (!strcmp(path, "-"))
		r = file_read_fd(STDIN_FILENO, name, shown ? shown : "stdin", ret, faults);
	else
		r = file_read(AT_FDCWD, path, name, shown ? shown : path, false, ret, faults);
	return r < 0 ? fail(e, -r, "%s: %s", TEXT_ESCAPED(path), strerror(-r)) : 0;
}
