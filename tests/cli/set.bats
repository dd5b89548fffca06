#!/usr/bin/env bats
# cgq set, confirm, reload --confirm: what is asked, what is said, exit codes.
load lib

asked() {
	[ "$(tail -n 1 "$SOCKET.log" | jq -c '[.method, .parameters]')" = "$1" ] || fail "$(tail -n 1 "$SOCKET.log")"
}

@test "set: what is set is 0 and silent" {
	machine small
	run -0 --separate-stderr cgq set mysql cpu=40%..100% 'memory=1800M .. 2G' tasks=
	[ -z "$output$stderr" ]
	asked '["io.cgq.Set",{"group":"mysql","settings":[{"key":"cpu","value":"40%..100%"},{"key":"memory","value":"1800M .. 2G"},{"key":"tasks","value":""}],"save":false}]'
	run -0 cgq --runtime set mysql match=a=b
	asked '["io.cgq.Set",{"group":"mysql","settings":[{"key":"match","value":"a=b"}],"save":false}]'
	run -0 cgq set mysql --save cpu=1%
	asked '["io.cgq.Set",{"group":"mysql","settings":[{"key":"cpu","value":"1%"}],"save":true}]'
}

@test "set --clear: some keys, or all" {
	machine small
	run -0 --separate-stderr cgq set mysql --clear
	[ -z "$output$stderr" ]
	asked '["io.cgq.Clear",{"group":"mysql","keys":[],"save":false}]'
	run -0 cgq set --clear --save mysql cpu tasks
	asked '["io.cgq.Clear",{"group":"mysql","keys":["cpu","tasks"],"save":true}]'
}

@test "set: a wrong command line is 2, one line, and nothing is asked" {
	machine small
	local words
	for words in 'set' 'set mysql' 'set mysql cpu' 'set mysql =40%' 'set mysql cpu=1% tasks' 'set --clear' \
		'set mysql --clear cpu=1%' 'set mysql cpu=1% --save --runtime' 'status --save' 'confirm now' 'reset --confirm 3s' \
		'reload --confirm' 'reload --confirm soon' 'reload --confirm 30' 'reload --confirm 0s' 'reload --confirm 61m' \
		'reload --confirm 18446744073709551615h' 'reload --confirm -1s'; do
		# shellcheck disable=SC2086 # a word each
		run -2 --separate-stderr cgq $words
		[ -z "$output" ] && [ "${#stderr_lines[@]}" = 1 ] || fail "$words: $output $stderr"
	done
	run -2 --separate-stderr cgq set mysql cpu=$'\xff'
	says_only "set: 'cpu=\\xff' is not KEY=VALUE in UTF-8"
	run -2 --separate-stderr cgq set $'\xff' cpu=1%
	says_only 'set: not a text in UTF-8'
	[ ! -s "$SOCKET.log" ]
}

@test "set: what is refused is 1, in the words that a file would get; the drop-in with its line" {
	machine changed
	run -1 --separate-stderr cgq set web cpu=lots
	says_only "cpu: 'lots' is not an amount of CPU (like 40%, 1.5 cores or max)"
	run -1 --separate-stderr cgq set mysql --save cpu=1%
	says_only "/etc/cgq/conf.d/90-cgq-set.conf:3: unknown key 'taks'; did you mean 'tasks'?"
	run -1 cgq set web cpu=lots --json
	jq -e '.faults | length == 1' <<<"$output"
	run -1 --separate-stderr cgq set mysql --clear
	says_only 'mysql: nothing was set while running'
}

@test "set --save: a later file that has the last word is told, and it is 0" {
	machine changed
	run -0 --separate-stderr cgq set saved --save memory=1G
	says_only 'memory: saved, but /etc/cgq/conf.d/95-x.conf:3 overrides it'
}

@test "status shows who set what and when, what it overrides, and what waits to be confirmed" {
	machine changed
	golden status-changed-mysql 0 status mysql
	golden status-changed 0 status
	on_terminal 80 --color=never status mysql >shown
	same status-changed-mysql-terminal-80 "$(<shown)"
}

@test "reload --confirm says what it waits for; a plain one says so too while something waits" {
	machine changed
	run -0 --separate-stderr cgq reload --confirm 30s
	[ -z "$output" ]
	same reload-confirm "$stderr"
	asked '["io.cgq.Reload",{"confirm_seconds":30}]'
	run -0 cgq reload --confirm=5m --json
	asked '["io.cgq.Reload",{"confirm_seconds":300}]'
	jq -e '.confirm.files | length == 2' <<<"$output"
	run -0 --separate-stderr cgq reload
	asked '["io.cgq.Reload",{}]'
	same reload-confirm "$stderr"
}

@test "reload --confirm where nothing changed waits for nothing" {
	machine small
	run -0 --separate-stderr cgq reload --confirm 30s
	says_only 'no file changed, so nothing waits to be confirmed'
}

@test "confirm: 0 and silent" {
	machine small
	run -0 --separate-stderr cgq confirm
	[ -z "$output$stderr" ]
	run -0 cgq confirm --json
	[ "$output" = '{}' ]
}

@test "confirm with nothing that waits is 1 and one line" {
	machine changed
	run -1 --separate-stderr cgq confirm
	says_only 'nothing waits to be confirmed'
}
