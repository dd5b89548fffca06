/* Notices that CPUs came or went: one read a second of the list of those that are online. */
#include "hotplug.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

struct hotplug {
	int fd;
	char last[256];
};

struct hotplug *hotplug_new(void)
{
	struct hotplug *h = must_alloc(sizeof(*h));

	h->fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	hotplug_changed(h);
	return h;
}

void hotplug_free(struct hotplug *h)
{
	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

bool hotplug_changed(struct hotplug *h)
{
	char now[sizeof(h->last)] = "";

	if (h->fd < 0 || pread(h->fd, now, sizeof(now) - 1, 0) <= 0 || strcmp(now, h->last) == 0)
		return false;
	memcpy(h->last, now, sizeof(now));
	return true;
}
