#!/usr/bin/env bats
# Pure v2 under systemd: a delegated scope is ours, to have a tree in, and what lies outside is not in force.
load ../lib

# In a scope that systemd leaves to its processes, beside a program that the policy names.
cgqd_start_in_scope() {
	SCOPE=cgq-test-$RUN-scope
	# shellcheck disable=SC2016 # for the shell in the scope
	systemd-run --scope --quiet --unit "$SCOPE" -p Delegate=yes -- bash -c '
		"$1" </dev/null >/dev/null 2>&1 & echo $! >"$2/web.pid"
		exec "${@:3}"' scope "$(program_file web threads)" "$ROOM" \
		"$BUILD/cgqd" --config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" --state "$STATE" --tree "$TREE" -v \
		</dev/null >>"$LOG" 2>&1 3>&- &
	CGQD=$!
	wait_until 10 'cgqd runs in its scope' grep -q "$SCOPE" "/proc/$CGQD/cgroup"
	cgqd_ready
	PID[web]=$(<"$ROOM/web.pid")
	STARTED+=("${PID[web]}")
}

# The scope itself is named like a test's cgroups, and goes with cgqd.
no_tree_of_ours() {
	local left
	left=$(find /sys/fs/cgroup -name "$TREE*")
	[ -z "$left" ] || fail "left behind: $left"
}

@test "systemd runs here, on v2 alone" {
	[ "$(</proc/1/comm)" = systemd ]
	[ "${VERSION[cpu]}" = 2 ]
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]
}

@test "in a delegated scope groups are enforced, for what is in the scope" {
	policy_of_web
	cgqd_start_in_scope
	[[ $(group_dir web) == */"$SCOPE".scope/* ]]
	knob_is web ceiling 50
	knob_is web memory $((300 << 20))
	is_in web "${PID[web]}"
	run -0 cgq reset
	is_outside "${PID[web]}"
	grep -q "$SCOPE.scope\$" "/proc/${PID[web]}/cgroup"
	no_tree_of_ours
}

@test "what lies outside the scope is left where it is, and said to be so" {
	policy_of_web
	start_as stranger web threads
	local before
	before=$(where "${PID[stranger]}")
	cgqd_start_in_scope
	is_back "${PID[stranger]}" "$before"
	state_is web 'not in force'
	run -1 cgq status web
	[[ $output == *"${PID[stranger]}"* ]]
}

@test "a daemon-reload of systemd takes nothing away" {
	policy_of_web
	cgqd_start_in_scope
	systemctl daemon-reload
	systemd-run --quiet --wait true
	sleep 1
	knob_is web ceiling 50
	knob_is web memory $((300 << 20))
	is_in web "${PID[web]}"
	state_is web ok
}
