#!/usr/bin/env bats
# Where no process event ever comes, everything is looked at once a second, and that is said.
load lib

@test "in a network namespace to which no events come, processes are polled for" {
	policy_of_web
	start web threads
	(exec unshare --net setpriv --pdeathsig KILL "$BUILD/cgqd" --config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" \
		--state "$STATE" --tree "$TREE" -v) </dev/null >>"$LOG" 2>&1 3>&- &
	CGQD=$!
	cgqd_ready
	is_in web "${PID[web]}"
	log_says 'polling: new processes are found once a second'
	run cgq status
	[[ $output == *polling:*'process events'* ]] || fail "$output"
	[ "$(cgq status --json | jq -r .polling)" != null ]
	start_as second web threads
	placed web second
	stop second
	cgq reload
	# Looking every second is no news.
	sleep 3
	[ "$(log_lines '^cgqd: polling: [0-9]+ groups')" = 0 ] || fail "$(tail -n 20 "$LOG")"
}

@test "where events come, nothing is said of polling" {
	policy_of_web
	cgqd_start
	[ "$(cgq status --json | jq -r .polling)" = null ]
	run cgq status
	[[ $output != *polling* ]]
}
