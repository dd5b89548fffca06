#!/usr/bin/env bats
# A service whose group has a network of its own: limited at once, and in that network after its next restart.
load ../lib

setup() {
	room_make
	UNIT=$TREE-web.service
}

teardown() {
	if daemon_runs; then
		cgq reset >/dev/null 2>&1 || true
	fi
	systemctl stop "$UNIT" 2>/dev/null || true
	rm -rf "/run/systemd/system/$UNIT" "/run/systemd/system/$UNIT.d"
	systemctl daemon-reload
	rmdir "/sys/fs/cgroup/system.slice/$UNIT" 2>/dev/null || true
	room_leave
}

service_start() {
	printf '[Service]\nExecStart=%s\nKillMode=mixed\nTimeoutStopSec=2\n' "$(program_file web hog)" >"/run/systemd/system/$UNIT"
	systemctl daemon-reload
	systemctl start "$UNIT"
	MAIN=$(systemctl show -P MainPID "$UNIT")
}

dropin() {
	echo "/run/systemd/system/$UNIT.d/zz-cgq-net.conf"
}

net_of() {
	stat -Lc %i "/proc/$1/ns/net"
}

@test "its next restart is in the group's network; a reset takes that back" {
	service_start
	policy 50-web.conf <<-END
		[web]
		match = name:$(named web)
		namespace = net
		memory = 300M
	END
	cgqd_start
	wait_until 10 "the drop-in" test -e "$(dropin)"
	grep -qx "NetworkNamespacePath=/run/netns/$TREE-web" "$(dropin)"
	run -0 cgq explain "$MAIN"
	[[ $output == *"pending: net, from its next start"* ]]
	[[ $output == *"  next start systemctl daemon-reload && systemctl restart $UNIT: inside then, by $(dropin)"* ]]
	cgq status web | grep -qx "  next start systemctl daemon-reload && systemctl restart $UNIT"
	cgq events web | grep -q "$UNIT is pending: in the network $TREE-web after systemctl daemon-reload && systemctl restart $UNIT"
	[ "$(cgq status web --json | jq '.groups[0].pending')" = 1 ]
	[ "$(net_of "$MAIN")" = "$(net_of self)" ]
	state_becomes web ok # the keeper is in a scope of the group, and in nobody's unit
	systemctl daemon-reload
	systemctl restart "$UNIT"
	MAIN=$(systemctl show -P MainPID "$UNIT")
	[ "$(net_of "$MAIN")" = "$(stat -Lc %i "/run/netns/$TREE-web")" ]
	wait_until 10 "nobody is pending" nobody_pending
	cgq explain "$MAIN" | grep -q 'inside those of its group'
	cgq reset
	[ ! -e "$(dropin)" ]
	log_says "$UNIT: its drop-in for the group's network is gone; a restart before systemctl daemon-reload fails"
	systemctl daemon-reload
	systemctl restart "$UNIT"
	[ "$(net_of "$(systemctl show -P MainPID "$UNIT")")" = "$(net_of self)" ]
}

nobody_pending() {
	[ "$(cgq status web --json | jq '.groups[0].pending')" = 0 ]
}
