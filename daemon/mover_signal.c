/* Sends signals to who is in a cgroup. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "mover_parts.h"

/* The number was read before it was held: is its owner the one that was there? */
static void one_signal(struct mover *v, unsigned hierarchy, const char *path, pid_t pid, int signal)
{
	struct target t;

	if (pid == getpid() || target_hold(v, pid, 0, &t, NULL) < 0)
		return;
	if (process_is_in(v, pid, hierarchy, path, strlen(path)))
		pidfd_send_signal(t.pidfd, signal, NULL, 0);
	target_done(&t);
}

int mover_signal(struct mover *v, unsigned hierarchy, const char *path, int signal, size_t *ret_found, struct err *e)
{
	struct pids pids = {0};
	int r = mover_pids_read(v, hierarchy, path, &pids, e);

	for (size_t i = 0; r == 0 && i < pids.n; i++)
		one_signal(v, hierarchy, path, pids.list[i], signal);
	if (r == 0)
		*ret_found = pids.n + pids.foreign;
	free(pids.list);
	return r;
}

int mover_kill_all(struct mover *v, unsigned hierarchy, const char *path, struct err *e)
{
	const struct hierarchy *h = &v->machine->hierarchies[hierarchy];

	return h->version == 2 ? v->kernel->write(v->kernel, h, path, "cgroup.kill", "1", e) : -ENOENT;
}
