#!/usr/bin/env bats
# Law 9: memory already charged does not move with a process, and is shown.
load lib

@test "memory that a process brought with it is told as charged elsewhere" {
	start eat eater --size 200M
	wait_until 10 'it has eaten' has_eaten
	policy 50-eat.conf <<-EOF
		[eat]
		match = name:$(named eat)
		memory = 300M
		[new]
		match = name:$(named new)
		memory = 300M
	EOF
	cgqd_start
	placed eat eat
	run -0 cgq status eat
	[[ $output =~ 'charged elsewhere: about '(199|20[0-9])(\.[0-9])?'M' ]] || fail "$output"
	[ "$(elsewhere eat)" -ge $((199 << 20)) ]
	start new eater --wait --size 100M
	placed new new
	kill -USR1 "${PID[new]}"
	wait_until 10 'it has eaten' uses_memory new $((90 << 20))
	[ "$(elsewhere new)" = 0 ] || fail "$(elsewhere new)"
	run -0 cgq status new
	[[ $output != *elsewhere* ]]
	kill -USR2 "${PID[eat]}"
	wait_until 10 'it gives all back' nothing_elsewhere eat
}

has_eaten() {
	[ "$(rss_kib "${PID[eat]}")" -gt $((200 << 10)) ]
}

elsewhere() {
	cgq status --json "$1" | jq '.groups[0].charged_elsewhere_bytes'
}

nothing_elsewhere() {
	[ "$(elsewhere "$1")" = 0 ]
}

@test "the start says how groups are enforced, and so does status, once" {
	policy_of_web
	cgqd_start
	local text
	text=$(cgq status --json | jq -r .placement)
	[[ $text == 'a tree of its own, since '* ]]
	[ "$(log_lines "placement: $text")" = 1 ]
	run -0 cgq reload
	[ "$(log_lines 'placement: ')" = 1 ]
	run -0 cgq status
	[[ $output == *"  placement: $text"* ]]
}

@test "list --tree names who is in a group" {
	policy_of_web
	cgqd_start
	start web threads
	placed web web
	run -0 cgq list --tree -n -o group,procs
	[[ ${lines[1]} == *"$(named web)"*' 1' ]] || fail "$output"
	run -0 cgq list --tree --json
	[ "$(jq -c '.groups[0].processes' <<<"$output")" = "[{\"name\":\"$(named web)\",\"procs\":1}]" ]
	[ "$(jq -c '.groups[0].units' <<<"$output")" = null ]
}

@test "explain: who is where it belongs hears no reason why it should not be limited" {
	policy_of_web
	start web threads
	cgqd_start
	placed web web
	run -0 cgq explain "${PID[web]}"
	[[ $output != *unlimited* ]] || fail "$output"
}
