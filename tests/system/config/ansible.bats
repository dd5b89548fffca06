#!/usr/bin/env bats
# Debian's Ansible and the example role: checked before it is put there, in force when the run ends, never twice.
load ../lib
load rollout

setup() {
	room_make
	cat >"$ROOM/ansible.cfg" <<-EOF
		[defaults]
		local_tmp = $ROOM/ansible
		remote_tmp = $ROOM/ansible
		interpreter_python = /usr/bin/python3
	EOF
	cat >"$ROOM/here.yml" <<-EOF
		ansible_become: false
		cgq_folders: ["$CONF"]
		cgq_file: $FILE
		cgq_command: "$BUILD/cgq"
		cgq_socket: "$SOCKET"
	EOF
}

# play OPTION…: the example playbook on this machine, with its own groups; status and output as bats' run leaves them.
play() {
	run alone ANSIBLE_CONFIG="$ROOM/ansible.cfg" ansible-playbook -i localhost, -c local -e "@$ROOM/here.yml" "$@" \
		"$EXAMPLES/ansible/cgq.yml"
}

# play_web CPU OPTION…: with a group of the test's own instead.
play_web() {
	cat >"$ROOM/groups.yml" <<-EOF
		cgq_groups:
		  web:
		    match: name:$(named web)
		    cpu: $1
		  web/batch:
		    cpu.idle: yes
	EOF
	shift
	play -e "@$ROOM/groups.yml" "$@"
}

# play_broken OPTION…: line 7 of what the template makes has a fault.
play_broken() {
	printf 'cgq_groups: {web: {match: "name:%s", memroy: 1G}}\n' "$(named web)" >"$ROOM/groups.yml"
	play -e "@$ROOM/groups.yml" "$@"
}

@test "Ansible: what is rolled out is in force when the run ends, and a second run changes nothing" {
	start web threads
	cgqd_start
	play_web 20%..50%
	[ "$status" = 0 ] || fail "$output"
	tells changed=2 failed=0
	is_roots
	in_force 50
	knob_is web/batch idle 1
	placed web web
	local before
	before=$(folder)
	play_web 20%..50%
	[ "$status" = 0 ] || fail "$output"
	tells changed=0 failed=0
	[[ $output != *HANDLER* ]] || fail "reloaded: $output"
	stays "$before" 50
}

@test "Ansible: a changed limit is rolled out live, and the backup left beside is no policy" {
	by_hand 20%..50%
	start web threads
	cgqd_start
	play_web 20%..70% -e cgq_backup=true
	[ "$status" = 0 ] || fail "$output"
	in_force 70
	alive "${PID[web]}"
	[ -n "$(find "$CONF" -name "$FILE.*~")" ] || fail "no backup: $(ls -A "$CONF")"
	grep -q 'cpu = 20%..50%' "$CONF/$FILE".*~
}

@test "Ansible: --check --diff shows what would change, and changes nothing" {
	by_hand 20%..50%
	cgqd_start
	local before
	before=$(folder)
	play_web 20%..70% --check --diff
	[ "$status" = 0 ] || fail "$output"
	tells '-cpu = 20%..50%' '+cpu = 20%..70%' changed=1 failed=0
	stays "$before" 50
}

@test "Ansible: a fault fails the run with its file and line, and changes nothing" {
	by_hand 20%..50%
	cgqd_start
	local before option
	before=$(folder)
	for option in --diff --check; do
		play_broken $option
		[ "$status" != 0 ] || fail "$option: $output"
		tells "$FILE:7: unknown key 'memroy'; did you mean 'memory'?" changed=0 failed=1
		stays "$before" 50
	done
}

@test "Ansible: a policy is judged together with the files that stand there" {
	by_hand 20%..50%
	printf '[db]\ncpu = 80%%\n' | policy 10-db.conf
	cgqd_start
	local before
	before=$(folder)
	play_web 30%..50%
	[ "$status" != 0 ] || fail "$output"
	tells "$FILE:7: cpu: '30%..50%' reserves too much" changed=0 failed=1
	stays "$before" 50
}

@test "Ansible: the reload fails while another file is refused, and without a daemon; the policy is there" {
	printf '[db]\ncpuu = 9%%\n' | policy 10-db.conf
	cgqd_start
	play_web 20%..50%
	[ "$status" != 0 ] || fail "$output"
	tells "10-db.conf:2: unknown key 'cpuu'" '"rc": 1' changed=1 failed=1
	knob_is web ceiling 50
	cgqd_stop
	play_web 20%..70%
	[ "$status" != 0 ] || fail "$output"
	tells 'is cgqd running' '"rc": 3' changed=1 failed=1
	cgqd_start
	knob_is web ceiling 70
}

@test "Ansible: the example playbook is a policy as written, on a machine without a folder" {
	cgqd_start --passive
	rmdir "$CONF"
	play
	[ "$status" = 0 ] || fail "$output"
	is_the_example "$CONF/$FILE"
}
