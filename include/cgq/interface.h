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
	"# would: what would be held back now if a passive group were enforced. units and processes are those of the group\n" \
	"# itself, without its children; processes only where List is asked for members. io_bytes_per_second: not measured yet.\n"                            \
	"type Usage (group: string, procs: ?int, cpu_percent: ?float, cpu_min_percent: ?float,\n"                    \
	"  cpu_max_percent: ?float, throttled_percent: ?float, memory_bytes: ?int, memory_max_bytes: ?int,\n"        \
	"  io_bytes_per_second: ?int, pressure_percent: ?float, state: string, reason: ?string, would: ?string,\n"   \
	"  frozen: bool, units: ?[]Unit, processes: ?[]Named)\n"                                                      \
	"\n"                                                                                                         \
	"# Usage of many groups, as a list for each key, with a value for each group, in the order of List. null: it was not\n" \
	"# asked for, or is null for every group.\n"                                                                 \
	"type Columns (group: ?[]string, procs: ?[]?int, cpu_percent: ?[]?float, cpu_min_percent: ?[]?float,\n"      \
	"  cpu_max_percent: ?[]?float, throttled_percent: ?[]?float, memory_bytes: ?[]?int, memory_max_bytes: ?[]?int,\n" \
	"  io_bytes_per_second: ?[]?int, pressure_percent: ?[]?float, state: ?[]string, reason: ?[]?string,\n"       \
	"  would: ?[]?string, frozen: ?[]bool)\n"                                                                    \
	"\n"                                                                                                         \
	"# A unit of systemd that a group is limited on, where groups are limited in place; null where cgqd has a tree of\n" \
	"# its own. One that is left as it is, is not in force, and reason says why.\n"                                \
	"type Unit (unit: string, cgroup: ?string, procs: ?int, cpu_percent: ?float, cpu_min_percent: ?float,\n"      \
	"  cpu_max_percent: ?float, throttled_percent: ?float, memory_bytes: ?int, memory_max_bytes: ?int,\n"        \
	"  state: string, reason: ?string)\n"                                                                        \
	"\n"                                                                                                         \
	"# Members of one name, and how many; those with rare names are together, with null for their name.\n"        \
	"type Named (name: ?string, procs: int)\n"                                                                   \
	"\n"                                                                                                         \
	"# One knob of the kernel; wanted and effective are as the kernel writes them. path is the cgroup, from the\n"   \
	"# root of its hierarchy, and unit the unit of systemd that it is of. Of the keys strict, namespace and net.… there is no\n" \
	"# file: each is in force or not; only rates have values, as the policy writes them.\n"                                                                                     \
	"type Knob (key: string, path: string, unit: ?string, file: ?string, wanted: ?string, effective: ?string, text: ?string,\n" \
	"  at: ?Place, over: ?Place, in_force: bool, reason: ?string, use_bytes: ?int)\n"                            \
	"\n"                                                                                                         \
	"type Rule (file: string, line: int, text: string)\n"                                                        \
	"\n"                                                                                                         \
	"# depends: what the rule looks at that ExplainAs was not told, and that would decide.\n"                        \
	"type Tried (group: string, file: string, line: int, text: string, failed: ?string, depends: ?string)\n"     \
	"\n"                                                                                                         \
	"# Since cgqd watches the group: periods in which its CPU ceiling held it back, tries to go beyond its memory and\n" \
	"# tasks, processes that the OOM killer killed, and those that cgqd moved. Members only, without\n" \
	"# children. null is unknown, or not counted by this kernel.\n"                                              \
	"type Counts (throttled_periods: ?int, memory_hits: ?int, memory_soft_hits: ?int, tasks_hits: ?int,\n"       \
	"  oom_kills: ?int, moved_in: int, moved_out: int)\n"                                                        \
	"\n"                                                                                                         \
	"# The lowest ceiling in force of a group and of all groups above it, and the nearest group that has it. -1 is\n" \
	"# unlimited, null unknown.\n"                                                                               \
	"type Tightest (cpu_percent: ?float, cpu_group: ?string, memory_bytes: ?int, memory_group: ?string)\n"       \
	"\n"                                                                                                         \
	"# How often a passive group would have been held back since cgqd runs: episodes that began.\n"               \
	"type WouldTimes (throttled: int, over_memory: int, over_tasks: int)\n"                                      \
	"\n"                                                                                                         \
	"# What was changed of a slice for the sake of units in it: a property of systemd, and the file of the\n" \
	"# kernel that shows it, before cgqd came and now.\n"  \
	"type OnTheWay (unit: string, cgroup: string, property: string, file: string, was: string, now: string)\n"                  \
	"\n"                                                                                                         \
	"# kind: net, pid, ipc, uts or mount; mode: group (one for all), new (each start has its own) or path.\n"       \
	"type Namespace (kind: string, mode: string, path: ?string, in_force: bool, reason: ?string)\n"                \
	"\n"                                                                                                         \
	"# netns: the group's network as ip netns shows it. pending: processes that are not in the group's namespaces, since\n" \
	"# they were not started in the group; null where it has none. restarts: services that are in the group's network after a\n" \
	"# daemon-reload of systemd and a restart. charged_elsewhere_bytes: anonymous memory that its processes use and that is charged to the cgroups they were in\n" \
	"# before; only where one group is asked for, and null where that would take long.\n"                          \
	"type GroupStatus (group: string, at: Place, placement: string, usage: Usage, tightest: Tightest, events: Counts,\n" \
	"  knobs: []Knob, on_the_way: []OnTheWay, charged_elsewhere_bytes: ?int, rules: []Rule,\n"    \
	"  troubles: []string, would_times: ?WouldTimes, namespaces: []Namespace, netns: ?string, pending: ?int,\n" \
	"  restarts: []string)\n"                                                          \
	"\n"                                                                                                         \
	"type Fault (file: string, line: int, text: string, severity: string)\n"                                     \
	"\n"                                                                                                         \
	"type Refused (file: string, kept: bool)\n"                                                                  \
	"\n"                                                                                                         \
	"# user and pinned_by are the name in /etc/passwd, or else the number. namespace: inside those of its group, pending (it\n" \
	"# is not, until it is started in the group; which is in pending), keeper (it keeps them), or null: its group has none.\n" \
	"# how: as of Explain.\n"                                                       \
	"type Process (pid: int, name: string, user: ?string, group: ?string, rule: ?Rule, how: string,\n"                    \
	"  pinned_by: ?string, pinned_at: ?string, namespace: ?string, pending: []string)\n"                            \
	"\n"                                                                                                         \
	"# Where a process is reached now, and will not be once it is started in its group's network. peer null: it listens.\n" \
	"type Socket (protocol: string, local: string, peer: ?string)\n"                                              \
	"\n"                                                                                                         \
	"# kind: make, evacuate, enable, disable, write, remove, reunite; rules: who belongs to the group, with file \"match\"\n"  \
	"# and the group as path; setting: likewise another key that no cgroup shows. hierarchy: v2, or by controllers, like\n" \
	"# \"cpu,cpuacct\".\n"                                                                                     \
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
	"# What happened, and why. seq counts from 1 at each start of cgqd; at is UTC, like 2026-11-22T23:58:01.250Z. kind:\n" \
	"# start, stop, apply, move, return, exit, refuse, trouble, shrink, drift, alarm, limit, oom, machine, person or\n" \
	"# rollback. file and line are of the policy; what is a file of the kernel, a key or a policy file; was and now are\n" \
	"# its values, or the cgroups of a process. left_out: so many more of this kind came before, and were not kept.\n" \
	"type Event (seq: int, at: string, kind: string, group: ?string, pid: ?int, name: ?string, file: ?string, line: ?int,\n" \
	"  who: ?string, what: ?string, was: ?string, now: ?string, text: ?string, left_out: int)\n"                 \
	"\n"                                                                                                         \
	"# outside: everything that is in no group; kernel threads are not counted.\n"                                   \
	"# refused: files of which the newest version is not in force.\n"                                           \
	"# members: with processes by name.\n"                                                                      \
	"method List(members: ?bool) -> (groups: []Usage, outside: Usage, refused: []Refused)\n"                     \
	"# The same of thousands of groups at a fraction of the cost, for who wants some keys of their rows.\n"      \
	"method ListColumns(keys: []string) -> (groups: Columns, outside: Usage, refused: []Refused)\n"              \
	"# placement: how groups are enforced here, and why so. placing: by how many threads of their own programs are placed\n" \
	"# as they start, what these lack, or why by the main loop alone; null: by that, or nothing is placed here. It\n" \
	"# ends with hierarchies that are mounted with favordynmods. favordynmods: hierarchies that are mounted so, like\n" \
	"# \"cpu,cpuacct\"; null: none.\n"                                                                           \
	"method Status(group: ?string) -> (version: string, layout: string, placement: string, passive: ?string,\n"   \
	"  polling: ?string, placing: ?string, favordynmods: ?string, refused: []Refused, faults: []Fault,\n"         \
	"  troubles: []string, overrides: []Override, confirm: ?Pending,\n"                                           \
	"  rolled_back: ?string, groups: []GroupStatus)\n"                                                          \
	"# The members of the group and of its children; of all groups without one.\n"                                   \
	"method Ps(group: ?string) -> (processes: []Process)\n"                                                      \
	"# pid: a thread's number too; the answer is of its process, and has that one's.\n" \
	"# how: rule, pinned, run, follows, stays, none, excluded or keeper; namespace and pending: as of Process; next_start: what\n" \
	"# is prepared for its service; namespace_waits: who in the old network its group's new one waits for; sockets: the first 20 of\n" \
	"# sockets_count; moved_at and pinned_at are UTC, like\n"                  \
	"# 2026-11-22T23:58:01Z; cgroups and origins are by hierarchy, like \"cpu,cpuacct\". limits are those of its\n"   \
	"# group and of the groups above. pinned_to may be a group that is in no policy just now. Of a member that has\n" \
	"# ended, ended_at says when that was noticed, and some hundred are remembered; where it came from is told, and\n" \
	"# not what it was judged by. unit is the unit of systemd that it is in, where groups are limited in place; unlimited\n" \
	"# says why no limit of its group, or of the group that the unit would be limited for, holds it.\n"           \
	"method Explain(pid: int) -> (pid: int, name: string, user: ?string, group: ?string, how: string,\n"         \
	"  rule: ?Rule, exclusion: ?string, tried: []Tried, moved_at: ?string, ended_at: ?string,\n"                 \
	"  cgroups: [string]string, origins: [string]string, limits: []Knob, pinned_to: ?string,\n"                  \
	"  pinned_children: ?bool, pinned_by: ?string, pinned_at: ?string, unit: ?string, unlimited: ?string,\n" \
	"  namespace: ?string, pending: []string, namespace_waits: ?string, next_start: ?string, sockets: ?[]Socket,\n" \
	"  sockets_count: ?int)\n"       \
	"# Where a process would go of which only this is known. exe is a path; exe_device and exe_inode, as stat() tells\n" \
	"# them, say which file it is, which is what rules look at. user and group are numbers. What is not\n"           \
	"# given fits no rule that asks for it.\n"                                                                      \
	"method ExplainAs(name: ?string, exe: ?string, user: ?string, group: ?string, args: ?string, unit: ?string,\n"   \
	"  cgroup: ?string, parent: ?string, tag: ?string, exe_device: ?int, exe_inode: ?int) -> (group: ?string,\n"      \
	"  how: string, rule: ?Rule, exclusion: ?string, tried: []Tried, limits: []Knob)\n"                              \
	"# What happened, oldest first, after the entry with that seq: as far back as cgqd keeps it, of that group and its\n" \
	"# children or of everything. With \"more\", further replies follow as things happen.\n"                     \
	"method Events(after: ?int, group: ?string) -> (events: []Event)\n"                                          \
	"method Diff(name: ?string, text: ?string) -> (actions: []Action, faults: []Fault, refused: []Refused)\n"    \
	"# With confirm_seconds, 1 to 3600, the files that were in force before are so again after that time, or at once where\n"\
	"# the change does harm, unless Confirm comes first. confirm null: nothing waits.\n"                                \
	"method Reload(confirm_seconds: ?int) -> (refused: []Refused, faults: []Fault, troubles: []string,\n"               \
	"  confirm: ?Pending)\n"                                                                                            \
	"method Confirm() -> ()\n"                                                                                          \
	"# With faults nothing was changed. save: kept in file, a drop-in of the last policy folder, rather than until the\n"\
	"# machine boots. notes: what else a person should know. A place of what was set has line 0.\n"                     \
	"method Set(group: string, settings: []Setting, save: ?bool) -> (faults: []Fault, file: ?string, notes: []string)\n"\
	"# keys null or without one: all that was set of the group.\n"                                                                     \
	"method Clear(group: string, keys: ?[]string, save: ?bool) -> (faults: []Fault, file: ?string, notes: []string)\n"  \
	"# note: networks that stay for programs that are still in them.\n" \
	"method Reset(group: ?string) -> (note: ?string)\n"                                                                       \
	"# The process belongs to the group, whatever rules say, until it is unpinned or ends; a restart of cgqd changes\n"  \
	"# nothing. children: its descendants too, those that live and those to come. A group that goes sends it back\n"     \
	"# where it came from; the pin waits for the group to come again. note: what the caller should know.\n"          \
	"method Pin(pid: int, group: string, children: ?bool) -> (note: ?string)\n"                                  \
	"# Rules judge it again at once. Who inherited the pin is released with the process that was pinned.\n"          \
	"method Unpin(pid: int) -> (note: ?string)\n"                                                                \
	"# All processes of the group and of its children stop, those to come too; until Thaw, Reset, Kill by KILL or the end of\n"  \
	"# the group.\n"                                                                                             \
	"method Freeze(group: string) -> (note: ?string)\n"                                                          \
	"method Thaw(group: string) -> (note: ?string)\n"                                                            \
	"# signal: KILL by default, which is sent until nobody is left, for some seconds, and thaws a frozen group; it is\n" \
	"# refused below a group that is frozen. Others are sent once, and nobody looks who is left: null.\n"          \
	"method Kill(group: string, signal: ?string) -> (signalled: int, left: ?int, note: ?string)\n"               \
	"# Starts a program in the group, for root and for whom its run.users names. placed_caller: the process that asked\n" \
	"# (that called connect()) is in the group now, as by Pin with children, and is to call exec itself. In a group with\n" \
	"# namespaces the program is started for it: six descriptors come with the call (SCM_RIGHTS), by one sendmsg() of all of\n" \
	"# it, and the connection ends with the answer: stdin, stdout, stderr, the folder, the text of struct run_text and a\n" \
	"# socket of struct run_said; without them the answer is FilesNeeded. command: what it will run, for people to read; 64\n" \
	"# bytes are kept. enter: a member of the group, or 0; where the program would have namespaces of its own, it has those\n" \
	"# of that member, which was started by Run, or of the oldest. terminal: it is to have one.\n" \
	"method Run(group: string, command: ?string, enter: ?int, terminal: ?bool) -> (pid: int, placed_caller: bool,\n" \
	"  note: ?string)\n"                                                                                         \
	"\n"                                                                                                         \
	"error NoSuchGroup (group: string)\n"                                                                        \
	"error NoSuchProcess (pid: int)\n"                                                                           \
	"error PermissionDenied (text: string)\n"                                                                    \
	"error FilesNeeded ()\n"                                                                    \
	"error NotReady ()\n"                                                                                        \
	"error Failed (text: string)\n"
