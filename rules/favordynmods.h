/*
 * Which hierarchies of cgroups are mounted with favordynmods. It is an admin's choice, for every process of the machine: moves
 * into cgroups no longer wait for the kernel, forks and exits cost a little more, and since Linux 6.18 nothing but a reboot
 * ends it. One hierarchy with it is enough (cgroup_favor_dynmods(): what it changes is one lock of all hierarchies).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * One line of /proc/PID/mountinfo. Of such a hierarchy, list gets the controllers, each once: "cpu,cpuacct", "name=systemd"
 * where it has none, "v2" for all of the unified one. False: another line, or too long for the list, which it leaves as it is.
 */
bool favordynmods_note(const char *line, size_t len, char *list, size_t size);
