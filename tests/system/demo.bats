#!/usr/bin/env bats
# The newcomer's command: daemon/run --demo shows 40 / 60 within a minute, and leaves nothing.
load lib

demo() {
	run env CGQ_RUN_TREE="$TREE" TMPDIR="$ROOM" "$REPO/daemon/run" --demo --built "$BUILD" "$@"
}

@test "the demo shows 40/60, and cleans up" {
	demo --seconds $((8 + 4 * SLOW))
	[ "$status" = 0 ] || fail "status $status: $output"
	[[ $output == *mysql* ]]
	[[ $output == *'40 to 60'* ]]
	no_tree
	! pgrep -f "$ROOM/cgq-run" || fail 'something of the demo runs on'
	[ -z "$(find "$ROOM" -name 'cgq-run.*')" ]
}

@test "the demo cleans up after ^C" {
	setsid env CGQ_RUN_TREE="$TREE" TMPDIR="$ROOM" "$REPO/daemon/run" --demo --built "$BUILD" </dev/null >>"$LOG" 2>&1 3>&- &
	local run=$!
	wait_until 10 'it runs' pgrep -f "$ROOM/cgq-run"
	sleep 2
	kill -TERM $run
	wait_until 10 'it ends' gone $run
	no_tree
	! pgrep -f "$ROOM/cgq-run" || fail 'something of the demo runs on'
}

@test "wrong use is 2" {
	run -2 "$REPO/daemon/run" --nonsense
	run -2 "$REPO/daemon/run" --seconds
	run -2 "$REPO/daemon/run" --seconds 0
}
