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

# Asked anew each time: in a scope, the tree is not where it would be without.
has_groups() {
	[ -d "$(group_dir mysql)" ]
}

# A terminal's ^C reaches everyone in the foreground at once: the shell, and what it started.
@test "the demo cleans up after ^C, and when it is terminated" {
	local run how
	for how in '-INT -' '-TERM '; do
		setsid env --default-signal=INT CGQ_RUN_TREE="$TREE" TMPDIR="$ROOM" \
			"$REPO/daemon/run" --demo --built "$BUILD" </dev/null >>"$LOG" 2>&1 3>&- &
		run=$!
		wait_until 10 'there are groups' has_groups
		sleep 2
		# shellcheck disable=SC2086 # the signal, and the sign of a group
		kill ${how% *} -- ${how#* }$run
		wait_until 10 'it ends' gone $run
		no_tree
		! pgrep -f "$ROOM/cgq-run" || fail 'something of the demo runs on'
		[ -z "$(find "$ROOM" -name 'cgq-run.*')" ]
	done
}

# bats test_tags=any-kernel
@test "wrong use is 2" {
	run -2 "$REPO/daemon/run" --nonsense
	run -2 "$REPO/daemon/run" --seconds
	run -2 "$REPO/daemon/run" --seconds 0
}
