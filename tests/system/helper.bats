#!/usr/bin/env bats
# Helpers that somebody else starts, as systemd does: cgqd itself lacks what they may do.
load lib

setup() {
	room_make
	# cgqd, and whoever it starts, without CAP_SYS_ADMIN
	mkdir "$ROOM/build"
	ln -s "$BUILD/cgq" "$ROOM/build/cgq"
	printf '#!/bin/sh\nexec setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s "$@"\n' "$BUILD/cgqd" >"$ROOM/build/cgqd"
	chmod 755 "$ROOM/build/cgqd"
	HELD=$BUILD BUILD=$ROOM/build LISTENER=''
}

teardown() {
	room_leave
	listener_end
	[ -z "$(helpers)" ] || fail "left behind: $(helpers)"
}

# listen ROLE [COMMAND…]: on ROLE.sock beside cgqd's own socket, and for each connection that command, else the helper.
listen() {
	local role=$1
	shift
	[ $# != 0 ] || set -- "$HELD/cgqd" --helper "$role"
	systemd-socket-activate --accept --seqpacket -l "$ROOM/$role.sock" "$@" </dev/null >>"$LOG" 2>&1 3>&- &
	LISTENER=$!
	wait_until 5 "there is $role.sock" test -S "$ROOM/$role.sock"
}

# Its connections end with cgqd.
listener_end() {
	[ -n "$LISTENER" ] || return 0
	# shellcheck disable=SC2046 # one pid a word
	kill -KILL "$LISTENER" $(pgrep -P "$LISTENER") 2>/dev/null || true
	wait "$LISTENER" 2>/dev/null || true
	LISTENER=''
}

# Who was started by the listener, and is not on its way there.
helpers() {
	[ -z "$LISTENER" ] || pgrep -P "$LISTENER" cgqd- || true
}

has_helper() {
	[ -n "$(helpers)" ]
}

own_helpers() {
	pgrep -P "$CGQD" cgqd- || true
}

has_caps() { # has_caps PID BIT
	local caps
	caps=$(sed -n 's/^CapEff:\t//p' "/proc/$1/status")
	((0x$caps >> $2 & 1))
}

strict_group() {
	FILE=$(program_file web firstact)
	printf '[web]\nmatch = exe:%s\nstrict = yes\n' "$FILE" | policy 50-web.conf
}

# all_inside COUNT: so many that run now are in web at their first act.
all_inside() {
	rm -f "$ROOM/said"
	"$HELD/programs/burst" --count "$1" "$FILE" "$ROOM/said" || return
	[ "$(grep -c "/$TREE/web" "$ROOM/said")" = "$1" ] || fail "$(sort "$ROOM/said" | uniq -c)"
}

another_helper() {
	local now
	now=$(helpers)
	[ -n "$now" ] && [ "$now" != "$1" ] && state_is web ok
}

@test "where a socket stands, its gate is used, and has what cgqd lacks" {
	listen gate
	strict_group
	cgqd_start
	state_is web ok
	[ -z "$(own_helpers)" ]
	wait_until 5 'the gate has its name' has_helper
	[ "$(cat "/proc/$(helpers)/comm")" = cgqd-gate ]
	run ! has_caps "$CGQD" 21
	has_caps "$(helpers)" 21
	all_inside 200
	rm "$CONF/50-web.conf"
	cgq reload
	wait_until 5 'without strict it ends' eval '! has_helper'
}

@test "a gate of a socket is placed nowhere, and explain says so" {
	listen gate
	strict_group
	policy 60-all.conf <<<"[gates]"$'\n'"match = exe:$HELD/cgqd"$'\n'"children = match"
	cgqd_start
	wait_until 5 'the gate has its name' has_helper
	is_outside "$(helpers)"
	# The next one begins where threads place at once.
	local gate
	gate=$(helpers)
	kill -KILL "$gate"
	wait_until 5 'another gate' another_helper "$gate"
	is_outside "$(helpers)"
	cgq reload
	is_outside "$(helpers)"
	run -1 cgq explain "$(helpers)"
	[[ $output == *'a process of cgqd'* ]] || fail "$output"
}

@test "a gate of a socket that is killed is followed by another" {
	local gate
	listen gate
	strict_group
	cgqd_start
	wait_until 5 'the gate has its name' has_helper
	gate=$(helpers)
	kill -KILL "$gate"
	wait_until 5 'another gate' another_helper "$gate"
	all_inside 50
}

@test "a gate of a socket that is silent is ended, and execs go on" {
	local gate
	listen gate
	strict_group
	cgqd_start
	wait_until 5 'the gate has its name' has_helper
	gate=$(helpers)
	kill -STOP "$gate"
	timeout $((10 * SLOW)) "$FILE" "$ROOM/said"
	wait_until 5 'it is ended' gone "$gate"
	wait_until 5 'another gate' another_helper "$gate"
	all_inside 50
}

@test "when cgqd is killed, the gate of a socket ends, and blocks nobody" {
	listen gate
	strict_group
	cgqd_start
	local usual
	usual=$(longest_of --rounds 5)
	longest_of --rounds 10 >"$ROOM/longest" &
	sleep 0.3
	cgqd_kill
	wait $!
	# Who waits for a cgqd that is dead takes 2 s more.
	within "$(<"$ROOM/longest")" 0 $((usual + 1900)) "ms of the longest round, usually $usual"
	wait_until 5 'the gate ends' eval '! has_helper'
}

# The mode of a socket counts, and its owner, and who listens: each row is refused for one of them.
@test "a socket that is not root's is left alone, as if it were not there" {
	local row
	strict_group
	chmod 777 "$ROOM"
	for row in 'nobody nobody 600' 'nobody root 600' 'root nobody 600' 'root root 666'; do
		read -r listens owns mode <<<"$row"
		rm -f "$ROOM/gate.sock"
		setpriv --reuid "$listens" --clear-groups systemd-socket-activate --accept --seqpacket -l "$ROOM/gate.sock" \
			sleep 60 </dev/null >/dev/null 2>&1 3>&- &
		LISTENER=$!
		wait_until 5 'there is a socket' test -S "$ROOM/gate.sock"
		chown "$owns" "$ROOM/gate.sock"
		chmod "$mode" "$ROOM/gate.sock"
		BUILD=$HELD cgqd_start
		state_is web ok
		[ -n "$(own_helpers)" ] || fail "$row: cgqd started none itself"
		cgqd_stop
		listener_end
	done
}

@test "who listens and says nothing holds up cgqd once, and is told of" {
	local began
	listen gate sleep 60
	strict_group
	cgqd_start
	state_is web 'not in force'
	log_says 'strict: the gate cannot be started: .*/gate.sock: it said nothing within 10 s'
	began=$(now_ns)
	cgq reload || true
	# Asked again it would be another 10 s.
	within $((($(now_ns) - began) / 1000000)) 0 6000 'ms until the reload was done'
	[ -z "$(own_helpers)" ]
}

@test "who hangs up at once, and who is of another version, is told of" {
	listen gate true
	strict_group
	cgqd_start
	state_is web 'not in force'
	log_says 'gate.sock: it ended before it said anything'
	cgqd_stop
	listener_end
	rm "$ROOM/gate.sock"
	listen gate python3 -c '
import os, socket, struct
s = socket.socket(fileno=3)
socket.send_fds(s, [struct.pack("Ii", 99, os.getpid())], [os.pidfd_open(os.getpid())])
s.recv(1)'
	cgqd_start
	log_says 'gate.sock: it is of another version'
}

@test "a helper refuses whoever is not root, and what is no connection" {
	run -2 "$HELD/cgqd" --helper gate 3<"$LOG"
	[[ $output == *'descriptor 3 is no connected socket'* ]] || fail "$output"
	run -2 /usr/bin/python3 -c '
import os, socket, sys
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
os.dup2(theirs.fileno(), 3)
os.execv(sys.argv[1], ["cgqd", "--helper", "gate"])' "$HELD/cgqd"
	[[ $output == *'descriptor 3 is no connected socket'* ]] || fail "$output"
	run -2 "$HELD/cgqd" --helper nothing
	[[ $output == *'no such role'* ]] || fail "$output"
	chmod 777 "$ROOM"
	listen gate
	chmod 666 "$ROOM/gate.sock"
	run -0 setpriv --reuid nobody --clear-groups /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(10)
s.connect(sys.argv[1])
print(len(s.recv(100)))' "$ROOM/gate.sock"
	[ "$output" = 0 ]
	log_says 'cgqd: --helper gate: who is at the other end is not root'
}

home() {
	echo "${MOUNT[cpu]}/cgq-test-$RUN-home"
}

# a_stranger_at_home: a process that a rule names, in a cgroup of v1 that is another manager's
a_stranger_at_home() {
	mkdir "$(home)"
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.delegate", b"1")' "$(home)"
	start web threads
	echo "${PID[web]}" >"$(home)/cgroup.procs"
}

home_leave() {
	stop web
	rmdir "$(home)"
}

@test "on v1, a helper sees which cgroups are delegated" {
	[ "${VERSION[cpu]}" = 1 ] || return 0
	listen delegation
	policy_of_web
	a_stranger_at_home
	cgqd_start
	sleep 1
	[ "$(cgroup_of "${PID[web]}")" = "/cgq-test-$RUN-home" ]
	run cgq explain "${PID[web]}"
	[[ $output == *'has trusted.delegate'* ]] || fail "$output"
	[ "$(log_lines 'are not known')" = 0 ]
	home_leave
}

@test "on v1, a helper that is silent holds up cgqd for a second, is told of, and followed by another" {
	[ "${VERSION[cpu]}" = 1 ] || return 0
	local one
	listen delegation
	policy_of_web
	cgqd_start
	one=$(helpers)
	kill -STOP "$one"
	a_stranger_at_home
	sleep 1.5
	cgq reload
	log_says 'for a moment, delegated cgroups of v1 are not known as such'
	wait_until 5 'it is ended' gone "$one"
	stop web
	start web threads
	echo "${PID[web]}" >"$(home)/cgroup.procs"
	cgq reload
	sleep 0.5
	[ "$(cgroup_of "${PID[web]}")" = "/cgq-test-$RUN-home" ]
	home_leave
}
