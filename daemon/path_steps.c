/* The folders that looking up a path leads through, link by link, as the kernel does. */
#include "path_steps.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel's own limit: ELOOP beyond. */
#define LINKS_MAX 40

struct walk {
	char folder[PATH_MAX], name[NAME_MAX + 1], rest[PATH_MAX];
	unsigned links;
};

/* Takes the next entry off the rest; false at the end of the path, or where it is no path. */
static bool take_name(struct walk *w)
{
	const char *begin = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(begin, "/");

	if (n == 0 || n > NAME_MAX)
		return false;
	memcpy(w->name, begin, n);
	w->name[n] = '\0';
	memmove(w->rest, begin + n, strlen(begin + n) + 1);
	return true;
}

/* Where the rest begins: at the root, or in the folder it is relative to. */
static void begin_at(struct walk *w, const char *relative_to)
{
	if (w->rest[0] == '/')
		strcpy(w->folder, "/");
	else if (relative_to)
		strcpy(w->folder, relative_to);
}

/* The entry is a folder to go on in, or a link to follow. */
static bool enter(struct walk *w)
{
	char path[PATH_MAX], target[2 * PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", strcmp(w->folder, "/") ? w->folder : "", w->name);
	ssize_t len;

	if (n >= (int)sizeof(path))
		return false;
	len = readlink(path, target, PATH_MAX);
	if (len < 0) {
		strcpy(w->folder, path);
		return access(path, F_OK) == 0;
	}
	n = snprintf(target + len, sizeof(target) - (size_t)len, "%s", w->rest);
	if (len + n >= PATH_MAX || ++w->links > LINKS_MAX)
		return false;
	strcpy(w->rest, target);
	begin_at(w, NULL);
	return true;
}

void path_steps(const char *path, void (*step)(void *ctx, const char *folder, const char *name), void *ctx)
{
	struct walk w = {.links = 0};

	if (strlen(path) >= sizeof(w.rest))
		return;
	strcpy(w.rest, path);
	begin_at(&w, ".");
	while (take_name(&w)) {
		step(ctx, w.folder, w.name);
		if (!enter(&w))
			return;
	}
}
