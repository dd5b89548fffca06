/* "net pid:new mount:path:/run/x" → the namespaces that a group wants. */
#include "namespaces_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static const char *const kind_names[] = {
#define X(id, name, ...) name,
        NAMESPACE_TABLE(X)
#undef X
};

static const char *const kind_files[] = {
#define X(id, name, file, ...) file,
        NAMESPACE_TABLE(X)
#undef X
};

static const char *const mode_names[] = {"group", "new", "path:/..."};

const char *namespace_name(enum namespace_kind kind)
{
	return kind_names[kind];
}

const char *namespace_file(enum namespace_kind kind)
{
	return kind_files[kind];
}

/* "net, pid, ipc" */
static void names_join(uint32_t kinds, const char *between, char *ret, size_t size)
{
	size_t len = 0;

	*ret = '\0';
	for (unsigned k = 0; k < NAMESPACE__COUNT && len < size; k++)
		if (kinds & NAMESPACE_BIT(k))
			len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? between : "",
			                        kind_names[k]);
}

const char *namespaces_text(uint32_t kinds, char *ret, size_t size)
{
	names_join(kinds, " ", ret, size);
	return ret;
}

bool namespaces_any(const struct namespaces *n)
{
	return namespaces_kinds(n, NAMESPACE_HOST) != NAMESPACE_BIT(NAMESPACE__COUNT) - 1;
}

uint32_t namespaces_kinds(const struct namespaces *n, enum namespace_mode mode)
{
	uint32_t kinds = 0;

	for (unsigned k = 0; k < NAMESPACE__COUNT; k++)
		if (n->modes[k] == mode)
			kinds |= NAMESPACE_BIT(k);
	return kinds;
}

static int kind_fail(const char *word, const char *kind, char *why, size_t size)
{
	const char *meant = text_suggest(kind, kind_names, NAMESPACE__COUNT);
	char known[64];

	names_join(NAMESPACE_BIT(NAMESPACE__COUNT) - 1, ", ", known, sizeof(known));
	if (meant)
		snprintf(why, size, "'%s' is no namespace; did you mean '%s'?", TEXT_ESCAPED(word), meant);
	else
		snprintf(why, size, "'%s' is no namespace (%s, with blanks between several)",
		         TEXT_ESCAPED(word), known);
	return -EINVAL;
}

static int mode_fail(const char *word, const char *kind, const char *mode, char *why, size_t size)
{
	const char *meant = text_suggest(mode, mode_names, 2);

	if (meant)
		snprintf(why, size, "'%s' is not understood; did you mean '%s:%s'?", TEXT_ESCAPED(word), kind,
		         meant);
	else
		snprintf(why, size, "'%s' is not understood (%s, %s:new or %s:path:/...)", TEXT_ESCAPED(word),
		         kind, kind, kind);
	return -EINVAL;
}

static int kind_find(const char *kind)
{
	for (int k = 0; k < NAMESPACE__COUNT; k++)
		if (!strcmp(kind, kind_names[k]))
			return k;
	return -1;
}

/* "group", "new" or "path:/run/netns/x" */
static int mode_read(const char *word, int kind, const char *mode, struct arena *arena,
                     struct namespaces *ret, char *why, size_t size)
{
	const char *path = !strncmp(mode, "path:", 5) ? mode + 5 : NULL;

	if (path && *path != '/') {
		snprintf(why, size, "'%s' has no absolute path (like %s:path:/run/netns/x)",
		         TEXT_ESCAPED(word), kind_names[kind]);
		return -EINVAL;
	}
	if (path)
		ret->paths[kind] = arena_strdup(arena, path);
	else if (strcmp(mode, "group") && strcmp(mode, "new"))
		return mode_fail(word, kind_names[kind], mode, why, size);
	ret->modes[kind] = path ? NAMESPACE_PATH : *mode == 'n' ? NAMESPACE_NEW : NAMESPACE_GROUP;
	return 0;
}

static int word_read(char *word, struct arena *arena, struct namespaces *ret, char *why, size_t size)
{
	const char *whole = arena_strdup(arena, word);
	char *colon = strchr(word, ':');
	int kind;

	if (colon)
		*colon = '\0';
	kind = kind_find(word);
	if (kind < 0)
		return kind_fail(whole, word, why, size);
	if (ret->modes[kind] != NAMESPACE_HOST) {
		snprintf(why, size, "'%s' stands there twice", word);
		return -EINVAL;
	}
	return mode_read(whole, kind, colon ? colon + 1 : "group", arena, ret, why, size);
}

/* A new /proc is mounted for a pid namespace, which whoever shares that mount namespace would see too. */
static int mounts_check(const struct namespaces *n, char *why, size_t size)
{
	enum namespace_mode pid = n->modes[NAMESPACE_PID];

	if ((pid != NAMESPACE_GROUP && pid != NAMESPACE_NEW) || n->modes[NAMESPACE_MOUNT] != NAMESPACE_PATH)
		return 0;
	snprintf(why, size, "pid comes with mounts of its own, so that mount:path: cannot stand beside it");
	return -EINVAL;
}

int namespaces_read(const char *text, struct arena *arena, struct namespaces *ret, char *why, size_t size)
{
	char *words = arena_strdup(arena, text), *rest = words;
	struct namespaces n = {0};
	int r = 0;

	if (strcmp(text, "none"))
		for (char *word; !r && (word = strsep(&rest, " \t"));)
			r = *word ? word_read(word, arena, &n, why, size) : 0;
	if (!r)
		r = mounts_check(&n, why, size);
	if (!r)
		*ret = n;
	return r;
}
