#!/usr/bin/env bats
# Words of a command line that no question to cgqd can hold.
load lib

@test "a word that is not UTF-8 is a wrong command line, and nothing is asked" {
	machine small
	local command
	for command in status ps events 'events --follow' kill freeze thaw reset 'pin 812'; do
		# shellcheck disable=SC2086 # a word each
		run -2 --separate-stderr cgq $command $'web\xff'
		says_only "${command%% *}: not a text in UTF-8"
	done
	[ ! -s "$SOCKET.log" ]
}

@test "set --clear: a key that cannot be asked for does not become all of them" {
	machine small
	run -2 --separate-stderr cgq set mysql --clear $'cpu\xff'
	says_only "set: --clear takes keys, not 'cpu\\xff'"
	run -2 cgq set mysql --clear cpu $'cpu\xff'
	[ ! -s "$SOCKET.log" ]
}

@test "diff --as: a name that no folder would read, and bytes that are no text" {
	machine small
	local name
	printf '[a]\n' >source
	for name in 50-web .50-web.conf .conf ../50-web.conf a/b.conf '' "$(printf '%0251d' 0).conf"; do
		run -2 --separate-stderr cgq diff --as "$name" source
		[ -z "$output" ] && [ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == "cgq: --as: '${name:0:200}"*"' is not the name of a policy file (like 50-web.conf)" ]] || fail "$stderr"
	done
	printf '[a]\n\0' >source
	run -2 --separate-stderr cgq diff --as 50-web.conf source
	says_only 'source: holds a NUL byte; this is no text file'
	[ ! -s "$SOCKET.log" ]
}

@test "diff --as: a file that is refused is trouble, whatever it is called" {
	mkdir machine
	printf '{"parameters":{"actions":[],"faults":[],"refused":[{"file":"/etc/cgq/conf.d/gr\\\\xc3\\\\xbcn.conf","kept":false}]}}' >machine/Diff.json
	machine refuses machine
	printf '[a]\n' >source
	run -2 cgq diff --as grün.conf source
	run -2 cgq diff --as grün.conf source --json
	run -0 cgq diff --as grau.conf source
}

@test "status --json -o: those of the table of every value" {
	machine sick
	run -1 cgq status --json -o group,key,in_force
	jq -e 'keys == ["knobs"] and (.knobs[0] | keys == ["group", "in_force", "key"])' <<<"$output"
	run -1 cgq status --json -o +use
	jq -e '.groups[0].usage' <<<"$output"
}

@test "explain and check --json -o: no other keys" {
	machine small
	run -0 cgq explain 812 --json -o pid,group
	[ "$(jq -c . <<<"$output")" = '{"pid":812,"group":"mysql"}' ] || fail "$output"
	printf '[a]\nmatch = name:x\n[b]\nmatch = name:x\n' >warn.conf
	run -0 cgq check --json -o line warn.conf
	jq -e '.warnings == [{"line": 4}]' <<<"$output"
}

@test "a hint is no warning: status has it in JSON only" {
	mkdir machine
	jq '.parameters.faults |= map(if .severity == "warning" then .severity = "hint" else . end)' "$MACHINES/recorded/Status.json" >machine/Status.json
	machine hinted machine
	grep -q '"hint"' machine/Status.json
	run cgq status
	[[ $output == *batch* && $output != *Warnings* && $output != *hint* ]] || fail "$output"
	run cgq status --json
	jq -e 'any(.faults[]; .severity == "hint")' <<<"$output"
}
