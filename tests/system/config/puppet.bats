#!/usr/bin/env bats
# Debian's Puppet and the example module: checked before it is put there, in force when the run ends, never twice.
load ../lib
load rollout

setup() {
	room_make
	cat >"$ROOM/hiera.yaml" <<-EOF
		version: 5
		hierarchy: [{name: here, path: here.yaml, datadir: "$ROOM"}]
	EOF
	here "$BUILD/cgq"
}

# here COMMAND: what a machine's own data say.
here() {
	cat >"$ROOM/here.yaml" <<-EOF
		cgq::folders: ["$CONF"]
		cgq::filename: $FILE
		cgq::command: "$1"
		cgq::socket: "$SOCKET"
	EOF
}

# apply OPTION… MANIFEST: status and output as bats' run leaves them. 0: nothing to do, 2: changed, 4 and 6: failures.
apply() {
	local one options=()
	for one in confdir codedir vardir logdir rundir; do options+=("--$one" "$ROOM/puppet/$one"); done
	run alone puppet apply "${options[@]}" --hiera_config "$ROOM/hiera.yaml" \
		--modulepath "$EXAMPLES/puppet/modules" --color=false --detailed-exitcodes "$@"
}

# apply_web CPU OPTION…: with a group of the test's own.
apply_web() {
	local cpu=$1
	shift
	apply "$@" -e "class { 'cgq': groups => {
		'web' => { 'match' => 'name:$(named web)', 'cpu' => '$cpu' }, 'web/batch' => { 'cpu.idle' => true } } }"
}

# looking_on: a cgq that, asked to check, first writes down what lies in the folder, what a reload says of it, and what
# the first group may use then.
looking_on() {
	cat >"$ROOM/cgq" <<-EOF
		#!/bin/bash
		if [ "\$1" = check ]; then
			ls -A "$CONF" >>"$ROOM/seen"
			{
				"$BUILD/cgq" --socket "$SOCKET" reload || echo failed
				"$BUILD/cgq" --socket "$SOCKET" list --json | jq '.groups[0].cpu_max_percent | round'
			} &>>"$ROOM/meanwhile"
		fi
		exec "$BUILD/cgq" "\$@"
	EOF
	chmod 755 "$ROOM/cgq"
	here "$ROOM/cgq"
}

@test "Puppet: what is rolled out is in force when the run ends, and a second run changes nothing" {
	start web threads
	cgqd_start
	apply_web 20%..50%
	[ "$status" = 2 ] || fail "$output"
	is_roots
	in_force 50
	knob_is web/batch idle 1
	placed web web
	local before
	before=$(folder)
	apply_web 20%..50%
	[ "$status" = 0 ] || fail "$output"
	[[ $output != *'cgq reload'* ]] || fail "reloaded: $output"
	stays "$before" 50
}

@test "Puppet: a changed limit is rolled out live, and its temporary file in the folder is no policy" {
	by_hand 20%..50%
	start web threads
	cgqd_start
	looking_on
	apply_web 20%..70%
	[ "$status" = 2 ] || fail "$output"
	in_force 70
	alive "${PID[web]}"
	grep -qE "^${FILE}[0-9]+-[0-9]+-" "$ROOM/seen" || fail "no temporary file in the folder: $(<"$ROOM/seen")"
	[ "$(<"$ROOM/meanwhile")" = 50 ] || fail "a reload meanwhile: $(<"$ROOM/meanwhile")"
	[ "$(ls -A "$CONF")" = "$FILE" ]
}

@test "Puppet: --noop shows what would change, and changes nothing" {
	by_hand 20%..50%
	cgqd_start
	local before
	before=$(folder)
	apply_web 20%..70% --noop --show_diff
	[ "$status" = 0 ] || fail "$output"
	tells '-cpu = 20%..50%' '+cpu = 20%..70%'
	stays "$before" 50
}

@test "Puppet: a fault fails the run with its file and line, and changes nothing" {
	by_hand 20%..50%
	cgqd_start
	local before
	before=$(folder)
	apply -e "class { 'cgq': groups => { 'web' => { 'match' => 'name:$(named web)', 'memroy' => '1G' } } }"
	[ "$status" = 4 ] || fail "$output"
	tells "returned 1: $FILE:5: unknown key 'memroy'; did you mean 'memory'?"
	stays "$before" 50
}

@test "Puppet: the reload fails while another file is refused; the policy is there" {
	printf '[db]\ncpuu = 9%%\n' | policy 10-db.conf
	cgqd_start
	apply_web 20%..50%
	[ "$status" = 6 ] || fail "$output"
	tells "10-db.conf:2: unknown key 'cpuu'" 'returned 1 instead of'
	knob_is web ceiling 50
}

@test "Puppet: the example manifest is a policy as written, on a machine without a folder" {
	cgqd_start --passive
	rmdir "$CONF"
	apply "$EXAMPLES/puppet/site.pp"
	[ "$status" = 2 ] || fail "$output"
	is_the_example "$CONF/$FILE"
}
