#!/usr/bin/env bats
# What a person starts in the background: in its group all the same, and the caller hears that it runs, or why not.
load lib
load run

@test "detached: the process id once it runs, a session of its own, and no terminal" {
	local pid
	one
	cgqd_start
	cp "$(type -P sleep)" "$ROOM/bin/$(named far)" # the test programs die with their parent
	run -0 --separate-stderr cgq run --detach --log "$ROOM/out" web -- "$ROOM/bin/$(named far)" 200
	[[ $output =~ ^[0-9]+$ ]] || fail "$output/$stderr"
	pid=$output
	is_in web "$pid"
	executes "$pid" "$ROOM/bin/$(named far)"
	[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ]
	[ /proc/"$pid"/fd/0 -ef /dev/null ]
	[ /proc/"$pid"/fd/1 -ef "$ROOM/out" ]
	[ /proc/"$pid"/fd/2 -ef "$ROOM/out" ]
	[ "$(fds "$pid")" = 3 ] || fail "$(ls -l "/proc/$pid/fd")"
	kill -KILL "$pid"
	run -0 cgq run -d --log "$ROOM/out" web -- sh -c 'echo said; echo told >&2'
	wait_until 5 'both are there' grep -q told "$ROOM/out"
	grep -q said "$ROOM/out"
	run -0 --separate-stderr cgq run -d --json web -- true
	jq -e '.pid > 1' <<<"$output"
}

@test "detached: what cannot be started is told at once, and no process id is printed" {
	one
	cgqd_start
	run -127 --separate-stderr cgq run -d web -- no-such-program-here
	[ -z "$output" ]
	[[ $stderr == *'no such program'* ]]
	run -126 --separate-stderr cgq run -d web -- "$ROOM"
	[ -z "$output" ]
	run -125 --separate-stderr cgq run -d nothing -- true
	[ -z "$output" ]
	run -125 --separate-stderr cgq run -d --log "$ROOM/no/such/file" web -- true
	[[ $stderr == *'/no/such/file'* ]]
	run -125 --separate-stderr cgq run --log "$ROOM/out" web -- true
	[[ $stderr == *'--log is for --detach'* ]]
	# killed while it waits
	kill -STOP "$CGQD"
	"$BUILD/cgq" --socket "$SOCKET" run -d web -- touch "$ROOM/ran" >"$ROOM/stdout" 2>"$ROOM/stderr" 3>&- &
	PID[run]=$!
	STARTED+=($!)
	wait_until 5 'its child is there' has_descendants "${PID[run]}"
	kill -KILL "$(descendants "${PID[run]}")"
	local status=0
	wait "${PID[run]}" || status=$?
	kill -CONT "$CGQD"
	[ $status = 125 ]
	[ ! -s "$ROOM/stdout" ]
	grep -q 'killed before it could start' "$ROOM/stderr"
	[ ! -e "$ROOM/ran" ]
}
