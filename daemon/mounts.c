/* Notices that mounts of cgroups come, go or change, and how they are mounted. */
#include "mounts.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "favordynmods.h"
#include "text.h"

struct mounts {
	int fd;
	uint64_t last; /* hash of the lines that are about cgroups; 0: not read yet */
	char favordynmods[256];
};

struct mounts *mounts_new(void)
{
	struct mounts *m = must_alloc(sizeof(*m));

	m->fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	mounts_changed(m);
	return m;
}

void mounts_free(struct mounts *m)
{
	if (!m)
		return;
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

int mounts_fd(const struct mounts *m)
{
	return m->fd;
}

/* "35 24 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu": a mount's own text has no blank that is not escaped. */
static uint64_t cgroup_lines_read(struct mounts *m, FILE *f)
{
	auto_free char *line = NULL;
	size_t size = 0;
	uint64_t hash = 1;
	ssize_t n;

	m->favordynmods[0] = '\0';
	while ((n = getline(&line, &size, f)) > 0) {
		if (!strstr(line, " - cgroup ") && !strstr(line, " - cgroup2 "))
			continue;
		hash = text_hash(hash, line, (size_t)n);
		favordynmods_note(line, (size_t)n, m->favordynmods, sizeof(m->favordynmods));
	}
	return hash ? hash : 1;
}

bool mounts_changed(struct mounts *m)
{
	auto_file FILE *f = fopen("/proc/self/mountinfo", "re");
	uint64_t now = f ? cgroup_lines_read(m, f) : m->last;
	bool changed = now != m->last;

	m->last = now;
	return changed;
}

const char *mounts_favordynmods(const struct mounts *m)
{
	return m->favordynmods;
}
