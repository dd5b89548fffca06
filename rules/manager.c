/* Which cgroups belong to another manager, by their names alone. */
#include <string.h>

#include <cgq/auto.h>

#include "classify.h"
#include "span.h"

/* How a name in a path is compared. */
enum where {
	FIRST,	   /* the first part is the name and has a part below it: a plain word anywhere else may be a user's own */
	ANYWHERE,  /* a part is the name */
	ABOVE_ID,  /* a part is the name and the next one an id of the manager's */
	BEFORE_ID, /* a part is the name and then an id, maybe with ".scope" */
	BEGINS,	   /* a part begins with the name */
};

/* Seen with docker 20 to 27 (cgroupfs and systemd drivers), podman 4, cri-o, containerd, kubelet, lxc 4 and 5, nomad, garden. */
static const struct manager {
	const char *name;
	enum where where;
	const char *what;
} managers[] = {
	{"docker", FIRST, "a cgroup of docker"},
	{"docker", ABOVE_ID, "a cgroup of docker"},
	{"docker-", BEFORE_ID, "a cgroup of docker"},
	{"libpod-", BEGINS, "a cgroup of podman"},
	{"libpod_parent", ANYWHERE, "a cgroup of podman"},
	{"crio-", BEGINS, "a cgroup of cri-o"},
	{"cri-containerd-", BEGINS, "a cgroup of containerd"},
	{"kubepods", ANYWHERE, "a cgroup of kubernetes"},
	{"kubepods.slice", ANYWHERE, "a cgroup of kubernetes"},
	{"kubepods-", BEGINS, "a cgroup of kubernetes"},
	{"lxc", FIRST, "a cgroup of lxc"},
	{"lxc.payload", ANYWHERE, "a cgroup of lxc"},
	{"lxc.payload.", BEGINS, "a cgroup of lxc"},
	{"lxc.monitor", ANYWHERE, "a cgroup of lxc"},
	{"lxc.monitor.", BEGINS, "a cgroup of lxc"},
	{"nomad", FIRST, "a cgroup of nomad"},
	{"nomad.slice", ANYWHERE, "a cgroup of nomad"},
	{"garden", FIRST, "a cgroup of garden"},
	{"ecs", FIRST, "a cgroup of amazon ecs"},
	{"buildkit", FIRST, "a cgroup of buildkit"},
	{"machine", FIRST, "a cgroup of libvirt"},
	{"machine.slice", ANYWHERE, "a cgroup of machined (systemd-nspawn, libvirt)"},
};

/* Container ids are 64 hex digits; 32 are enough to not be a word. */
static bool is_id(struct span s)
{
	static const char scope[] = ".scope";
	const size_t scope_len = sizeof(scope) - 1;

	if (s.len > scope_len && memcmp(s.s + s.len - scope_len, scope, scope_len) == 0)
		s.len -= scope_len;
	if (s.len < 32)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdef", s.s[i]))
			return false;
	return true;
}

static bool part_fits(const struct manager *one, struct span part, struct span below, bool first)
{
	size_t n = strlen(one->name);
	bool begins = part.len >= n && memcmp(part.s, one->name, n) == 0;
	struct span next = span_cut(&below, '/');

	switch (one->where) {
	case FIRST:
		return first && part.len == n && begins && next.len > 0;
	case ANYWHERE:
		return part.len == n && begins;
	case ABOVE_ID:
		return part.len == n && begins && is_id(next);
	case BEFORE_ID:
		return begins && is_id((struct span){part.s + n, part.len - n});
	case BEGINS:
		return begins && part.len > n;
	}
	return false;
}

const char *manager_of_path(const char *path)
{
	struct span rest = {path, strlen(path)};
	bool first = true;

	while (rest.len) {
		struct span part = span_cut(&rest, '/');

		if (part.len == 0)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(managers); i++)
			if (part_fits(&managers[i], part, rest, first))
				return managers[i].what;
		first = false;
	}
	return NULL;
}
