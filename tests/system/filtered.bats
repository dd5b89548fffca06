#!/usr/bin/env bats
# The kernel tells cgqd of nobody whom no rule could want.
load lib

wakings() {
	awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$CGQD/status"
}

@test "a program that no rule names does not wake cgqd, and is placed once one does" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)

		[db]
		match = name:$(named db)
	EOF
	start web threads
	cgqd_start
	placed web web
	local file before i
	file=$(program_file stranger threads)
	sleep 1
	before=$(wakings)
	for ((i = 0; i < 200; i++)); do
		"$file" --help >/dev/null 2>&1 || true
	done
	# Each is a fork, an exec and an exit; what is left are timers, and what scripts else this machine starts.
	[ $(($(wakings) - before)) -lt 200 ] || fail "woken $(($(wakings) - before)) times"
	policy_now 60-more.conf <<-EOF
		[db]
		match.more = name:$(named stranger)
	EOF
	start stranger threads
	placed db stranger
}
