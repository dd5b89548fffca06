#!/usr/bin/env bats
# The root of pure v2: what cgqd enabled there is given back. Only where the root is nobody else's.
load ../lib

enabled() {
	cat "${MOUNT[cpu]}/cgroup.subtree_control"
}

enabled_is() {
	[ "$(enabled)" = "$1" ] || fail "the root hands on '$(enabled)', not '$1'"
}

hands_on() {
	[[ " $(enabled) " == *" $1 "* ]] || fail "the root hands on '$(enabled)', and no $1"
}

web() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..50%%\n%s\n' "$(named web)" "$1" | policy 50-web.conf
}

@test "reset gives the root back as it was, also to a daemon that was started after a SIGKILL" {
	local before
	before=$(enabled)
	web 'cpus = 0'
	cgqd_start
	hands_on cpuset
	cgqd_kill
	cgqd_start
	cgq reset
	enabled_is "$before"
}

@test "a controller that no rule asks for any more is given back while the others stay" {
	web 'cpus = 0'
	cgqd_start
	hands_on cpuset
	web ''
	cgq reload
	hands_on cpu
	[[ " $(enabled) " != *" cpuset "* ]] || fail "still there: $(enabled)"
}

@test "what was enabled before stays enabled" {
	echo +pids >"${MOUNT[cpu]}/cgroup.subtree_control"
	local before
	before=$(enabled)
	web 'tasks = 50'
	cgqd_start
	cgq reset
	enabled_is "$before"
	echo -pids >"${MOUNT[cpu]}/cgroup.subtree_control"
}

@test "a neighbour's limits outlive the tree" {
	local neighbour=${MOUNT[cpu]}/cgq-test-$RUN-neighbour before
	before=$(enabled)
	web ''
	cgqd_start
	mkdir "$neighbour"
	echo 20000 >"$neighbour/cpu.max"
	cgq reset
	grep -q '^20000 ' "$neighbour/cpu.max" || fail 'the limit of a neighbour is gone'
	rmdir "$neighbour"
	web 'memory = 100M'
	cgq reload
	cgq reset
	enabled_is "$before"
}
