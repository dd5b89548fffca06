/* Which unit of systemd a cgroup belongs to, by its path alone. */
#include "unit_name.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/machine.h>

#include "span.h"

#define UNIT_NAME_MAX_BYTES 255 /* UNIT_NAME_MAX of systemd, less its NUL */
#define ROOT_SLICE	    "-.slice"
#define ESCAPE		    '_'

static const char *const suffixes[] = {".service", ".scope", ".slice", ".socket", ".mount", ".swap"};

bool unit_name_has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len > n && !strcmp(name + len - n, suffix);
}

bool unit_name_is_valid(const char *name)
{
	static const char valid[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";

	if (strlen(name) > UNIT_NAME_MAX_BYTES || name[strspn(name, valid)] || *name == '@')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (unit_name_has_suffix(name, suffixes[i]))
			return true;
	return false;
}

/* Of "a-b.slice", "a-b"; dashes stand between parts that are not empty. Not the root's. */
static bool slice_stem(const char *slice, size_t *ret)
{
	size_t len;

	if (!unit_name_is_valid(slice) || !unit_name_has_suffix(slice, ".slice") || strchr(slice, '@'))
		return false;
	len = strlen(slice) - strlen(".slice");
	for (size_t i = 0; i < len; i++)
		if (slice[i] == '-' && (i == 0 || i == len - 1 || slice[i - 1] == '-'))
			return false;
	*ret = len;
	return true;
}

const char *unit_slice_parent(struct arena *a, const char *slice)
{
	const char *dash;
	size_t len;

	if (!slice_stem(slice, &len))
		return NULL;
	dash = memrchr(slice, '-', len);
	return dash ? arena_printf(a, "%.*s.slice", (int)(dash - slice), slice) : ROOT_SLICE;
}

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* systemd's cg_escape(): names that the kernel could take for one of its files get a '_' before them, and so does '_'. */
static bool is_escaped(const char *name)
{
	static const char *const files[] = {"notify_on_release", "release_agent", "tasks"};

	if (*name == ESCAPE || *name == '.' || begins(name, "cgroup."))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(name, files[i]))
			return true;
	return false;
}

/* "cpu.service" as well: any name of a controller and a dot, whichever this kernel has. */
static bool is_controllers(const char *name)
{
	static const char *const others[] = {"io", "blkio", "devices", "bpf-firewall", "bpf-devices", "bpf-foreign",
					     "bpf-socket-bind", "bpf-restrict-network-interfaces"};
	size_t len = strcspn(name, ".");
	struct span first = {name, len};

	if (!name[len])
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (span_is(first, others[i]))
			return true;
	for (int c = 0; c < CONTROLLER__COUNT; c++)
		if ((controller_rows[c].v2 && span_is(first, controller_rows[c].v2)) ||
		    (controller_rows[c].v1 && c != CONTROLLER_FREEZER && span_is(first, controller_rows[c].v1)))
			return true;
	return false;
}

static const char *folder_of(struct arena *a, const char *name)
{
	return is_escaped(name) || is_controllers(name) ? arena_printf(a, "_%s", name) : name;
}

const char *unit_cgroup(struct arena *a, const char *slice, const char *name)
{
	const char *parent, *above;

	if (!strcmp(slice, ROOT_SLICE))
		return name ? arena_printf(a, "/%s", folder_of(a, name)) : "";
	parent = unit_slice_parent(a, slice);
	above = parent ? unit_cgroup(a, parent, slice) : NULL;
	return above && name ? arena_printf(a, "%s/%s", above, folder_of(a, name)) : above;
}

/* What one part of a path is called as a unit; NULL: no unit's. */
static const char *name_of(struct arena *a, struct span part)
{
	const char *folder = arena_strndup(a, part.s, part.len);
	const char *name = *folder == ESCAPE ? folder + 1 : folder;

	return unit_name_is_valid(name) ? name : NULL;
}

static bool is_in(const struct unit_path *path, const char *slice)
{
	for (size_t i = 0; i < path->n_slices; i++)
		if (!strcmp(path->slices[i].name, slice))
			return true;
	return false;
}

static enum unit_place place_of(const struct unit_path *path)
{
	const char *name = path->unit.name;

	if (is_in(path, "machine.slice"))
		return UNIT_MACHINE;
	if (!strcmp(name, "init.scope") && path->n_slices == 1)
		return UNIT_INIT;
	if (begins(name, "user@") && unit_name_has_suffix(name, ".service"))
		return UNIT_USER;
	if (unit_name_has_suffix(name, ".service"))
		return UNIT_SERVICE;
	if (!unit_name_has_suffix(name, ".scope"))
		return UNIT_OTHER;
	return begins(name, "session-") && is_in(path, "user.slice") ? UNIT_SESSION : UNIT_SCOPE;
}

static void step_add(struct arena *a, struct unit_path *path, const char *name, const char *cgroup, const char *end)
{
	path->slices[path->n_slices++] = (struct unit_step){ name, arena_strndup(a, cgroup, (size_t)(end - cgroup)) };
}

/* A slice stands where its name says, or it is none of systemd's. */
static bool slice_fits(struct arena *a, const struct unit_path *path, const char *name)
{
	const char *parent = unit_slice_parent(a, name);

	return parent && !strcmp(parent, path->slices[path->n_slices - 1].name);
}

static size_t parts_count(const char *path)
{
	size_t n = 1;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

void unit_path_read(struct arena *a, const char *cgroup, struct unit_path *ret)
{
	struct span rest = {cgroup + (*cgroup == '/'), strlen(cgroup) - (*cgroup == '/')};

	*ret = (struct unit_path){ .place = rest.len ? UNIT_STRANGE : UNIT_ROOT, .below = "" };
	ret->slices = arena_alloc(a, (parts_count(cgroup) + 1) * sizeof(*ret->slices));
	step_add(a, ret, ROOT_SLICE, cgroup, cgroup);
	while (rest.len) {
		struct span part = span_cut(&rest, '/');
		const char *name = name_of(a, part), *end = part.s + part.len;

		if (!name)
			return;
		if (!unit_name_has_suffix(name, ".slice")) {
			ret->unit = (struct unit_step){ name, arena_strndup(a, cgroup, (size_t)(end - cgroup)) };
			ret->below = arena_strdup(a, end);
			ret->place = place_of(ret);
			return;
		}
		if (!slice_fits(a, ret, name))
			return;
		step_add(a, ret, name, cgroup, end);
	}
}
