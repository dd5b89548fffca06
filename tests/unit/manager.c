/* Laws of telling, by its path alone, whose cgroup it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cgq/auto.h>

#include "classify.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void other_managers_are_known_by_their_paths(void **state)
{
	static const struct {
		const char *path;
		const char *what;
	} rows[] = {
		{"", NULL},
		{"/", NULL},
		{"/docker", NULL},
		{"/cgq/docker-web", NULL},
		{"/cgq/docker", NULL},
		{"/cgq/docker/web", NULL},
		{"/cgq/lxc/a", NULL},
		{"/cgq/machine/a", NULL},
		{"/docker-web/a", NULL},
		{"/system.slice/docker.service", NULL},
		{"/system.slice/docker-web.service", NULL},
		{"/user.slice/user-1000.slice/session-2.scope", NULL},
		{"/mykubepods/x", NULL},
		{"/dockerd/" ID, NULL},
		{"/docker/" ID, "a cgroup of docker"},
		{"/docker/buildkit/abc", "a cgroup of docker"},
		{"/mine/docker/" ID "/sub", "a cgroup of docker"},
		{"/system.slice/docker-" ID ".scope", "a cgroup of docker"},
		{"/machine.slice/libpod-" ID ".scope", "a cgroup of machined (systemd-nspawn, libvirt)"},
		{"/user.slice/libpod-" ID ".scope/container", "a cgroup of podman"},
		{"/libpod_parent/libpod-" ID, "a cgroup of podman"},
		{"/kubepods/besteffort/pod1/" ID, "a cgroup of kubernetes"},
		{"/kubepods.slice/kubepods-burstable.slice", "a cgroup of kubernetes"},
		{"/x.slice/crio-" ID ".scope", "a cgroup of cri-o"},
		{"/x.slice/cri-containerd-" ID ".scope", "a cgroup of containerd"},
		{"/lxc/101/ns", "a cgroup of lxc"},
		{"/lxc.payload/web", "a cgroup of lxc"},
		{"/lxc.payload.web", "a cgroup of lxc"},
		{"/nomad/abc", "a cgroup of nomad"},
		{"/nomad.slice/share.slice/x.scope", "a cgroup of nomad"},
		{"/garden/abc", "a cgroup of garden"},
		{"/machine/qemu-1.libvirt-qemu", "a cgroup of libvirt"},
		{"/machine.slice/machine-qemu-1.scope/libvirt", "a cgroup of machined (systemd-nspawn, libvirt)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *what = manager_of_path(rows[i].path);

		if ((!what) != (!rows[i].what) || (what && strcmp(what, rows[i].what) != 0))
			fail_msg("%s: %s", rows[i].path, what ? what : "NULL");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_managers_are_known_by_their_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
