#!/usr/bin/env bats
# What a person decided while the state folder is full: told to the person, and kept as soon as there is room.
load lib

setup() {
	room_make
	mkdir -m 700 "$STATE"
	mount -t tmpfs -o size=64k,mode=700 cgq-test "$STATE"
	printf '[cgqd]\nverify = 1s\n' >"$ROOM/cgqd.conf"
	policy_of_web
	start web threads
	start db threads
	cgqd_start
	placed web web
	head -c 1M /dev/zero >"$STATE/filler" 2>/dev/null || true
}

teardown() {
	umount -l "$STATE"
	room_leave
}

all_is_well() {
	cgq status
}

# bats test_tags=any-kernel
@test "set and pin say that a restart would take them back, and then it does not" {
	run -0 --separate-stderr cgq set web memory=200M
	[[ $stderr == *'a restart of cgqd takes it back: its state folder cannot be written'* ]] || fail "$stderr"
	run -0 --separate-stderr cgq pin "${PID[db]}" web
	[[ $stderr == *"a restart of cgqd releases pid ${PID[db]}: its state folder cannot be written"* ]] || fail "$stderr"
	run -1 cgq status
	[[ $output == *"$STATE/changes: cannot be written"* && $output == *'pins: cannot be written'* ]] || fail "$output"
	# other news of the policy do not make it look well
	printf '[more]\n' | policy_now 60-more.conf
	run -1 cgq status
	[[ $output == *"$STATE/changes: cannot be written"* && $output == *"$STATE/good: cannot be written"* ]] || fail "$output"
	rm "$STATE/filler"
	wait_until 10 'nothing is wrong any more' all_is_well
	cgqd_kill
	# the last good version of this one was kept too
	printf '[more]\nnonsense\n' | policy 60-more.conf
	cgqd_start
	knob_is web memory $((200 << 20))
	is_in web "${PID[db]}"
	run -1 cgq status
	[[ $output == *'60-more.conf: refused; its last good version stays in force'* ]] || fail "$output"
	run -0 --separate-stderr cgq set web memory=210M
	[ -z "$stderr" ]
}
