/* How groups are enforced on this machine, and why so, in words. */
#include "placement.h"

#include <stdio.h>
#include <string.h>

/* Of the cgroup that systemd gave to us. */
static const char *delegated_base(const struct machine *m)
{
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		if (m->hierarchies[h].version == 2)
			return m->hierarchies[h].base;
	return "";
}

void placement_text(const struct machine *m, char buf[PLACEMENT_TEXT_BYTES])
{
	static const char *const why[] = {
		[LAYOUT_NONE] = "",
		[LAYOUT_V1] = "controllers are on cgroup v1",
		[LAYOUT_MIXED] = "some controllers are on cgroup v1",
		[LAYOUT_V2] = "systemd does not run here",
		[LAYOUT_V2_SYSTEMD] = "cgqd was started in a cgroup that is delegated to it, ",
	};

	if (m->refusal[0])
		snprintf(buf, PLACEMENT_TEXT_BYTES, "none: %s", m->refusal);
	else if (m->placement == PLACEMENT_UNITS)
		snprintf(buf, PLACEMENT_TEXT_BYTES, "in place, on units of systemd");
	else
		snprintf(buf, PLACEMENT_TEXT_BYTES, "a tree of its own, since %s%s", why[m->layout],
			 m->layout == LAYOUT_V2_SYSTEMD ? delegated_base(m) : "");
}
