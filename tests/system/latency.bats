#!/usr/bin/env bats
# latency = low keeps the kernel's way into a cgroup warm; normal spends nothing.
load lib

# Of all its threads.
wakings() {
	awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }' "/proc/$CGQD/task"/*/status
}

# wakings_in SECONDS: though a sleep on a busy machine takes longer.
wakings_in() {
	local before began
	before=$(wakings) began=$(now_ns)
	sleep "$1"
	echo $((($(wakings) - before) * $1 * 1000000000 / ($(now_ns) - began)))
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

@test "latency = low writes every 4 to 12 ms, and moves nobody by it" {
	setting 'latency = low'
	policy_of_web
	start web threads
	start stranger threads
	local before
	before=$(where "${PID[stranger]}")
	cgqd_start
	placed web web
	# A busy machine makes it late, and every 4 ms; each CPU's thread looks whether another has just done so.
	within "$(wakings_in 2)" 80 $((600 * CPUS + 200)) 'wakings in 2 s'
	is_back "${PID[stranger]}" "$before"
	[ "$(cgq list --json | jq '.groups[0].procs')" = 1 ]
}

@test "latency = low: a program that starts after an idle moment is in its group at its first act" {
	setting 'latency = low'
	policy_of_web
	cgqd_start
	local i file inside
	file=$(program_file web firstact)
	sleep 1
	for ((i = 0; i < 20; i++)); do
		sleep 0.1
		"$file" "$ROOM/said"
	done
	inside=$(grep -c "/$TREE/web" "$ROOM/said")
	echo "# $inside of 20 began in their group" >&3
	# Without the writes in between it is none of them: the first move waits for the kernel.
	[ "$inside" -ge 14 ]
}

# bats test_tags=any-kernel
@test "latency = low without a rule has nothing to write to" {
	setting 'latency = low'
	printf '[web]\n' | policy 50-web.conf
	cgqd_start
	sleep 1
	within "$(wakings_in 2)" 0 60 'wakings in 2 s'
}

# bats test_tags=any-kernel
@test "another latency is refused" {
	setting 'latency = lowest'
	policy_of_web
	cgqd_ends
	[ "$status" = 1 ]
	[[ $output == *"cgqd.conf:2:"*'normal or low'* ]] || fail "$output"
}
