#!/usr/bin/env bats
# What an administrator chose for cgqd stays so, while strict execs wait and after it.
load lib

has_priority() {
	[[ $(chrt -p "$CGQD") == *"SCHED_FIFO|SCHED_RESET_ON_FORK"*"priority: $1" ]]
}

gate_pid() {
	ps -o pid=,comm= --ppid "$CGQD" | awk '$2 == "cgqd-gate" { print $1 }'
}

@test "who gave cgqd a real-time priority finds it so, whoever waited, and when the gate is gone" {
	local file
	file=$(program_file web firstact)
	policy 50-web.conf <<<"[web]"$'\n'"match = exe:$file"$'\n'"strict = yes"
	cgqd_start
	chrt --fifo --reset-on-fork -p 7 "$CGQD"
	kill -KILL "$(gate_pid)"
	sleep 2
	"$file" "$ROOM/said"
	grep -q "/$TREE/web" "$ROOM/said"
	has_priority 7
	rm "$CONF/50-web.conf"
	cgq reload
	has_priority 7
}
