#!/usr/bin/env bats
# Nobody dies of a reload: memory that is in use is waited for.
load lib

# Without swap nothing of the eater can be reclaimed: only it can give memory back.
memory_group() {
	policy 50-eat.conf <<-EOF
		[eat]
		match = name:$(named eat)
		memory = $1
		swap = 0
	EOF
}

eater_in_group() {
	memory_group 400M
	cgqd_start
	start eat eater --wait "$@"
	placed eat eat
	kill -USR1 "${PID[eat]}"
}

shrinking_says_both() {
	local text
	text=$(cgq status eat || true)
	[[ $text == *shrinking* ]] || fail "no word of shrinking: $text"
	[[ $text == *100*M* ]] || fail "the wanted limit is not named: $text"
	[[ $text == *2[0-9][0-9]*M* ]] || fail "what is in use is not named: $text"
}

@test "memory above a new limit is waited for, and nobody dies" {
	eater_in_group --size 200M
	wait_until 10 'it has eaten' uses_memory eat $((200 << 20))
	memory_group 100M
	run cgq reload
	state_becomes eat shrinking
	sleep 3
	alive "${PID[eat]}"
	knob_is eat memory $((400 << 20))
	[ "$(said eat memory_max_bytes)" = $((400 << 20)) ]
	shrinking_says_both
	kill -USR2 "${PID[eat]}"
	knob_becomes eat memory $((100 << 20))
	state_becomes eat ok
	alive "${PID[eat]}"
}

@test "a growing process does not die of a limit on its way down" {
	eater_in_group --size 200M --grow 20M --max 350M
	wait_until 10 'it has eaten' uses_memory eat $((200 << 20))
	memory_group 160M
	run cgq reload
	sleep 6
	alive "${PID[eat]}"
	knob_is eat memory $((400 << 20))
	wait_until 20 'it has grown' uses_memory eat $((300 << 20))
	state_is eat shrinking
	kill -USR2 "${PID[eat]}"
	knob_becomes eat memory $((160 << 20))
	alive "${PID[eat]}"
}

@test "what is set and waits is said at once to whoever sets it" {
	eater_in_group --size 200M
	wait_until 10 'it has eaten' uses_memory eat $((200 << 20))
	run -0 --separate-stderr cgq set eat memory=100M tasks=1000
	[[ $stderr == 'cgq: eat: set, but not in force: memory: in use 2'*'M > wanted 100M' ]] || fail "$stderr"
	[[ $(cgq events eat) == *' shrink '*'memory: the lower limit of 100M waits until less is in use'* ]] || fail "$(cgq events eat)"
	alive "${PID[eat]}"
}

@test "a wish that is taken back ends the shrinking" {
	eater_in_group --size 200M
	wait_until 10 'it has eaten' uses_memory eat $((200 << 20))
	memory_group 100M
	run cgq reload
	state_becomes eat shrinking
	memory_group 300M
	cgq reload
	knob_becomes eat memory $((300 << 20))
	state_becomes eat ok
	sleep 3
	knob_is eat memory $((300 << 20))
	alive "${PID[eat]}"
}

@test "page cache above a new limit is reclaimed, and the daemon answers meanwhile" {
	head -c 200M /dev/zero >"$ROOM/file"
	sync "$ROOM/file"
	eater_in_group --cache "$ROOM/file"
	wait_until 20 'the cache is charged' uses_memory eat $((150 << 20))
	memory_group 50M
	local began ended
	cgq reload || true
	began=$(now_ns)
	cgq list >/dev/null
	ended=$(now_ns)
	within $(((ended - began) / 1000000)) 0 $((500 * SLOW)) 'ms until list answered'
	knob_becomes eat memory $((50 << 20))
	alive "${PID[eat]}"
}

@test "the daemon may die while a limit shrinks: the next one goes on with it" {
	eater_in_group --size 200M
	wait_until 10 'it has eaten' uses_memory eat $((200 << 20))
	memory_group 100M
	run cgq reload
	state_becomes eat shrinking
	cgqd_kill
	knob_is eat memory $((400 << 20))
	cgqd_start
	state_becomes eat shrinking
	alive "${PID[eat]}"
	kill -USR2 "${PID[eat]}"
	knob_becomes eat memory $((100 << 20))
}

@test "a raised limit is in force at once" {
	eater_in_group --size 10M
	memory_group 500M
	cgq reload
	knob_is eat memory $((500 << 20))
}
