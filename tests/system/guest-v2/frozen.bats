#!/usr/bin/env bats
# What cgroup v2 does by other files than v1: cgroup.freeze, cgroup.kill. The laws are those of frozen.bats.
load ../lib

# as_written GROUP FILE TEXT
as_written() {
	[ "$(<"$(group_dir "$1")/$2")" = "$3" ] || fail "$1: $2 is $(<"$(group_dir "$1")/$2")"
}

is_frozen() {
	grep -q '^frozen 1' "$(group_dir "$1")/cgroup.events"
}

@test "frozen with its children, over SIGKILL of cgqd, until it is thawed, killed or given back" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		[web/php]
		match = name:$(named php)
	EOF
	start web threads
	start php forker --storm 300 --live 50 --alive 5
	cgqd_start
	placed web web
	placed web/php php
	cgq freeze web
	wait_until 5 'both stop' is_frozen web/php
	is_frozen web
	cgqd_kill
	cgqd_start
	is_frozen web
	as_written web cgroup.freeze 1
	as_written web/php cgroup.freeze 0
	run -0 cgq diff
	cgq thaw web
	run ! is_frozen web
	cgq freeze web/php
	cgq kill web/php
	[ -z "$(instances php)" ]
	alive "${PID[web]}"
	cgq freeze web
	cgq reset
	no_tree
	is_outside "${PID[web]}"
	kill -TERM "${PID[web]}"
	wait_until 5 'it runs, and so ends' gone "${PID[web]}"
}
