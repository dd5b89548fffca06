/* Which cgroups are delegated to a manager of their own, by the mark that systemd leaves on them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "delegation.h"
#include "delegation_ask.h"
#include "unit_name.h"

#define MARK_USER    "user.delegate"
#define MARK_TRUSTED "trusted.delegate"

void delegation_clear(struct delegation *d)
{
	strmap_clear(&d->folders, free);
}

/*
 * systemd.exec(5), "Delegate=", sets user.delegate to 1; before systemd 247, and on v1 where the kernel takes no
 * user attributes of a cgroup, it is trusted.delegate.
 */
static const char *mark_of(const char *folder, struct delegation_asker *asker)
{
	static const char *const marks[] = {MARK_USER, MARK_TRUSTED};
	char value[4];

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (getxattr(folder, marks[i], value, sizeof(value)) == 1 && value[0] == '1')
			return marks[i];
	return asker && delegation_ask(asker, folder) ? MARK_TRUSTED : NULL;
}

bool delegation_is_marked(int folder)
{
	char value[4];

	return fgetxattr(folder, MARK_TRUSTED, value, sizeof(value)) == 1 && value[0] == '1';
}

/* Text of why, kept in the map; NULL where this one folder is not marked. */
static const char *folder_reason(struct delegation *d, struct delegation_asker *asker, const char *folder, const char *path)
{
	struct strmap_entry *kept = strmap_find(&d->folders, folder);
	const char *mark;

	if (kept)
		return kept->value;
	kept = strmap_put(&d->folders, folder);
	mark = mark_of(folder, asker);
	if (mark)
		kept->value = must_printf("delegated to a manager of its own: %s has %s", path, mark);
	return kept->value;
}

static const struct hierarchy *hierarchy_of(const struct machine *m, const char *mount)
{
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		if (strcmp(m->hierarchies[h].mount, mount) == 0)
			return &m->hierarchies[h];
	return NULL;
}

/* How much of path is the base itself: a mark there, or above, gave it to us. */
static size_t length_of_ours(const char *path, const char *base)
{
	size_t n = strlen(base);

	return strncmp(path, base, n) == 0 && (path[n] == '/' || !path[n]) ? n : 0;
}

/* "/cgq.slice/cgq-web.scope": marked so that more may join it, and delegated to nobody but us. */
static bool is_own_scope(const struct machine *m, const char *path)
{
	static const char slice[] = "/" UNIT_OWN_SLICE "/";
	const char *name = path + sizeof(slice) - 1;
	size_t n = strlen(m->tree);

	return m->placement == PLACEMENT_UNITS && !strncmp(path, slice, sizeof(slice) - 1) && !strncmp(name, m->tree, n) &&
	       name[n] == '-' && !strchr(name, '/');
}

const char *delegation_find(struct delegation *d, const struct machine *m, const char *mount, const char *path)
{
	const struct hierarchy *h = hierarchy_of(m, mount);
	struct delegation_asker *asker = h && h->version == 1 ? d->asker : NULL;
	size_t ours = length_of_ours(path, h ? h->base : ""), above = strlen(mount), len = strlen(path);
	auto_free char *folder = len > 1 ? must_printf("%s%s", mount, path) : NULL;

	while (len > ours && len > 1) {
		const char *reason;

		folder[above + len] = '\0';
		reason = is_own_scope(m, folder + above) ? NULL : folder_reason(d, asker, folder, folder + above);
		if (reason)
			return reason;
		while (len > 0 && path[--len] != '/')
			;
	}
	return NULL;
}
