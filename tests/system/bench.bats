#!/usr/bin/env bats
# tests/bench does its work: every figure is taken, and nothing is left behind. How good the figures are is not a test's matter.
load lib

bench() {
	CGQ_BENCH_BUILD=$BUILD "$REPO/tests/bench" --no-build "$@"
}

left_of_benches() {
	find "${MOUNTS[@]}" -maxdepth 1 -name 'cgq-test-bench-*' -newer "$ROOM/before"
	running '/tmp/cgq-test-bench-*'
}

@test "the bench takes every figure, says each in a line and in JSON, and leaves nothing behind" {
	: >"$ROOM/before"
	if [ "${VERSION[cpu]}" != 1 ]; then
		run bench --tiny
		[ "$status" = 1 ]
		[[ $output == *'needs v1 hierarchies'* ]]
		return
	fi
	run --separate-stderr bench --tiny --json "$ROOM/json"
	[ "$status" = 0 ] || fail "$stderr"
	local asked missing
	asked=$(grep -c '^    Figure(' "$REPO/tests/benches/figures.py")
	[ "$(jq '.figures | length' "$ROOM/json")" = "$asked" ]
	[ "$(grep -c '; floor ' <<<"$output")" = "$asked" ]
	[ "$(grep -c '^| ' <<<"$output")" = $((asked + 2)) ]
	missing=$(jq -r '.figures[] | select(.own == null or (.other == null and .measure != "resident_groups_mib")) | .figure' "$ROOM/json")
	[ -z "$missing" ] || fail "without a value: $missing"
	[ -z "$(left_of_benches)" ] || fail "left behind: $(left_of_benches)"
}

@test "a bench that is stopped leaves nothing behind" {
	: >"$ROOM/before"
	[ "${VERSION[cpu]}" = 1 ] || return 0
	CGQ_BENCH_BUILD=$BUILD "$REPO/tests/bench" --no-build --part idle --idle 60 >/dev/null 2>"$ROOM/said" 3>&- &
	STARTED+=($!)
	begun() {
		[ "$(left_of_benches | grep -c /cgq-test-bench-)" -ge 9 ]
	}
	wait_until 10 'it has begun' begun
	kill -TERM $!
	wait_until 10 'it ends' gone $!
	[ -z "$(left_of_benches)" ] || fail "left behind: $(left_of_benches)"
}
