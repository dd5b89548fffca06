/* Reads what machine this is: CPUs, memory, hierarchies, and where our tree may stand in them. */
#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "plan_make.h"
#include "text.h"

static int text_read(const char *path, char *buf, size_t size, struct err *e)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return fail(e, errno, "%s: %s", path, strerror(errno));
	buf[n] = '\0';
	return 0;
}

static int list_read(const char *path, unsigned most, char *ret, size_t size, struct err *e)
{
	char buf[4096];
	int r = text_read(path, buf, sizeof(buf), e);

	if (r < 0)
		return r;
	buf[strcspn(buf, "\n")] = '\0';
	r = text_list(buf, most, ret, size);
	return r < 0 ? fail(e, -r, "%s: '%s' is not a list of numbers", path, TEXT_ESCAPED(buf)) : 0;
}

/* "MemTotal:       24684084 kB" */
static int meminfo_find(const char *text, const char *key, uint64_t *ret)
{
	const char *p = strstr(text, key);
	char number[32] = "";
	size_t n;

	if (!p)
		return -ENOENT;
	p += strlen(key);
	p += strspn(p, " ");
	n = strspn(p, "0123456789");
	if (!n || n >= sizeof(number))
		return -EINVAL;
	memcpy(number, p, n);
	if (text_u64(number, ret) < 0 || *ret > UINT64_MAX / 1024)
		return -ERANGE;
	*ret *= 1024;
	return 0;
}

static int memory_read(struct machine *m, struct err *e)
{
	char text[16384];
	int r = text_read("/proc/meminfo", text, sizeof(text), e);

	if (r < 0)
		return r;
	if (meminfo_find(text, "MemTotal:", &m->memory_bytes) < 0)
		return fail(e, EBADMSG, "/proc/meminfo: no MemTotal");
	if (meminfo_find(text, "SwapTotal:", &m->swap_bytes) < 0)
		m->swap_bytes = 0;
	m->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	return 0;
}

/* A kernel without NUMA has no nodes to list, and all memory in node 0. */
static int cpus_read(struct machine *m, struct err *e)
{
	const char *nodes = "/sys/devices/system/node/has_memory";
	int r = list_read("/sys/devices/system/cpu/online", CPUS_MAX, m->cpu_list, sizeof(m->cpu_list), e);

	if (r < 0)
		return r;
	m->cpus = text_list_count(m->cpu_list);
	if (list_read(nodes, NODES_MAX, m->node_list, sizeof(m->node_list), NULL) < 0)
		strcpy(m->node_list, "0");
	return 0;
}

static void layout_find(struct machine *m)
{
	unsigned v1 = 0, v2 = 0;
	struct stat st;

	for (unsigned i = 0; i < m->n_hierarchies; i++)
		if (m->hierarchies[i].controllers & ~CONTROLLER_BIT(FREEZER)) /* which limits nothing */
			*(m->hierarchies[i].version == 2 ? &v2 : &v1) += 1;
	if (v1 && v2)
		m->layout = LAYOUT_MIXED;
	else if (v1)
		m->layout = LAYOUT_V1;
	else if (!v2)
		m->layout = LAYOUT_NONE;
	else /* sd_booted(3) asks just this */
		m->layout = lstat("/run/systemd/system", &st) < 0 || !S_ISDIR(st.st_mode) ? LAYOUT_V2 : LAYOUT_V2_SYSTEMD;
	if (m->layout == LAYOUT_NONE)
		snprintf(m->refusal, sizeof(m->refusal), "no cgroup hierarchy with the cpu or memory controller is mounted");
}

/* systemd marks what it hands over; before version 251 in the trusted namespace. */
static bool is_delegated(const struct hierarchy *h, const char *path)
{
	static const char *const marks[] = { "user.delegate", "trusted.delegate" };
	char full[PATH_MAX], value[8];

	snprintf(full, sizeof(full), "%s%s", h->mount, path);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (getxattr(full, marks[i], value, sizeof(value)) == 1 && *value == '1')
			return true;
	return false;
}

/* "0::/a/b.scope" */
static int own_cgroup(char *ret, size_t size, struct err *e)
{
	char text[8192], *line;
	int r = text_read("/proc/self/cgroup", text, sizeof(text), e);

	if (r < 0)
		return r;
	line = strncmp(text, "0::/", 4) ? strstr(text, "\n0::/") : text;
	if (!line)
		return fail(e, EBADMSG, "/proc/self/cgroup: no line of the v2 hierarchy");
	line = strstr(line, "0::") + 3;
	line[strcspn(line, "\n")] = '\0';
	if (strlen(line) >= size)
		return fail(e, ENAMETOOLONG, "/proc/self/cgroup: longer than %zu bytes", size - 1);
	strcpy(ret, line);
	return 0;
}

