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
	local file before began usual woken i
	file=$(program_file stranger threads)
	sleep 1
	before=$(wakings) began=$(now_ns)
	sleep 3
	usual=$((($(wakings) - before) * 1000000000 / ($(now_ns) - began)))
	before=$(wakings) began=$(now_ns)
	for ((i = 0; i < 200; i++)); do
		"$file" --help >/dev/null 2>&1 || true
	done
	woken=$(($(wakings) - before - usual * ($(now_ns) - began) / 1000000000))
	# Each is a fork, an exec and an exit.
	[ $woken -lt 150 ] || fail "woken $woken times more than usual, which is $usual times a second"
	policy_now 60-more.conf <<-EOF
		[db]
		match.more = name:$(named stranger)
	EOF
	start stranger threads
	placed db stranger
}
