#!/usr/bin/env bats
# Callers of the starter do no harm to each other, and get no further than they are.
# shellcheck disable=SC2016 # single quotes are for the shells of programs
load lib
load starter

# --- what takes for ever ----------------------------------------------------------------------------------------

@test "a folder that it cannot be in is told, and nothing runs" {
	mkdir "$ROOM/gone"
	run -125 --separate-stderr bash -c 'cd "$1" && rmdir "$1" && "$2" run --namespace mount:new -- touch "$3"' - \
		"$ROOM/gone" "$PROGRAMS/starter_ask" "$ROOM/ran"
	[[ $stderr == *'its folder: No such file or directory' ]] || fail "$stderr"
	[ ! -e "$ROOM/ran" ]
}

# stuck COMMAND…: in a folder of a file system that hangs.
stuck() {
	mkdir -p "$ROOM/stuck"
	timeout $((60 * SLOW)) unshare --mount --propagation private "$PROGRAMS/stuck_folder" "$ROOM/stuck" "$@"
}

@test "a file system of a client's that hangs holds up that client only" {
	local options
	for options in '' '--namespace pid:new' '--terminal'; do
		# shellcheck disable=SC2086 # words
		run -125 --separate-stderr stuck sh -c '"$0" "$@" <.' "$PROGRAMS/starter_ask" run $options --no-go -- touch "$ROOM/ran"
		[ "$stderr" = 'touch was not started: whoever was to start it ended' ] || fail "$options: $stderr"
	done
	[ ! -e "$ROOM/ran" ]
}

# held_up: a cgroup v2 as HELD, for programs that shall not go on.
held_up() {
	local folder
	for folder in "${MOUNTS[@]}"; do
		[ ! -e "$folder/cgroup.controllers" ] || break
	done
	HELD=$folder/$TREE
	mkdir "$HELD" || fail 'there is no cgroup v2'
}

no_members() {
	grep -qx 'populated 0' "$1/cgroup.events"
}

@test "what waits for its exec ends with the starter's process for it, also where it is held up" {
	held_up
	local ended=0
	ask run --cgroup "$HELD" --before-go "echo 1 >$HELD/cgroup.freeze; kill -KILL \$(ps -o ppid= \$PROGRAM); touch $ROOM/held" -- \
		touch "$ROOM/ran" >"$ROOM/out" 2>&1 3>&- &
	wait_until 10 'it is held up' test -e "$ROOM/held"
	wait_until 5 'it ends' no_members "$HELD" || ended=1
	echo 0 >"$HELD/cgroup.freeze"
	wait_until 5 'all end' rmdir "$HELD"
	[ $ended = 0 ] || fail "$(<"$ROOM/out")"
	[ ! -e "$ROOM/ran" ]
}

# --- what it does in whose name -----------------------------------------------------------------------------------

USER_ASKS=(--uid 1234 --gid 1235 --through 'setpriv --reuid=1234 --regid=1235 --clear-groups')

@test "only the caller's own user speaks to the socket that the caller chose" {
	run -0 --separate-stderr ask run "${USER_ASKS[@]}" --terminal -- true
	run -0 --separate-stderr ask run "${USER_ASKS[@]}" --namespace pid:new -- true
	[[ $stderr != *speaks* ]]
}

# through WORDS: a script that does so before it becomes the client, as THROUGH.
through() {
	THROUGH=$ROOM/through
	printf '#!/bin/sh\n%s\nexec "$@"\n' "$1" >"$THROUGH"
	chmod +x "$THROUGH"
}

@test "audit names for a program whom it names for its caller" {
	[ -e /proc/self/loginuid ] || fail 'this kernel has no audit'
	through 'echo 1234 >/proc/self/loginuid'
	run -0 --separate-stderr ask run --through "$THROUGH" -- cat /proc/self/loginuid
	[ "$output" = 1234 ] || fail "$output"
	# Also where the starter's own is set.
	run -0 --separate-stderr sh -c 'echo 77 >/proc/self/loginuid && exec "$@"' - "$PROGRAMS/starter_ask" run --through "$THROUGH" -- \
		cat /proc/self/loginuid
	[ "$output" = 1234 ] || fail "$output"
	through 'echo 4294967295 >/proc/self/loginuid'
	run -0 --separate-stderr sh -c 'echo 77 >/proc/self/loginuid && exec "$@"' - "$PROGRAMS/starter_ask" run --through "$THROUGH" -- \
		cat /proc/self/loginuid
	[ "$output" = 4294967295 ] || fail "$output"
}

@test "CPUs of the caller's cpuset are not the program's" {
	local cpuset=${MOUNT[cpuset]}/$TREE all
	[ "$(nproc)" -gt 1 ] || fail 'one CPU is too few'
	all=$(ask run -- grep Cpus_allowed_list /proc/self/status 2>/dev/null)
	mkdir "$cpuset"
	echo 0 >"$cpuset/cpuset.cpus"
	cat "${MOUNT[cpuset]}/cpuset.mems" >"$cpuset/cpuset.mems"
	through "echo \$\$ >$cpuset/cgroup.procs"
	run -0 --separate-stderr ask run --through "$THROUGH" -- grep Cpus_allowed_list /proc/self/status
	[ "$output" = "$all" ] || fail "$output"
	# Of those that it is bound to, the program's cpuset has none.
	through "echo \$\$ >${MOUNT[cpuset]}/cgroup.procs; exec taskset -c 1 \"\$@\""
	run -0 --separate-stderr sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cpuset" \
		"$PROGRAMS/starter_ask" run --bound --through "$THROUGH" -- grep Cpus_allowed_list /proc/self/status
	[ "$output" = $'Cpus_allowed_list:\t0' ] || fail "$output"
	wait_until 5 'it is empty' rmdir "$cpuset"
}
