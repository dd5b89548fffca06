#!/usr/bin/env bats
# latency = low keeps the kernel's way into a cgroup warm; normal spends nothing.
load lib

# Of all its threads.
wakings() {
	awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }' "/proc/$CGQD/task"/*/status
}

# Likewise. Not wakings: on a busy machine a write may wait, and wakes again.
writes() {
	awk '/^syscw/ { print $2 }' "/proc/$CGQD/io"
}

# so_many WHAT SECONDS: though a sleep on a busy machine takes longer.
so_many() {
	local before began
	before=$("$1") began=$(now_ns)
	sleep "$2"
	echo $((($("$1") - before) * $2 * 1000000000 / ($(now_ns) - began)))
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
	within "$(so_many wakings 2)" 0 60 'wakings in 2 s'
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
	# A busy machine makes it late, and every 4 ms.
	local seen
	seen=$(so_many writes 2)
	echo "# $seen writes in 2 s" >&3
	within "$seen" 80 600 'writes in 2 s'
	is_back "${PID[stranger]}" "$before"
	[ "$(cgq list --json | jq '.groups[0].procs')" = 1 ]
}

@test "latency = low: a program that starts after an idle moment is in its group at its first act" {
	setting 'latency = low'
	policy_of_web
	cgqd_start
	local i try file inside
	file=$(program_file web firstact)
	sleep 1
	# Without the writes in between it is hardly one of them: the first move waits for the kernel. While thousands of others start
	# and end, that may come too late for some: the best of three counts.
	for ((try = 1; try <= WINDOWS; try++)); do
		: >"$ROOM/said"
		for ((i = 0; i < 20; i++)); do
			sleep 0.1
			"$file" "$ROOM/said"
		done
		inside=$(grep -c "/$TREE/web" "$ROOM/said") || true
		echo "# $inside of 20 began in their group" >&3
		[ "$inside" -lt 14 ] || break
	done
	[ "$inside" -ge 14 ]
}

# bats test_tags=any-kernel
@test "latency = low without a rule has nothing to write to" {
	setting 'latency = low'
	printf '[web]\n' | policy 50-web.conf
	cgqd_start
	sleep 1
	within "$(so_many wakings 2)" 0 60 'wakings in 2 s'
}

# bats test_tags=any-kernel
@test "another latency is refused" {
	setting 'latency = lowest'
	policy_of_web
	cgqd_ends
	[ "$status" = 1 ]
	[[ $output == *"cgqd.conf:2:"*'normal or low'* ]] || fail "$output"
}
