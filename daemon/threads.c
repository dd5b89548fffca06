/* The threads of a process, in /proc. */
#include "threads.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cgq/auto.h>

#include "text.h"

/* The folder has a link for each thread, besides its own two. */
static bool has_more(const char *folder)
{
	struct stat st;

	return stat(folder, &st) == 0 && st.st_nlink > 3;
}

static bool any_of_folder(const char *folder, thread_is *is, void *ctx)
{
	auto_dir DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[64];
	uint64_t tid;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%.10s", folder, entry->d_name);
		if (text_u64(entry->d_name, &tid) == 0 && is(ctx, path))
			return true;
	}
	return false;
}

bool threads_any(const char *pid, thread_is *is, void *ctx)
{
	char folder[32], tasks[48];

	snprintf(folder, sizeof(folder), "/proc/%.10s", pid);
	snprintf(tasks, sizeof(tasks), "%s/task", folder);
	return is(ctx, folder) || (has_more(tasks) && any_of_folder(tasks, is, ctx));
}
