#!/usr/bin/env bats
# Whether anybody answers, and how usage errors are told.
load lib

needing=(list status ps 'explain 1' diff reload reset events 'events --follow')

@test "nobody there: 3, with one line" {
	for command in '' "${needing[@]}"; do
		# shellcheck disable=SC2086 # a word each
		run -3 --separate-stderr cgq $command
		says_only "$SOCKET: nobody answers; is cgqd running (systemctl status cgqd)? Limits stay in place without it"
	done
	touch s
	run -3 --separate-stderr cgq list
	says_only "$SOCKET: nobody answers; is cgqd running (systemctl status cgqd)? Limits stay in place without it"
}

@test "not permitted is said so" {
	[ "$(id -u)" = 0 ] || skip "root only"
	machine small
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	chmod 700 "$SOCKET"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/cgq" --socket "$SOCKET"
	[ "$status" = 3 ] || fail "$status $stderr"
	[[ $stderr == *"not permitted: reading needs root or the group cgq" ]]
}

@test "a daemon that is starting is waited for" {
	machine starting
	golden list-small 0 list
	[ "$(wc -l <"$SOCKET.log")" = 3 ]
}

@test "answers that are none: 3, with one line" {
	machine silent
	run -3 --separate-stderr cgq list
	says_only "$SOCKET: cgqd went away before it had answered"
	for command in ps reload; do
		run -3 --separate-stderr cgq "$command"
		says_only "$SOCKET: what answers there does not speak io.cgq"
	done
}

@test "an older daemon" {
	machine passive
	run -3 --separate-stderr cgq list
	says_only 'this cgqd is too old: it does not know list'
}

@test "usage errors are 2, with one specific line" {
	wrong() {
		run -2 --separate-stderr cgq "${@:2}"
		says_only "$1"
	}
	wrong "there is no command 'lst' (did you mean list?)" lst
	wrong "there is no command '\\x1b[31m'; cgq help shows those there are" $'\033[31m'
	wrong "there is no command 'logs' (did you mean events?)" logs
	wrong "there is no command 'show' (did you mean status?)" help show
	wrong "there is no command 'stop'; cgq help shows those there are" stop
	wrong "there is no option --jsn (did you mean --json?)" --jsn
	wrong "there is no option -z" -nz
	wrong "--json takes no argument" --json=yes
	wrong "--output needs an argument: COLUMNS" list -o
	wrong "--as needs an argument: FACTS" explain --as
	wrong "--as needs an argument: NAME" check --as
	wrong "--color: 'red' is none of auto, always, never" --color=red
	wrong "explain needs an argument: PID" explain
	wrong "list takes no argument like 'web'" list web
	wrong "status takes one argument; 'b' is too much" status a b
	wrong "list takes no --strict; it belongs to check" list --strict
	wrong "reload takes no --as; it belongs to explain, check and diff" reload --as x
	wrong "reset has no columns to choose from" reset -o group
	wrong "--socket: a socket's path has 1 to 107 bytes" --socket "$(printf '%0108d' 0)"
	wrong "there is no command 'lst' (did you mean list?)" help lst
}

@test "options stand before or after the command" {
	machine small
	run -0 "$BUILD/cgq" -n --socket "$SOCKET" list
	before=$output
	run -0 "$BUILD/cgq" list --socket="$SOCKET" -n
	[ "$output" = "$before" ]
}

@test "help comes from the tables: every command, its columns, its exit status" {
	run -0 --separate-stderr "$BUILD/cgq" --help
	[ -z "$stderr" ]
	[ -z "$(awk 'length > 80' <<<"$output")" ] || fail "wider than 80: $output"
	[ "$(sed -nE '/^Commands/,/^$/s/^(  [a-z]+ +[^a-z]*)[a-z].*/\1/p' <<<"$output" | awk '{ print length }' | sort -u)" = 29 ] ||
		fail "what a command does stands below another's: $output"
	for command in list status ps explain check diff reload confirm set reset events pin unpin run enter freeze thaw kill help; do
		[[ $output == *$'\n'"  $command "* ]]
	done
	for command in list status ps explain check diff reload reset pin unpin freeze thaw kill; do
		run -0 "$BUILD/cgq" "$command" --help
		[[ ${lines[0]} == "Usage: cgq $command"* ]]
		[[ $output == *"Exit status:"*"2  "* ]]
		[ -z "$(awk 'length > 80' <<<"$output")" ] || fail "wider than 80: $command"
		[ "$output" = "$("$BUILD/cgq" help "$command")" ]
	done
	for command in run enter; do # all of whose statuses are another program's
		run -0 "$BUILD/cgq" "$command" --help
		[[ ${lines[0]} == "Usage: cgq $command"* ]]
		[[ $output == *"Exit status:"*"125  "*"else that of "* && $output != *"2  the command line"* ]]
		[ -z "$(awk 'length > 80' <<<"$output")" ] || fail "wider than 80: $command"
	done
	run -0 "$BUILD/cgq" --version
	[[ $output == "cgq "* ]]
}

@test "a reader that goes away is no failure, a full disk is one" {
	machine many
	run -0 --separate-stderr bash -c "trap '' PIPE; '$BUILD/cgq' --socket '$SOCKET' | true; exit \${PIPESTATUS[0]}"
	[ -z "$stderr" ]
	run --separate-stderr bash -c "'$BUILD/cgq' --socket '$SOCKET' >/dev/full"
	[ "$status" -ne 0 ]
	[ "$stderr" = 'cgq: the output cannot be written: No space left on device' ]
	run --separate-stderr bash -c "'$BUILD/cgq' --help >/dev/full"
	[ "$status" -ne 0 ]
}
