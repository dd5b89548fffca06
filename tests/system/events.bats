#!/usr/bin/env bats
# What happened, and why: asked once, and followed.
# shellcheck disable=SC2016 # for jq
load lib

# event JQ [GROUP]: one that fits is kept.
event() {
	cgq events --json "${@:2}" | jq -e --arg conf "$CONF" ".events | map(select($1)) | length > 0"
}

# told SECONDS JQ [GROUP]
told() {
	wait_until "$1" "an event: $2" event "${@:2}"
}

counts() {
	cgq status "$1" --json | jq -r ".groups[0].events.$2"
}

has_count() {
	[ "$(counts "$1" "$2")" -ge "$3" ]
}

# follow: what comes is in $ROOM/followed, until FOLLOWER ends.
follow() {
	"$BUILD/cgq" --socket "$SOCKET" events --follow >"$ROOM/followed" 2>"$ROOM/followed.err" 3>&- &
	FOLLOWER=$!
	STARTED+=("$FOLLOWER")
}

followed() {
	grep -qE -- "$1" "$ROOM/followed"
}

@test "what is applied, moved and given back is told, with its reason" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 50%
	EOF
	cgqd_start
	event '.kind == "start"'
	event '.kind == "apply" and .file == ($conf + "/50-web.conf") and .line == 3 and .now != null' web
	start web threads
	placed web web
	told 5 ".kind == \"move\" and .pid == ${PID[web]} and .line == 2 and .text == \"name:$(named web)\"" web
	has_count web moved_in 1
	[[ $(cgq events web) == *"pid ${PID[web]} ($(named web)) from "*"50-web.conf:2: name:$(named web)"* ]]
	policy_now 50-web.conf <<-EOF
		[web]
		cpu = 50%
	EOF
	told 5 ".kind == \"return\" and .pid == ${PID[web]}"
	[ "$(counts web moved_out)" = 1 ]
}

# bats test_tags=any-kernel
@test "a refusal is told with its line" {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 50%
	EOF
	cgqd_start
	policy 60-bad.conf <<-EOF
		[web]
		cpuu = 1
	EOF
	run -1 cgq reload
	event '.kind == "refuse" and .file == ($conf + "/60-bad.conf") and .line == 2'
}

@test "the end of a process of many threads is told, in whatever order they end" {
	local i
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
	EOF
	cgqd_start
	for ((i = 0; i < 10; i++)); do
		start_as "web$i" web threads --threads 40
		placed web "web$i"
	done
	for ((i = 0; i < 10; i++)); do
		stop "web$i"
	done
	for ((i = 0; i < 10; i++)); do
		told 4 ".kind == \"exit\" and .pid == ${PID[web$i]}" web
	done
}

# bats test_tags=any-kernel
@test "who follows sees what happens while it happens, and that cgqd ended" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 50%
	EOF
	cgqd_start
	follow
	wait_until 5 'the past is told' followed 'start .* start: 1 groups'
	start web threads
	placed web web
	wait_until 5 'the move is told' followed "move +web +pid ${PID[web]} "
	cgqd_stop
	wait_until 5 'the follower ends' gone "$FOLLOWER"
	local status=0
	wait "$FOLLOWER" || status=$?
	[ "$status" = 3 ]
	[ "$(<"$ROOM/followed.err")" = "cgq: $SOCKET: cgqd ended" ]
	followed 'stop .* stopping'
}

# bats test_tags=any-kernel
@test "^C ends following, and cgqd forgets it" {
	cgqd_start
	# A shell's background job ignores SIGINT; a person's does not.
	env --default-signal=INT "$BUILD/cgq" --socket "$SOCKET" events --follow --json >"$ROOM/followed" 3>&- &
	FOLLOWER=$!
	STARTED+=("$FOLLOWER")
	wait_until 5 'the past is told' followed '"kind":"start"'
	local before status=0
	before=$(fds "$CGQD")
	kill -INT "$FOLLOWER"
	wait_until 5 'it ends' gone "$FOLLOWER"
	wait "$FOLLOWER" || status=$?
	[ "$status" = 130 ]
	has_fewer() {
		[ "$(fds "$CGQD")" -lt "$before" ]
	}
	wait_until 5 'its connection is closed' has_fewer
	cgq events >/dev/null
}

