#!/usr/bin/env bats
# latency = low keeps the kernel's way into a cgroup warm; normal spends nothing.
load lib

# wakings_in SECONDS
wakings_in() {
	local before
	before=$(awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$CGQD/status")
	sleep "$1"
	echo $(($(awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$CGQD/status") - before))
}

setting() {
	printf '[cgqd]\n%s\n' "$1" >"$ROOM/cgqd.conf"
}

@test "latency = normal wakes for nothing" {
	setting 'latency = normal'
	policy_of_web
	start web threads
	cgqd_start
	placed web web
	sleep 1
	within "$(wakings_in 2)" 0 60 'wakings in 2 s'
}

@test "latency = low writes every 12 ms, and moves nobody by it" {
	setting 'latency = low'
	policy_of_web
	start web threads
	start stranger threads
	local before
	before=$(where "${PID[stranger]}")
	cgqd_start
	placed web web
	# A busy machine makes it late, never more often.
	within "$(wakings_in 2)" 80 400 'wakings in 2 s'
	is_back "${PID[stranger]}" "$before"
	[ "$(cgq list --json | jq '.groups[0].procs')" = 1 ]
}

@test "latency = low without a rule has nothing to write to" {
	setting 'latency = low'
	printf '[web]\n' | policy 50-web.conf
	cgqd_start
	sleep 1
	within "$(wakings_in 2)" 0 60 'wakings in 2 s'
}

@test "another latency is refused" {
	setting 'latency = lowest'
	policy_of_web
	cgqd_ends
	[ "$status" = 1 ]
	[[ $output == *"cgqd.conf:2:"*'normal or low'* ]] || fail "$output"
}
