#!/usr/bin/env bats
# What only v2 can tell of what somebody else does: controllers that are handed on, and groups that became empty.
load ../lib

web() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..50%%\nmemory = 300M\n' "$(named web)" | policy 50-web.conf
}

@test "an edited limit is back at once" {
	web
	cgqd_start
	echo $((900 << 20)) >"$(group_dir web memory)/memory.max"
	wait_until 1 'the limit is back' knob_is web memory $((300 << 20))
	wait_until 2 'told' log_says "drift: .*/memory.max: was $((900 << 20)), now $((300 << 20)): somebody else changed it; put back"
}

@test "a process that is moved out of its group, and was alone in it, is back at once" {
	web
	start web threads
	cgqd_start
	placed web web
	echo "${PID[web]}" >"${MOUNT[cpu]}/cgroup.procs"
	wait_until 2 'back in web' is_in web "${PID[web]}"
	wait_until 2 'told' log_says "drift: pid ${PID[web]} .*of web: somebody else moved it to /; put back"
}

@test "a controller that is disabled by hand is enabled again, with its limits" {
	web
	cgqd_start
	echo -memory >"$(tree_dir memory)/cgroup.subtree_control"
	wait_until 2 'the limit is back' knob_is web memory $((300 << 20))
	wait_until 2 'told' log_says 'drift: .*/cgroup.subtree_control: was -memory, now .memory: somebody else disabled a controller; enabled again'
	state_is web ok
}

@test "a controller that the root no longer hands on is enabled again" {
	web
	cgqd_start
	echo -memory >"$(tree_dir memory)/cgroup.subtree_control"
	echo -memory >"${MOUNT[memory]}/cgroup.subtree_control" || true
	wait_until 2 'the limit is back' knob_is web memory $((300 << 20))
	state_is web ok
}

@test "a process that ends is no drift" {
	web
	start web threads
	cgqd_start
	placed web web
	stop web
	sleep 1
	[ "$(log_lines 'warning: drift')" = 0 ] || fail "$(grep drift "$LOG")"
}