@test "a limit that is hit is told, and counted" {
	policy 50-batch.conf <<-EOF
		[batch]
		match = name:$(named tasks)
		tasks = 3
	EOF
	cgqd_start
	start tasks forker --storm 3 --alive 20
	told 10 '.kind == "limit" and .what == "tasks" and .line == 3' batch
	has_count batch tasks_hits 1
}

@test "memory at its ceiling is told, and counted" {
	policy 50-batch.conf <<-EOF
		[batch]
		match = name:$(named cache)
		memory = 16M
	EOF
	dd if=/dev/zero of="$ROOM/file" bs=1M count=64 conv=fsync status=none
	cgqd_start
	start cache eater --cache "$ROOM/file" --wait
	placed batch cache
	kill -USR1 "${PID[cache]}"
	told 10 '.kind == "limit" and .what == "memory"' batch
	has_count batch memory_hits 1
}

@test "an OOM kill is told, and counted" {
	policy 50-batch.conf <<-EOF
		[batch]
		match = name:$(named eater)
		memory = 16M
		swap = 0
	EOF
	cgqd_start
	start eater eater --size 64M --wait
	placed batch eater
	kill -USR1 "${PID[eater]}"
	wait_until 20 'the kernel kills it' gone "${PID[eater]}"
	told 10 '.kind == "oom" and .what == "memory" and .line == 3' batch
	[ "$(counts batch oom_kills)" = 1 ]
	log_says 'batch: memory: a process killed by the OOM killer, 1 time'
}

@test "a group at its CPU ceiling is told of once, and counted on" {
	policy 50-busy.conf <<-EOF
		[busy]
		match = name:$(named busy)
		cpu = 5%
	EOF
	cgqd_start
	start busy hog
	placed busy busy
	told 10 '.kind == "limit" and .what == "cpu"' busy
	wait_until 10 'it is counted on' has_count busy throttled_periods 20
	[ "$(cgq events --json busy | jq '.events | map(select(.kind == "limit")) | length')" = 1 ]
}

# bats test_tags=any-kernel
@test "one that has ended is explained, also after a reload" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 50%
	EOF
	cgqd_start
	start web threads
	placed web web
	stop web
	told 5 ".kind == \"exit\" and .pid == ${PID[web]}" web
	run -0 cgq explain "${PID[web]}"
	[[ $output == *"this is what cgqd remembers"* ]]
	policy_now 50-web.conf <<-EOF
		[other]
		cpu = 50%
	EOF
	run -0 cgq explain --json "${PID[web]}"
	jq -e --arg file "$CONF/50-web.conf" '.group == "web" and .rule.file == $file and .rule.line == 2 and .ended_at != null
		and .moved_at != null' <<<"$output"
}

@test "a process that changes groups leaves one and enters the other" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)

		[other]
		cpu = 20%
	EOF
	cgqd_start
	start web threads
	placed web web
	policy_now 50-web.conf <<-EOF
		[web]
		cpu = 20%

		[other]
		match = name:$(named web)
	EOF
	placed other web
	[ "$(counts web moved_in) $(counts web moved_out)" = '1 1' ]
	[ "$(counts other moved_in) $(counts other moved_out)" = '1 0' ]
}

@test "a lower ceiling that waits is told once, and when it lands" {
	policy 50-batch.conf <<-EOF
		[batch]
		match = name:$(named eater)
		memory = 200M
	EOF
	cgqd_start
	start eater eater --size 64M --wait
	placed batch eater
	kill -USR1 "${PID[eater]}"
	wait_until 10 'it has eaten' uses_memory batch $((60 << 20))
	policy_now 50-batch.conf <<-EOF
		[batch]
		match = name:$(named eater)
		memory = 32M
	EOF
	told 5 '.kind == "shrink" and .line == 3 and (.text | test("waits"))' batch
	run cgq reload
	run cgq reload
	[ "$(cgq events --json batch | jq '.events | map(select(.kind == "shrink")) | length')" = 1 ]
	kill -USR2 "${PID[eater]}"
	# By the thread that reclaims, or by whichever full look came first.
	told 20 "(.kind == \"shrink\" and (.text | test(\"in force\"))) or (.kind == \"apply\" and .now == \"$((32 << 20))\")" batch
}
