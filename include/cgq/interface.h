/* The socket's interface, as its callers read it. Keys only ever grow. */
#pragma once

#define CGQ_SOCKET_DEFAULT "/run/cgq/cgqd.sock"

/* CPU is in percent of the machine; max: -1 is unlimited; null is unknown. */
#define CGQ_INTERFACE_TEXT                                                                                           \
	"# Who gets what of this machine, and why.\n"                                                                \
	"interface io.cgq\n"                                                                                         \
	"\n"                                                                                                         \
	"type Place (file: string, line: int)\n"                                                                     \
	"\n"                                                                                                         \
	"# A row holds its children too, as the kernel counts: procs (processes), CPU and memory. CPU is in percent\n"   \
	"# of the machine, over the last second. What is in force is as read back. -1 is unlimited, null unknown (or\n"  \
	"# nothing in force: passive). The memory of a passive group counts shared pages once for each process.\n"       \
	"type Usage (group: string, procs: ?int, cpu_percent: ?float, cpu_min_percent: ?float,\n"                    \
	"  cpu_max_percent: ?float, throttled_percent: ?float, memory_bytes: ?int, memory_max_bytes: ?int,\n"        \
	"  io_bytes_per_second: ?int, pressure_percent: ?float, state: string, reason: ?string,\n"                   \
	"  frozen: bool)\n"                                                                                          \
	"\n"                                                                                                         \
	"# One knob of the kernel; wanted and effective are as the kernel writes them. path is the cgroup, from the\n"   \
	"# root of its hierarchy.\n"                                                                                     \
	"type Knob (key: string, path: string, file: ?string, wanted: ?string, effective: ?string, text: ?string,\n" \
	"  at: ?Place, over: ?Place, in_force: bool, reason: ?string, use_bytes: ?int)\n"                            \
	"\n"                                                                                                         \
	"type Rule (file: string, line: int, text: string)\n"                                                        \
	"\n"                                                                                                         \
	"type Tried (group: string, file: string, line: int, text: string, failed: ?string)\n"                       \
	"\n"                                                                                                         \
	"type GroupStatus (group: string, at: Place, placement: string, usage: Usage, knobs: []Knob, rules: []Rule,\n"    \
	"  troubles: []string)\n"                                                                                    \
	"\n"                                                                                                         \
	"type Fault (file: string, line: int, text: string, severity: string)\n"                                     \
	"\n"                                                                                                         \
	"type Refused (file: string, kept: bool)\n"                                                                  \
	"\n"                                                                                                         \
	"# user and pinned_by are the name in /etc/passwd, or else the number.\n"                                                       \
	"type Process (pid: int, name: string, user: ?string, group: ?string, rule: ?Rule, how: string,\n"                    \
	"  pinned_by: ?string, pinned_at: ?string)\n"                                                                \
	"\n"                                                                                                         \
	"# kind: make, evacuate, enable, disable, write, remove, reunite; rules: who belongs to the group, with file \"match\"\n"  \
	"# and the group as path.\n"                                                                                     \
	"type Action (kind: string, group: ?string, path: string, file: ?string, was: ?string, text: ?string,\n"     \
	"  at: ?Place, danger: ?string)\n"                                                                           \
	"\n"                                                                                                         \
	"# outside: everything that is in no group; kernel threads are not counted.\n"                                   \
	"method List() -> (groups: []Usage, outside: Usage)\n"                                                       \
	"method Status(group: ?string) -> (version: string, layout: string, passive: ?string, refused: []Refused,\n" \
	"  faults: []Fault, troubles: []string, groups: []GroupStatus)\n"                                                 \
	"# The members of the group and of its children; of all groups without one.\n"                                   \
	"method Ps(group: ?string) -> (processes: []Process)\n"                                                      \
	"# how: rule, pinned, follows, stays, none or excluded; moved_at and pinned_at are UTC, like\n"                  \
	"# 2026-11-22T23:58:01Z; cgroups and origins are by hierarchy, like \"cpu,cpuacct\". limits are those of its\n"   \
	"# group and of the groups above. pinned_to may be a group that is in no policy just now.\n"                     \
	"method Explain(pid: int) -> (pid: int, name: string, user: ?string, group: ?string, how: string,\n"         \
	"  rule: ?Rule, exclusion: ?string, tried: []Tried, moved_at: ?string, cgroups: [string]string,\n"           \
	"  origins: [string]string, limits: []Knob, pinned_to: ?string, pinned_children: ?bool,\n"                   \
	"  pinned_by: ?string, pinned_at: ?string)\n"                                                                \
	"method Diff(name: ?string, text: ?string) -> (actions: []Action, faults: []Fault, refused: []Refused)\n"    \
	"method Reload() -> (refused: []Refused, faults: []Fault, troubles: []string)\n"                             \
	"method Reset(group: ?string) -> ()\n"                                                                       \
	"# The process belongs to the group, whatever rules say, until it is unpinned or ends; a restart of cgqd changes\n"  \
	"# nothing. children: its descendants too, those that live and those to come. A group that goes sends it back\n"     \
	"# where it came from; the pin waits for the group to come again. note: what the caller should know.\n"          \
	"method Pin(pid: int, group: string, children: ?bool) -> (note: ?string)\n"                                  \
	"# Rules judge it again at once. Who inherited the pin is released with the process that was pinned.\n"          \
	"method Unpin(pid: int) -> (note: ?string)\n"                                                                \
	"# All processes of the group and of its children stop, those to come too; until Thaw, Reset, Kill or the end of\n"  \
	"# the group.\n"                                                                                             \
	"method Freeze(group: string) -> (note: ?string)\n"                                                          \
	"method Thaw(group: string) -> (note: ?string)\n"                                                            \
	"# signal: KILL by default, which is sent until nobody is left, for some seconds; others are sent once. A frozen\n"  \
	"# group that is killed is thawed.\n"                                                                        \
	"method Kill(group: string, signal: ?string) -> (signalled: int, left: int, note: ?string)\n"                \
	"\n"                                                                                                         \
	"error NoSuchGroup (group: string)\n"                                                                        \
	"error NoSuchProcess (pid: int)\n"                                                                           \
	"error PermissionDenied (text: string)\n"                                                                    \
	"error NotReady ()\n"                                                                                        \
	"error Failed (text: string)\n"
