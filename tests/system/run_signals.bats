#!/usr/bin/env bats
# A program that was started for its caller stops, goes on and ends with it as one that the caller's shell had started itself.
# shellcheck disable=SC2016 # for the shells of programs
load lib
load run

setup() {
	room_make
	policy 50-web.conf <<-EOF
		[one]
		namespace = uts:new
		[pids]
		namespace = pid:new
	EOF
	cgqd_start
	INSIDE="'$BUILD/cgq' --socket '$SOCKET' run"
}

# on_terminal COMMAND…: on a terminal of its own, as its session's leader, whose keys come from descriptor 9.
on_terminal() {
	rm -f "$ROOM/keys" "$ROOM/out"
	mkfifo "$ROOM/keys"
	# bats ignores some signals, and so would what it starts
	env --default-signal script -qefc "exec $*" /dev/null <"$ROOM/keys" >"$ROOM/out" 2>&1 3>&- &
	SCRIPT=$!
	STARTED+=($!)
	exec 9>"$ROOM/keys"
	wait_until 10 'it is ready' grep -q ready "$ROOM/out"
}

keys() {
	printf '%b' "$1" >&9
}

hears() {
	wait_until 5 "$1" grep -q "$1" "$ROOM/out" || fail "$(<"$ROOM/out")"
}

leave() {
	exec 9>&-
	wait "$SCRIPT" || true
}

@test "a signal that the caller ignores is not its program's either" {
	local group signal
	for group in one pids; do
		for signal in HUP INT QUIT; do
			rm -f "$ROOM/ready"
			bash -c 'trap "" "$1"; exec "$2" --socket "$3" run "$4" -- sh -c "echo ready >$5/ready; exec sleep 30"' - \
				"$signal" "$BUILD/cgq" "$SOCKET" "$group" "$ROOM" </dev/null >/dev/null 2>&1 3>&- &
			STARTED+=($!)
			wait_until 5 'it runs' test -s "$ROOM/ready"
			kill -"$signal" $!
			sleep 0.2
			alive $! || fail "$group: $signal"
			kill -TERM $!
			local status=0
			wait $! || status=$?
			[ $status = 143 ] || fail "$group: status $status"
		done
	done
}

@test "^Z stops nothing for ever where no shell could go on with it" {
	local group
	for group in one pids; do
		on_terminal "$INSIDE $group -- sh -c 'echo ready; while read -r x; do echo \"got \$x\"; done'"
		keys '\032'
		sleep 0.3
		keys 'hello\r'
		hears 'got hello'
		keys '\004'
		leave
	done
}

@test "what is typed is the program's once it is in the foreground" {
	printf '#!/bin/sh\nstty icanon icrnl\necho ready\nread -r x\necho "got $x"\n' >"$ROOM/bin/asks"
	chmod 755 "$ROOM/bin/asks"
	on_terminal bash --norc --noprofile -c "'set -m; \"$BUILD/cgq\" --socket \"$SOCKET\" run one -- \"$ROOM/bin/asks\" & sleep 1; fg'"
	sleep 2
	keys 'hello\r'
	hears 'got hello'
	leave
}

@test "more than a terminal holds is no deadlock" {
	head -c 400000 /dev/zero | tr '\0' x >"$ROOM/much"
	on_terminal "$INSIDE one -- sh -c 'stty raw -echo; echo ready; exec head -c 400000'"
	timeout 30 cat "$ROOM/much" >&9
	wait_until 20 'all of it comes back' eval '[ "$(tr -dc x <"$ROOM/out" | wc -c)" = 400000 ]'
	leave
}

@test "a program whose caller's terminal hangs up has none either" {
	on_terminal "$INSIDE one -- sh -c 'trap \"\" HUP; echo ready; cat >/dev/null; echo over >\"$ROOM/over\"'"
	kill -KILL "$SCRIPT"
	wait_until 5 'what it reads ends' test -s "$ROOM/over"
	leave
}

@test "a ^C of the terminal is for all that the program runs, though it has another" {
	local group
	for group in one pids; do
		rm -f "$ROOM/heard"
		on_terminal "$INSIDE $group -- sh -c '(trap \"echo heard >$ROOM/heard; exit\" INT; echo ready; while :; do sleep 0.05; done); true' </dev/null"
		keys '\003'
		wait_until 5 "$group: its child hears it" test -s "$ROOM/heard"
		leave
	done
}

@test "the end is told to a client that was stopped, whatever was to be told before" {
	local caller program status=0 i
	"$BUILD/cgq" --socket "$SOCKET" run one -- sh -c 'echo $$ >"$1/pid"; while [ ! -e "$1/end" ]; do sleep 0.02; done; exit 7' - "$ROOM" </dev/null >/dev/null 2>&1 3>&- &
	caller=$!
	STARTED+=("$caller")
	wait_until 5 'it runs' test -s "$ROOM/pid"
	program=$(<"$ROOM/pid")
	kill -STOP "$caller"
	for ((i = 0; i < 400; i++)); do
		kill -STOP "$program"
		sleep 0.005
		kill -CONT "$program"
		sleep 0.005
	done
	touch "$ROOM/end"
	wait_until 5 'it ended' gone "$program"
	wait_until 10 'its caller ends' eval 'kill -CONT "$caller" 2>/dev/null; gone "$caller"'
	wait "$caller" || status=$?
	[ $status = 7 ] || fail "status $status"
}

@test "signals that come when it ends take nothing of its status" {
	local i n status
	for ((i = 0; i < 20; i++)); do
		status=0
		rm -f "$ROOM/out"
		"$BUILD/cgq" --socket "$SOCKET" run one -- sh -c 'trap "exit 7" TERM; trap : USR1; echo ready; while :; do sleep 0.01; done' </dev/null >"$ROOM/out" 2>&1 3>&- &
		STARTED+=($!)
		wait_until 5 'it runs' grep -q ready "$ROOM/out"
		for ((n = 0; n < 40; n++)); do
			kill -USR1 $! || break # it has ended
			[ $n != 20 ] || kill -TERM $!
		done 2>/dev/null
		wait $! || status=$?
		[ $status = 7 ] || fail "status $status: $(<"$ROOM/out")"
	done
}

# On v2 it is born in its group, and so stands still before it has said anything.
@test "a program that cannot begin holds up no other" {
	local frozen first status=0
	frozen=$(group_dir one)/cgroup.freeze
	if [ -e "$frozen" ]; then echo 1 >"$frozen"; fi
	"$BUILD/cgq" --socket "$SOCKET" run one -- true </dev/null >/dev/null 2>&1 3>&- &
	first=$!
	STARTED+=("$first")
	sleep 0.5
	run -0 timeout $((5 * SLOW)) "$BUILD/cgq" --socket "$SOCKET" run pids -- true
	if [ -e "$frozen" ]; then
		alive "$first"
		echo 0 >"$frozen"
	fi
	wait "$first" || status=$?
	[ $status = 0 ] || fail "status $status"
}
