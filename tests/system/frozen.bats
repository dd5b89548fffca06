#!/usr/bin/env bats
# Whole groups: frozen, thawed, killed; what the kernel does differs between v1 and v2.
load lib

# A frozen process of v1 cannot even be killed: whatever the test left stopped runs again first, and no cgqd puts that right.
teardown() {
	local dir
	[ -n "${BATS_TEST_COMPLETED:-}" ] || ! daemon_runs || cgqd_kill
	for dir in $(our_cgroups); do
		[ ! -e "$dir/freezer.state" ] || echo THAWED >"$dir/freezer.state"
		[ ! -e "$dir/cgroup.freeze" ] || echo 0 >"$dir/cgroup.freeze"
	done
	room_leave
}

cpu_ticks() {
	awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

stands_still() {
	local first
	first=$(cpu_ticks "$1")
	sleep 0.5
	[ "$(cpu_ticks "$1")" = "$first" ] || fail "pid $1 ran on"
	! is_runnable "$1" || fail "pid $1 would run on"
}

# On a busy machine it may wait long for its turn; a frozen one is not even runnable.
runs() {
	wait_until 5 "pid $1 runs" is_runnable "$1"
}

is_runnable() {
	[ "$(awk '{ sub(/^.*\) /, ""); print $1 }' "/proc/$1/stat")" = R ]
}

nested() {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		[web/php]
		match = name:$(named php)
		[db]
		match = name:$(named db)
	EOF
}

@test "frozen, a group and its children stand still; others run; thawed, all do" {
	nested
	start web hog
	start php hog
	start db hog
	cgqd_start
	placed web web
	run -0 --separate-stderr cgq freeze web
	[ -z "$output$stderr" ]
	stands_still "${PID[web]}"
	stands_still "${PID[php]}"
	runs "${PID[db]}"
	stop db
	cgq list --json | jq -e '[.groups[] | {(.group): [.frozen, .state]}] | add ==
		{"db": [false, "ok"], "web": [true, "ok"], "web/php": [true, "ok"]}'
	run -0 cgq list
	[[ $output == *FROZEN* && $output == *'frozen by root at '* && $output == *'frozen with web by root'* ]] || fail "$output"
	run -0 cgq status web
	run -0 cgq diff
	run -1 --separate-stderr cgq thaw web/php
	[[ $stderr == *'web/php is frozen with web: cgq thaw web'* ]] || fail "$stderr"
	cgq freeze web/php
	run -0 --separate-stderr cgq thaw web/php
	[[ $stderr == *'web/php stays frozen with web'* ]] || fail "$stderr"
	# Placed at once, it is stopped before it has begun; a moment later on v1, which stops it when it has the CPU.
	"$(program_file web hog)" </dev/null >/dev/null 2>&1 3>&- &
	PID[late]=$!
	STARTED+=($!)
	placed web late
	wait_until 5 'it stands still too' stands_still "${PID[late]}"
	run -0 --separate-stderr cgq thaw web
	[ -z "$output$stderr" ]
	runs "${PID[web]}"
	runs "${PID[php]}"
	runs "${PID[late]}"
	cgq list --json | jq -e '[.groups[].frozen] | any | not'
	[ "${VERSION[freezer]:-2}" = 2 ] || [ ! -d "${MOUNT[freezer]}/$TREE" ] || fail 'the tree still stands in the freezer hierarchy'
	run -0 --separate-stderr cgq thaw web
	[[ $stderr == *'was not frozen'* ]]
}

@test "a frozen group stays frozen over reload, SIGTERM and SIGKILL of cgqd" {
	nested
	start web hog
	cgqd_start
	placed web web
	cgq freeze web
	cgq reload
	stands_still "${PID[web]}"
	cgqd_stop
	stands_still "${PID[web]}"
	cgqd_start
	stands_still "${PID[web]}"
	cgqd_kill
	cgqd_start
	stands_still "${PID[web]}"
	cgq list --json | jq -e '.groups[] | select(.group == "web").frozen'
	cgq thaw web
	runs "${PID[web]}"
}

@test "reset, and the end of a group, leave nobody stopped" {
	nested
	local before
	start web hog
	start db hog
	before=$(where "${PID[web]}")
	cgqd_start
	placed web web
	cgq freeze web
	cgq freeze db
	cgq reset web
	is_back "${PID[web]}" "$before"
	runs "${PID[web]}"
	stands_still "${PID[db]}"
	printf '[web]\nmatch = name:%s\n' "$(named web)" | policy_now 50-web.conf
	runs "${PID[db]}"
	runs "${PID[web]}"
	cgq freeze web
	stands_still "${PID[web]}"
	cgq reset
	no_tree
	runs "${PID[web]}"
	is_back "${PID[web]}" "$before"
	cgq reload
	is_in web "${PID[web]}"
	runs "${PID[web]}"
}

@test "kill ends a fork storm, and a stranger lives on" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		[web2]
		match = name:$(named db)
	EOF
	start web forker --storm 60 --live 5 --alive 50
	start db threads
	start loose threads
	cgqd_start
	placed web web
	placed web2 db
	run -0 --separate-stderr cgq kill web
	[ -z "$output$stderr" ]
	gone "${PID[web]}"
	[ -z "$(instances web)" ] || fail "left: $(instances web)"
	alive "${PID[db]}"
	alive "${PID[loose]}"
	alive "$CGQD"
	start_as again web threads
	placed web again
}

@test "kill reaches the groups below, and whom a freeze holds" {
	nested
	start web hog
	start php hog
	start db threads
	cgqd_start
	placed web web
	cgq freeze web/php
	cgq freeze web
	run -1 --separate-stderr cgq kill web/php
	[[ $stderr == *'frozen with web'* ]]
	alive "${PID[php]}"
	cgq kill web
	gone "${PID[web]}"
	gone "${PID[php]}"
	alive "${PID[db]}"
	cgq list --json | jq -e '[.groups[].frozen] | any | not'
}
