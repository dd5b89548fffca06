#!/usr/bin/env bats
# Where stderr is the journal, what happened stands in it once, with fields.
load ../lib

# cgqd in a delegated scope, its stderr the journal's, as under a service manager.
cgqd_start_in_journal() {
	SCOPE=cgq-test-$RUN-journal
	# shellcheck disable=SC2016 # for the shell in the scope
	systemd-run --scope --quiet --unit "$SCOPE" -p Delegate=yes -- systemd-cat -t "$TREE" \
		bash -c 'export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) && exec "$@"' journal \
		"$BUILD/cgqd" --config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" --state "$STATE" --tree "$TREE" "$@" \
		</dev/null >>"$LOG" 2>&1 3>&- &
	CGQD=$!
	wait_until 10 'cgqd runs in its scope' grep -q "$SCOPE" "/proc/$CGQD/cgroup"
	cgqd_ready
}

# What was sent before it has been read once this stands there. journalctl --sync may wait for ever (systemd issue 1853).
journal_has_caught_up() {
	local mark=$TREE-$RANDOM$RANDOM
	logger --journald <<<"MESSAGE=$mark"
	wait_until 10 'the journal catches up' journal_shows "MESSAGE=$mark"
}

journal_shows() {
	[ -n "$(journalctl -q -o cat --no-pager "$1")" ]
}

# entries MATCH…: of this cgqd, an object a line
entries() {
	journal_has_caught_up
	journalctl -q -o json --no-pager "_PID=$CGQD" "$@"
}

# journal_has JQ MATCH…
journal_has() {
	entries "${@:2}" | jq -es "map(select($1)) | length == 1"
}

@test "each thing that happened is one entry with its fields" {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 20%..50%
	EOF
	cgqd_start_in_journal
	journal_has '.MESSAGE | startswith("start: 1 groups")' CGQ_KIND=start
	journal_has '.CGQ_FILE == "'"$CONF"'/50-web.conf" and .CGQ_LINE == "2" and (.CGQ_NOW | test("^[0-9]+ [0-9]+$"))
		and (.CGQ_WHAT | endswith("/cpu.max")) and .PRIORITY == "7"' CGQ_KIND=apply CGQ_GROUP=web
	policy 60-bad.conf <<-EOF
		[web]
		cpuu = 1
	EOF
	# The folder watch alone takes it: a reload that came later would tell of it again.
	wait_until 10 'the fault is told' journal_has '.CGQ_LINE == "2" and .PRIORITY == "3" and (.CGQ_TEXT | test("cpuu"))' \
		CGQ_KIND=refuse
	[ "$(entries | jq -r .MESSAGE | grep -c 'cpuu')" = 1 ]
}

@test "nothing stands there twice, and what is no such thing is a line as ever" {
	cgqd_start_in_journal -v
	[ "$(entries | jq -r .MESSAGE | grep -c 'start: 0 groups')" = 1 ]
	[ "$(entries CGQ_KIND=start | jq -r .MESSAGE | grep -c '^start: 0 groups')" = 1 ]
	[ "$(entries | jq -r .MESSAGE | grep -c 'ms to plan and apply')" = 1 ]
	[ -z "$(cat "$LOG")" ]
}

@test "a stderr that is a file gets lines, whatever the variable says" {
	JOURNAL_STREAM=1:1 cgqd_launch
	wait_until 10 'cgqd answers' cgq list
	log_says 'start: 0 groups'
	[ -z "$(entries)" ]
}
