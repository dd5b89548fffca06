/* The files that an exe: value of a rule names, now. */
#include "exe_files.h"

#include <glob.h>
#include <stddef.h>

struct telling {
	void (*each)(void *ctx, const char *path, const struct stat *st);
	void *ctx;
};

static void path_tell(const struct telling *t, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		t->each(t->ctx, path, &st);
}

void exe_files_each(const char *value, bool is_glob, void (*each)(void *ctx, const char *path, const struct stat *st), void *ctx)
{
	const struct telling t = {each, ctx};
	glob_t found = {0};

	if (!is_glob) {
		path_tell(&t, value);
		return;
	}
	if (glob(value, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			path_tell(&t, found.gl_pathv[i]);
	globfree(&found);
}