/* Under systemd: the nearest cgroup around us that it has delegated, to have a tree in; else its units are limited in place. */
static int base_find(struct machine *m, struct hierarchy *h, struct err *e)
{
	char path[sizeof(h->base)] = "";
	int r = own_cgroup(path, sizeof(path), e);

	if (r < 0)
		return r;
	while (*path && !is_delegated(h, path))
		*strrchr(path, '/') = '\0';
	m->placement = *path ? PLACEMENT_TREE : PLACEMENT_UNITS;
	strcpy(h->base, path);
	return 0;
}

static uint32_t controllers_available(struct kernel *k, const struct hierarchy *h)
{
	char text[1024], *save = NULL;
	uint32_t bits = 0;

	if (k->read(k, h, h->base, "cgroup.controllers", text, sizeof(text), NULL) < 0)
		return h->controllers;
	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		int c = controller_find(w, 2);

		bits |= c < 0 ? 0 : 1U << c;
	}
	return h->controllers & bits;
}

/* cgroup.events is everywhere but in the true root, which the root of a container's namespace is not. */
static void base_look(struct kernel *k, struct hierarchy *h)
{
	char text[256];

	h->base_is_root = h->version == 1 || k->read(k, h, h->base, "cgroup.events", text, sizeof(text), NULL) == -ENOENT;
	if (h->version == 2)
		h->controllers = controllers_available(k, h);
}

/* The root has these files on v1, so that it can be known before there is a cgroup of ours. */
static void missing_look(struct kernel *k, struct machine *m)
{
	static const enum knob newer[] = { KNOB_CPU_IDLE, KNOB_CPU_BURST, KNOB_SWAP_MAX };
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(newer); i++) {
		int h = machine_hierarchy(m, knob_rows[newer[i]].controller);

		if (h >= 0 && m->hierarchies[h].version == 1 &&
		    k->read(k, &m->hierarchies[h], "", knob_rows[newer[i]].v1, text, sizeof(text), NULL) == -ENOENT)
			m->missing_knobs |= 1U << newer[i];
	}
}

static void base_lists_read(struct kernel *k, struct machine *m)
{
	int i = machine_hierarchy(m, CONTROLLER_CPUSET);
	const struct hierarchy *h = i < 0 ? NULL : &m->hierarchies[i];
	auto_arena struct arena arena = {0};
	struct value v;

	if (!h || h->version != 1)
		return;
	observe_value(k, h, h->base, KNOB_CPUS, m->page_bytes, &arena, &v);
	snprintf(m->base_cpus, sizeof(m->base_cpus), "%s", *value_list(&v) ? v.list : m->cpu_list);
	observe_value(k, h, h->base, KNOB_MEMS, m->page_bytes, &arena, &v);
	snprintf(m->base_mems, sizeof(m->base_mems), "%s", *value_list(&v) ? v.list : m->node_list);
}

int observe_resources(struct machine *ret, struct err *e)
{
	struct machine m = {0};
	int r = cpus_read(&m, e);

	if (!r)
		r = memory_read(&m, e);
	if (!r)
		*ret = m;
	return r;
}

int observe_machine(struct kernel *k, const char *tree, double system_share, struct machine *ret, struct err *e)
{
	struct machine m = { .system_share = system_share };
	int r;

	snprintf(m.tree, sizeof(m.tree), "%s", tree);
	r = cpus_read(&m, e);
	if (!r)
		r = memory_read(&m, e);
	if (!r)
		r = k->discover(k, &m, e);
	if (r < 0)
		return r;
	layout_find(&m);
	for (unsigned i = 0; i < m.n_hierarchies; i++) {
		if (m.layout == LAYOUT_V2_SYSTEMD && m.hierarchies[i].version == 2)
			r = base_find(&m, &m.hierarchies[i], e);
		if (r < 0)
			return r;
		base_look(k, &m.hierarchies[i]);
	}
	base_lists_read(k, &m);
	missing_look(k, &m);
	*ret = m;
	return 0;
}

static bool hierarchy_equal(const struct hierarchy *a, const struct hierarchy *b)
{
	return a->version == b->version && a->controllers == b->controllers && a->base_is_root == b->base_is_root &&
	       !strcmp(a->mount, b->mount) && !strcmp(a->base, b->base);
}

bool machine_equal(const struct machine *a, const struct machine *b)
{
	if (a->n_hierarchies != b->n_hierarchies)
		return false;
	for (unsigned i = 0; i < a->n_hierarchies; i++)
		if (!hierarchy_equal(&a->hierarchies[i], &b->hierarchies[i]))
			return false;
	return !strcmp(a->cpu_list, b->cpu_list) && !strcmp(a->node_list, b->node_list) &&
	       !strcmp(a->base_cpus, b->base_cpus) && !strcmp(a->base_mems, b->base_mems) &&
	       a->memory_bytes == b->memory_bytes && a->swap_bytes == b->swap_bytes && a->layout == b->layout &&
	       a->placement == b->placement && a->missing_knobs == b->missing_knobs && !strcmp(a->refusal, b->refusal) && !strcmp(a->tree, b->tree);
}
