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
	"  io_bytes_per_second: ?int, pressure_percent: ?float, state: string, reason: ?string)\n"                   \
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
	"# user is the name in /etc/passwd, or else the number.\n"                                                       \
	"type Process (pid: int, name: string, user: ?string, group: ?string, rule: ?Rule, how: string)\n"           \
	"\n"                                                                                                         \
	"# kind: make, evacuate, enable, disable, write, remove, reunite; rules: who belongs to the group, with file \"match\"\n"  \
	"# and the group as path. hierarchy: v2, or by controllers, like \"cpu,cpuacct\".\n"                                                                                     \
	"type Action (kind: string, group: ?string, path: string, hierarchy: ?string, file: ?string, was: ?string,\n" \
	"  text: ?string, at: ?Place, danger: ?string)\n"                                                                         \
	"\n"                                                                                                         \
	"# What was set while running: it stands above all files until the machine boots.\n"                                \
	"type Override (group: string, key: string, value: string, who: string, when: string)\n"                            \
	"\n"                                                                                                                \
	"type Setting (key: string, value: string)\n"                                                                       \
	"\n"                                                                                                                \
	"# A change that waits for Confirm; files are those that would return to their earlier version; health is the\n"    \
	"# command that watches it.\n"                                                                                      \
	"type Pending (seconds_left: int, health: ?string, files: []string)\n"                                              \
	"\n"                                                                                                                \
	"# outside: everything that is in no group; kernel threads are not counted.\n"                                   \
	"method List() -> (groups: []Usage, outside: Usage)\n"                                                       \
	"method Status(group: ?string) -> (version: string, layout: string, passive: ?string, refused: []Refused,\n" \
	"  faults: []Fault, troubles: []string, overrides: []Override, confirm: ?Pending, rolled_back: ?string,\n"     \
	"  groups: []GroupStatus)\n"                                                 \
	"# The members of the group and of its children; of all groups without one.\n"                                   \
	"method Ps(group: ?string) -> (processes: []Process)\n"                                                      \
	"# how: rule, follows, stays, none or excluded; moved_at is UTC, like 2026-11-22T23:58:01Z; cgroups and\n"       \
	"# origins are by hierarchy, like \"cpu,cpuacct\". limits are those of its group and of the groups above.\n"       \
	"method Explain(pid: int) -> (pid: int, name: string, user: ?string, group: ?string, how: string,\n"         \
	"  rule: ?Rule, exclusion: ?string, tried: []Tried, moved_at: ?string, cgroups: [string]string,\n"           \
	"  origins: [string]string, limits: []Knob)\n"                                                               \
	"method Diff(name: ?string, text: ?string) -> (actions: []Action, faults: []Fault, refused: []Refused)\n"    \
	"# With confirm_seconds, 1 to 3600, the files that were in force before are so again after that time, or at once where\n"\
	"# the change does harm, unless Confirm comes first. confirm null: nothing waits.\n"                                \
	"method Reload(confirm_seconds: ?int) -> (refused: []Refused, faults: []Fault, troubles: []string,\n"               \
	"  confirm: ?Pending)\n"                                                                                            \
	"method Confirm() -> ()\n"                                                                                          \
	"# With faults nothing was changed. save: kept in file, a drop-in of the last policy folder, rather than until the\n"\
	"# machine boots. notes: what else a person should know. A place of what was set has line 0.\n"                     \
	"method Set(group: string, settings: []Setting, save: ?bool) -> (faults: []Fault, file: ?string, notes: []string)\n"\
	"# keys null: all that was set of the group.\n"                                                                     \
	"method Clear(group: string, keys: ?[]string, save: ?bool) -> (faults: []Fault, file: ?string, notes: []string)\n"  \
	"method Reset(group: ?string) -> ()\n"                                                                       \
	"\n"                                                                                                         \
	"error NoSuchGroup (group: string)\n"                                                                        \
	"error NoSuchProcess (pid: int)\n"                                                                           \
	"error PermissionDenied (text: string)\n"                                                                    \
	"error NotReady ()\n"                                                                                        \
	"error Failed (text: string)\n"
