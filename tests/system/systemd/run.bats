#!/usr/bin/env bats
# Pure v2 under systemd: what a person starts in a group is in that group's scope, limited from its first instruction.
load ../lib

setup() {
	room_make
	UNITS=()
	SCOPE=$TREE-web.scope
}

teardown() {
	local unit
	if daemon_runs; then
		cgq reset >/dev/null 2>&1 || true
	fi
	for unit in "${UNITS[@]}"; do
		systemctl stop "$unit" 2>/dev/null || true
		systemctl reset-failed "$unit" 2>/dev/null || true
		rm -rf "/run/systemd/system/$unit" "/run/systemd/system/$unit.d"
	done
	systemctl daemon-reload
	for unit in "${UNITS[@]}"; do # see in_place.bats
		rmdir "/sys/fs/cgroup/system.slice/$unit" 2>/dev/null || true
	done
	room_leave
}

web() {
	policy 50-web.conf <<-EOF
		[web]
		memory = 300M
		run.users = 65534
	EOF
}

@test "it begins in a scope of its group, which is limited by then" {
	web
	cgqd_start
	# shellcheck disable=SC2016 # for that shell
	run -0 --separate-stderr cgq run web -- sh -c 'cat /proc/self/cgroup; cat "/sys/fs/cgroup$(sed s/^0::// /proc/self/cgroup)/memory.max"'
	[ "${lines[0]}" = "0::/cgq.slice/$SCOPE" ] || fail "$output"
	[ "${lines[1]}" = $((300 << 20)) ] || fail "$output"
	# a second one, of a user, while a first one keeps the scope
	cgq run -d web -- sleep 300 >"$ROOM/pid"
	STARTED+=("$(<"$ROOM/pid")")
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/cgq" --socket "$SOCKET" run web -- sh -c 'id -u; cat /proc/self/cgroup'
	[ "$output" = "65534"$'\n'"0::/cgq.slice/$SCOPE" ] || fail "$output"
	[ "$(cgq explain "$(<"$ROOM/pid")" --json | jq -r '.how, .unit, .unlimited')" = run$'\n'"$SCOPE"$'\nnull' ]
	cgqd_kill
	cgqd_start
	[ "$(cgq explain "$(<"$ROOM/pid")" --json | jq -r '.how, .unit, .unlimited')" = run$'\n'"$SCOPE"$'\nnull' ]
	kill -KILL "$(<"$ROOM/pid")"
}

@test "out of somebody's scope or service with other processes it is taken, since it asks for it" {
	web
	cgqd_start
	run -0 systemd-run --scope --quiet --unit "$TREE-other" sh -c "'$BUILD/cgq' --socket '$SOCKET' run web -- cat /proc/self/cgroup; cat /proc/self/cgroup"
	[ "${lines[0]}" = "0::/cgq.slice/$SCOPE" ] || fail "$output"
	[[ ${lines[1]} == *"$TREE-other.scope" ]]
	UNITS+=("$TREE-job.service")
	run -0 systemd-run --wait --pipe --quiet --unit "$TREE-job" sh -c "'$BUILD/cgq' --socket '$SOCKET' run web -- cat /proc/self/cgroup; cat /proc/self/cgroup"
	[ "${lines[0]}" = "0::/cgq.slice/$SCOPE" ] || fail "$output"
	[[ ${lines[1]} == *"$TREE-job.service" ]]
}

@test "a service whose only program it is stays that service, and is limited in place" {
	local unit=$TREE-whole.service pid
	web
	cgqd_start
	UNITS+=("$unit")
	printf '[Service]\nExecStart=%s --socket %s run web -- %s\nTimeoutStopSec=2\n' "$BUILD/cgq" "$SOCKET" "$(program_file whole threads)" \
		>"/run/systemd/system/$unit"
	systemctl daemon-reload
	systemctl start "$unit"
	wait_until 10 'it runs' has_instances whole 1
	pid=$(instances whole)
	[ "$(where "$pid")" = "0::/system.slice/$unit" ] || fail "$(where "$pid")"
	[ "$(<"/sys/fs/cgroup/system.slice/$unit/memory.max")" = $((300 << 20)) ]
	[ "$(systemctl show -P MainPID "$unit")" = "$pid" ]
	systemctl stop "$unit"
	wait_until 5 'it ends' gone "$pid"
}

# As the terminals of a desktop: its cgroup is delegated to the user's own systemd.
@test "out of a user's own manager, too" {
	local slice=user.slice/user-4711.slice/user@4711.service
	web
	cgqd_start
	UNITS+=(user@4711.service)
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=sleep 1000\nDelegate=yes\nSlice=user-4711.slice\n' \
		>/run/systemd/system/user@4711.service
	systemctl daemon-reload
	systemctl start user@4711.service
	[ -d "/sys/fs/cgroup/$slice" ]
	mkdir "/sys/fs/cgroup/$slice/app"
	# shellcheck disable=SC2016
	run -0 sh -c 'echo $$ >"$3/cgroup.procs" && "$1" --socket "$2" run web -- cat /proc/self/cgroup' - "$BUILD/cgq" "$SOCKET" "/sys/fs/cgroup/$slice/app"
	[ "$output" = "0::/cgq.slice/$SCOPE" ] || fail "$output"
}
