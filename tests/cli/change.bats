#!/usr/bin/env bats
# cgq diff, reload, reset: what changes, what is refused, exit codes.
load lib

@test "diff: nothing to do is 0 and silent" {
	machine small
	run -0 --separate-stderr cgq diff
	[ -z "$output$stderr" ]
	[ "$(on_terminal 80 diff)" = 'cgq: nothing would change' ]
}

@test "diff: a plan by group, old and new values, dangers; a refused file is trouble" {
	machine sick
	golden diff-sick 2 diff
	run -2 --separate-stderr cgq diff
	[ "${stderr_lines[0]}" = "cgq: /etc/cgq/conf.d/60-batch.conf:4: unknown key 'memroy' (did you mean memory?)" ]
	golden diff-sick-raw 2 diff -r
	[ -z "$(awk 'NF != 8' <<<"$output")" ]
}

@test "diff --as: the text is sent, and files that are refused anyway do not matter" {
	machine sick
	printf '[a]\ncpu = 10%%\n' >source
	run -1 cgq diff --as 50-web.conf source
	run -1 cgq diff --as 50-web.conf - <source
	run -2 cgq diff --as 60-batch.conf source
	[ "$(head -n 1 "$SOCKET.log" | jq -c .parameters)" = '{"name":"50-web.conf","text":"[a]\ncpu = 10%\n"}' ]
	[ "$(sed -n 1p "$SOCKET.log")" = "$(sed -n 2p "$SOCKET.log")" ]
}

@test "diff: a file that cannot be taken is 2, and nothing is asked" {
	machine sick
	run -2 cgq diff --as 50-web.conf missing
	mkfifo fifo
	run -2 cgq diff --as 50-web.conf fifo
	printf '\xff\xfe' >latin
	run -2 --separate-stderr cgq diff --as 50-web.conf latin
	[ "${#stderr_lines[@]}" = 1 ]
	run -2 cgq diff source
	run -2 cgq diff --as 50-web.conf
	[ ! -s "$SOCKET.log" ]
}

@test "reload: applied is 0 and silent" {
	machine small
	run -0 --separate-stderr cgq reload
	[ -z "$output$stderr" ]
}

@test "reload: what is refused is 1, with every fault" {
	machine sick
	golden reload-sick 1 reload
	run -1 cgq reload --json
	jq -e '.refused | length == 2' <<<"$output"
}

@test "reset" {
	machine small
	run -0 --separate-stderr cgq reset
	[ -z "$output$stderr" ]
	run -0 cgq reset web
	run -0 cgq reset --json
	[ "$output" = '{}' ]
}

@test "what the daemon refuses is one line, and a failure of the command's own kind" {
	machine refusing
	run -1 --separate-stderr cgq reload
	says_only 'not permitted: changing needs root'
	run -2 cgq diff
	run -3 cgq list
	run -1 --separate-stderr cgq reset
	says_only 'cpu: mysql could not be removed: \x1b[31mDevice or resource busy'
	run -1 cgq reset nothing
}
