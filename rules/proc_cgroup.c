/* Bytes of /proc/PID/cgroup become facts: a path by hierarchy, and the unit of the manager. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "proc_parse.h"
#include "span.h"

/* One line: "4:memory:/x", "1:name=systemd:/x", "0::/x". */
struct cgroup_line {
	uint64_t id;
	struct span controllers;
	struct span path;
};

/*
 * The path is all that follows the second colon and may hold more of them; the kernel refuses to make a cgroup
 * with a newline in its name (EINVAL on 6.18), so lines are safe to cut. In a cgroup namespace it may begin
 * with "/..".
 */
static bool line_read(struct span line, struct cgroup_line *ret)
{
	struct span id = span_cut(&line, ':');
	struct span controllers = span_cut(&line, ':');

	if (!span_u64(id, UINT32_MAX, &ret->id) || line.len == 0 || line.s[0] != '/')
		return false;
	ret->controllers = controllers;
	ret->path = line;
	return memchr(line.s, '\0', line.len) == NULL;
}

static uint32_t controller_bits(struct span names)
{
	uint32_t bits = 0;

	while (names.len) {
		struct span one = span_cut(&names, ',');

		for (unsigned c = 0; c < CONTROLLER__COUNT; c++)
			if (controller_rows[c].v1 && span_is(one, controller_rows[c].v1))
				bits |= 1U << c;
	}
	return bits;
}

static bool is_v2(const struct cgroup_line *l)
{
	return l->id == 0 && l->controllers.len == 0;
}

/* Index into m->hierarchies, or -1: none of ours. */
static int hierarchy_of(const struct machine *m, const struct cgroup_line *l)
{
	uint32_t bits = controller_bits(l->controllers);

	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		const struct hierarchy *one = &m->hierarchies[h];

		if (is_v2(l) ? one->version == 2 : one->version == 1 && (one->controllers & bits))
			return (int)h;
	}
	return -1;
}

static bool ends_with(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len > n && memcmp(s.s + s.len - n, suffix, n) == 0;
}

static bool is_unit(struct span name)
{
	static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (ends_with(name, suffixes[i]))
			return true;
	return false;
}

/*
 * The innermost unit that has processes; a slice only where there is no other. systemd writes a '_' before names
 * that the kernel could take for a file.
 */
static char *unit_of_path(const char *path)
{
	struct span rest = {path, strlen(path)}, unit = {"", 0}, slice = {"", 0};

	while (rest.len) {
		struct span part = span_cut(&rest, '/');

		if (is_unit(part))
			unit = part;
		else if (ends_with(part, ".slice"))
			slice = part;
	}
	if (!unit.len)
		unit = slice;
	if (unit.len > 1 && unit.s[0] == '_')
		unit = (struct span){unit.s + 1, unit.len - 1};
	return span_dup(unit);
}

void proc_facts_set_manager(struct proc_facts *f, const char *path)
{
	char *copy = path ? must_strdup(path) : NULL;

	free(f->manager_cgroup);
	f->manager_cgroup = copy;
	free(f->unit);
	f->unit = copy ? unit_of_path(copy) : NULL;
}

/* What a look found; moved into the facts only when all of it could be read. */
struct found {
	char *cgroups[HIERARCHIES_MAX];
	char *systemd, *unified;
};

static void found_add(struct found *w, const struct machine *m, const struct cgroup_line *l)
{
	int h = hierarchy_of(m, l);

	if (h >= 0 && !w->cgroups[h])
		w->cgroups[h] = span_dup(l->path);
	if (is_v2(l) && !w->unified)
		w->unified = span_dup(l->path);
	if (span_is(l->controllers, "name=systemd") && !w->systemd)
		w->systemd = span_dup(l->path);
}

/* Frees what is left in w. */
static void found_done(struct found *w)
{
	for (size_t h = 0; h < ARRAY_SIZE(w->cgroups); h++)
		free(w->cgroups[h]);
	free(w->systemd);
	free(w->unified);
}

static void found_take(struct found *w, struct proc_facts *f)
{
	for (size_t h = 0; h < ARRAY_SIZE(w->cgroups); h++) {
		free(f->cgroups[h]);
		f->cgroups[h] = take_ptr(w->cgroups[h]);
	}
	proc_facts_set_manager(f, w->systemd ? w->systemd : w->unified);
}

int proc_parse_cgroup(const char *buf, size_t len, const struct machine *m, struct proc_facts *f)
{
	struct span rest = {buf, len};
	struct found w = {0};
	bool good = len > 0;

	while (rest.len && good) {
		struct cgroup_line l;

		good = line_read(span_cut(&rest, '\n'), &l);
		if (good)
			found_add(&w, m, &l);
	}
	if (good)
		found_take(&w, f);
	found_done(&w);
	return good ? 0 : -EBADMSG;
}
