#!/usr/bin/env bats
# cgq run and enter: what is asked, and what becomes of the program by what is answered. Placing is tests/system/run.bats.
load lib

@test "asked is for the group and what the program is called; then this process is that program" {
	machine person
	run -0 --separate-stderr cgq run apache -- /bin/echo --json -o x
	[ "$output/$stderr" = '--json -o x/' ]
	run -0 --separate-stderr cgq run apache echo --quiet
	[ "$output/$stderr" = '--quiet/' ]
	run -9 cgq run apache -- sh -c 'exit 9'
	SHELL=/bin/echo run -0 --separate-stderr cgq enter apache
	[ -z "$output$stderr" ]
	run -0 cgq enter apache 812 -- echo there
	[ "$output" = there ]
	[ "$(jq -c .parameters "$SOCKET.log")" = '{"group":"apache","command":"echo","terminal":false}
{"group":"apache","command":"echo","terminal":false}
{"group":"apache","command":"sh","terminal":false}
{"group":"apache","command":"echo","terminal":false,"enter":0}
{"group":"apache","command":"echo","terminal":false,"enter":812}' ]
	[ "$(jq -r .method "$SOCKET.log" | sort -u)" = io.cgq.Run ]
}

@test "a note is said, and not with --quiet" {
	machine person
	run -0 --separate-stderr cgq run batch -- true
	says_only 'batch has no cgroup now: it is passive (enforce = no, or reset); nothing limits what is started in it'
	run -0 --separate-stderr cgq run -q batch -- true
	[ -z "$output$stderr" ]
}

@test "refused is 125 with one line, and nothing runs" {
	machine person
	run -125 --separate-stderr cgq run mysql -- touch ran
	says_only "not permitted: run.users of 'mysql' does not name you; you are uid 1000\\x1b[2J"
	run -125 --separate-stderr cgq run nothing -- touch ran
	says_only "there is no group 'nothing'; cgq list shows those there are"
	run -125 --separate-stderr cgq run web -- touch ran
	says_only 'web is frozen, and nothing would run in it: cgq thaw web'
	run -125 --separate-stderr cgq run -d web -- touch ran
	says_only 'web is frozen, and nothing would run in it: cgq thaw web'
	# a cgqd that needs descriptors, and is given some, needs no more
	run -125 --separate-stderr cgq run inside -- touch ran
	says_only 'cgqd answers io.cgq.FilesNeeded'
	run -125 --separate-stderr "$BUILD/cgq" --socket "$PWD/none" run web -- touch ran
	says_only "$PWD/none: nobody answers; is cgqd running (systemctl status cgqd)? Limits stay in place without it"
	[ ! -e ran ]
}

@test "a wrong command line is 125, since 2 may be the program's; nothing is asked" {
	machine person
	local line
	for line in 'run' 'run web' 'run web --' 'run web --detatch -- true' 'run --log x web -- true' 'run -o x web -- true' 'enter' \
		'enter web x' 'enter web 0' 'enter web 1 2' 'enter -- web' 'enter web --detach'; do
		# shellcheck disable=SC2086 # a word each
		run -125 --separate-stderr cgq $line
		[ "${#stderr_lines[@]}" = 1 ] || fail "$line: $stderr"
	done
	[ ! -s "$SOCKET.log" ]
}

@test "the program that is not there is 127, one that cannot be run 126; detached too, with no process id" {
	machine person
	run -127 --separate-stderr cgq run apache -- no-such-program-here
	says_only 'no-such-program-here: there is no such program in PATH, or no such interpreter as it names'
	run -126 --separate-stderr cgq run apache -- /
	says_only '/: Permission denied'
	run -127 --separate-stderr cgq run -d apache -- ./nothing
	says_only './nothing: there is no such program, or no such interpreter as it names'
	run -126 --separate-stderr cgq run -d apache -- /
	says_only '/: Permission denied'
}

@test "detached it is in a session of its own, and writes into the log" {
	machine person
	run -0 --separate-stderr cgq run -d --log log apache -- sh -c 'ps -o sid= -p $$; echo told >&2; cat'
	[[ $output =~ ^[0-9]+$ ]] || fail "$output$stderr"
	local tries
	for tries in {1..100}; do
		! grep -q told log || break
		sleep 0.05
	done
	[ "$(tr -d ' \n' <log)" = "${output}told" ] || fail "$(<log)"
	run -0 cgq run -d --json apache -- true
	jq -e '.pid > 1' <<<"$output"
}
