/* Whether policy files are being written just now. */
#include "folders_young.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cgq/auto.h>

#include "policy_files.h"

/* A time in the future is another machine's, or a clock was set back: it says nothing. */
static bool is_young(const struct stat *st, uint64_t quiet_usec)
{
	struct timespec now;
	int64_t age_usec;

	clock_gettime(CLOCK_REALTIME, &now);
	age_usec = (int64_t)(now.tv_sec - st->st_ctim.tv_sec) * 1000000 + (now.tv_nsec - st->st_ctim.tv_nsec) / 1000;
	return age_usec >= 0 && (uint64_t)age_usec < quiet_usec;
}

/* The folder's own time tells of what was removed, and may be there again in a moment. */
static bool is_looked_at(const char *name)
{
	return strcmp(name, ".") == 0 || policy_file_counts(name);
}

static bool folder_young(const char *path, uint64_t quiet_usec)
{
	auto_dir DIR *dir = opendir(path);
	const struct dirent *entry;
	struct stat st;

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		if (is_looked_at(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && is_young(&st, quiet_usec))
			return true;
	return false;
}

bool folders_young(const char *const *folders, size_t n, uint64_t quiet_usec)
{
	for (size_t i = 0; i < n; i++)
		if (folder_young(folders[i], quiet_usec))
			return true;
	return false;
}
