/* What the kernel means when it refuses to move a process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "mover_parts.h"

/* Source: cgroup_procs_write and the can_attach functions of Linux 6.1 to 6.18; version 0: both. */
static const struct {
	int error;
	int version;
	const char *what;
} reasons[] = {
	{ESRCH, 0, "the kernel finds no such process"},
	{ENOENT, 0, "there is no such cgroup"},
	{ENODEV, 0, "the cgroup is being removed"},
	{EINVAL, 1, "the kernel refuses: it has realtime threads and the group no realtime time, or it is a kernel thread"},
	{EINVAL, 2, "the kernel refuses: it is a kernel thread, or bound to its CPUs"},
	{ENOSPC, 1, "the cpuset has no CPUs or no memory nodes"},
	{ENOSPC, 2, "the cgroup has no CPUs that it may run on"},
	{EBUSY, 1, "the kernel is busy with it (deadline scheduling that finds no room there)"},
	{EBUSY, 2, "the cgroup has controllers enabled for its children, so it takes no processes"},
	{EOPNOTSUPP, 0, "the cgroup is a threaded one, or below one"},
	{EAGAIN, 0, "the kernel cannot do it just now"},
	{ENOMEM, 0, "the kernel has no memory for it"},
	{EACCES, 0, "not permitted"},
	{EPERM, 0, "not permitted"},
	{EROFS, 0, "the cgroups are mounted read-only"},
	{EMFILE, 0, "too many open files"},
};

const char *mover_why(int error, int version)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].error == error && (reasons[i].version == 0 || reasons[i].version == version))
			return reasons[i].what;
	return strerror(error);
}

void mover_hierarchy_name(const struct hierarchy *h, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned c = 0; h->version == 1 && c < CONTROLLER__COUNT; c++) {
		int n;

		if (!(h->controllers & 1U << c))
			continue;
		n = snprintf(buf + used, size - used, "%s%s", used ? "," : "", controller_rows[c].v1);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
	if (h->version == 2)
		snprintf(buf, size, "unified");
}
