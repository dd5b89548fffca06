#!/usr/bin/env bats
# cgq events: one line for each thing, once or for as long as it goes on.
load lib

@test "a line for each thing that happened" {
	machine eventful
	golden events 0 events
	golden events-web 0 events web
	same events "$(NO_COLOR=1 on_terminal 200 events)"
}

@test "times are of the clock here" {
	machine eventful
	TZ=Asia/Kolkata run -0 cgq events -n web
	[[ ${lines[0]} == '2026-11-26 01:01:02 apply '* ]]
	TZ=Asia/Kolkata run -0 cgq events -n -o time,kind web
	[ "${lines[0]}" = '2026-11-26 01:01:02 apply' ]
}

@test "sizes are readable, unless nobody could tell the two apart, or bytes are asked for" {
	machine drifted
	golden events-sizes 0 events
	run -0 cgq events --bytes
	[[ ${lines[1]} == *'memory.limit_in_bytes: 3221225472 -> 2147483648: somebody else'* ]]
	run -0 cgq events -r
	[[ ${lines[1]} == *' 3221225472 2147483648 '* ]]
}

@test "nothing is cut but the folders of the policy, as in every table: the values and the reason stand at the end of a line" {
	machine eventful
	[ "$(NO_COLOR=1 on_terminal 40 events)" = "$(cgq events | sed -E 's,(\(| )/etc/cgq/conf.d/(60-x.conf:2|50-web.conf),\1\2,')" ]
	[ "$(cgq events | wc -L)" -gt 120 ]
}

@test "columns and raw make a table" {
	machine eventful
	golden events-raw 0 events -r
	run -0 cgq events -n -o seq,kind,left_out web
	[ "${lines[2]}" = ' 4 move    312' ]
}

@test "JSON is the answer" {
	machine eventful
	run -0 cgq events --json
	[ "$(jq -r '.events | length' <<<"$output")" = 15 ]
	run -0 cgq events --json -o seq,kind web
	jq -e '.events[0] == {"seq": 2, "kind": "apply"}' <<<"$output"
}

@test "no such group is 4, once and for those who follow" {
	machine following
	for follow in '' --follow; do
		# shellcheck disable=SC2086 # none or one word
		run -4 --separate-stderr cgq events $follow nothing
		says_only "there is no group 'nothing'; cgq list shows those there are"
	done
}

@test "following shows what comes, and ends with 3 when cgqd does" {
	machine following
	run -3 --separate-stderr cgq events --follow
	[ "$stderr" = "cgq: $SOCKET: cgqd ended" ]
	same events-following "$output"
	[ "$(jq -c . "$SOCKET.log")" = '{"method":"io.cgq.Events","parameters":{"group":null},"more":true}' ]
}

@test "following in JSON is an object a line" {
	machine following
	run -3 --separate-stderr cgq events --follow --json
	[ "$(jq -c .seq <<<"$output" | paste -sd ' ')" = '1 2 4 14 15' ]
	[ "${#lines[@]}" = 5 ]
	run -3 --separate-stderr cgq events --follow --json -o seq
	[ "${lines[4]}" = '{"seq":15}' ]
}

@test "following as a table has one heading" {
	machine following
	run -3 --separate-stderr cgq events -fr -o kind,seq
	[ "$output" = $'KIND SEQ\nstart 1\napply 2\nmove 4\nmove 14\nnewkind 15' ]
}

@test "a last answer ends it" {
	machine following
	run -0 --separate-stderr cgq events -fn web
	[ "${#lines[@]}" = 2 ]
}

@test "what is no answer ends it" {
	machine following
	run -3 --separate-stderr cgq events -f garbage
	[ "$stderr" = "cgq: $SOCKET: what answers there does not speak io.cgq" ]
}

@test "each line is there as soon as it is told, and a reader that goes away is no trouble" {
	machine following
	[ "$(cgq events -fn web | head -n 1 | wc -l)" = 1 ]
	run -1 --separate-stderr bash -c "'$BUILD/cgq' --socket '$SOCKET' events -f >/dev/full"
	[[ $stderr == 'cgq: the output cannot be written'* ]]
}

@test "--follow belongs to events" {
	run -2 --separate-stderr cgq list --follow
	says_only 'list takes no --follow; it belongs to events'
}
