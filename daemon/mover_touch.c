/* A write that moves nobody: this process, to where it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/memory.h>

#include "mover_parts.h"
#include "proc_parse.h"

/* Of /proc/self/cgroup: a line for each hierarchy. What is longer is not known, and nothing is touched. */
#define PLACE_BYTES 8192

/* As it was read last; mostly it reads so again, and nothing is to be made of it. */
struct own_place {
	int fd;
	char text[PLACE_BYTES];
	size_t len;
	struct proc_facts self;
};

static struct own_place *place_new(void)
{
	struct own_place *p = must_alloc(sizeof(*p));

	p->fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	p->self.pid = getpid();
	return p;
}

void own_place_free(struct own_place *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	proc_facts_done(&p->self);
	free(p);
}

static int place_read(struct own_place *p, const struct machine *m)
{
	char text[PLACE_BYTES];
	ssize_t n = p->fd < 0 ? -1 : pread(p->fd, text, sizeof(text), 0);
	int r;

	if (n <= 0 || (size_t)n == sizeof(text))
		return -ENOENT;
	if ((size_t)n == p->len && memcmp(text, p->text, p->len) == 0)
		return 0;
	p->len = 0;
	r = proc_parse_cgroup(text, (size_t)n, m, &p->self);
	if (r == 0) {
		p->len = (size_t)n;
		memcpy(p->text, text, p->len);
	}
	return r;
}

/*
 * Nobody's pid would not do: since Linux 6.18 the kernel looks for the process first, and takes the lock that is to be kept warm
 * only for one that is there.
 */
int mover_touch(struct mover *v, unsigned hierarchy)
{
	const char *path;
	int r;

	if (!v->own)
		v->own = place_new();
	r = place_read(v->own, v->machine);
	if (r < 0)
		return r;
	path = v->own->self.cgroups[hierarchy];
	return path ? procs_write(v, hierarchy, path, v->own->self.pid) : -ENOENT;
}
