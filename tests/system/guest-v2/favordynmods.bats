#!/usr/bin/env bats
# Mounted with favordynmods: status says so, and latency = low writes nothing. Only where mounts are nobody else's.
load ../lib

# mounted OPTIONS: with these and no others.
mounted() {
	mount -i -t cgroup2 -o "remount,$1" cgroup2 "${MOUNT[cpu]}"
}

setup() {
	room_make
	BEFORE=$(findmnt -no FS-OPTIONS "${MOUNT[cpu]}")
	printf '[cgqd]\nlatency = low\n' >"$ROOM/cgqd.conf"
	policy_of_web
}

teardown() {
	mounted "$BEFORE"
	room_leave
}

status_says() {
	[ "$(cgq status --json | jq -r '.placing, .favordynmods')" = "$1" ] || fail "status: $(cgq status --json | jq '.placing, .favordynmods')"
}

# wakings_in SECONDS: of all its threads.
wakings_in() {
	local before
	before=$(wakings)
	sleep "$1"
	echo $(($(wakings) - before))
}

wakings() {
	awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }' "/proc/$CGQD/task"/*/status
}

THREADS="as programs start, by $CPUS real-time threads"

@test "what is mounted so at the start is said, and nothing is kept warm" {
	mounted "$BEFORE,favordynmods"
	cgqd_start
	status_says "$THREADS; favordynmods on v2: latency = low has nothing to keep warm"$'\n'v2
	cgq status | grep -q '^  placing: .*; favordynmods on v2: latency = low'
	sleep 2
	within "$(wakings_in 4)" 0 150 'wakings in 4 s'
}

@test "a remount is noticed, both ways" {
	cgqd_start
	status_says "$THREADS"$'\n'null
	start web threads
	placed web web
	[ "$(wakings_in 4)" -gt 150 ]
	mounted "$BEFORE,favordynmods"
	wait_until 5 'it is said' status_says "$THREADS; favordynmods on v2: latency = low has nothing to keep warm"$'\n'v2
	log_says 'placing: .*favordynmods on v2'
	within "$(wakings_in 4)" 0 150 'wakings in 4 s'
	mounted "$BEFORE"
	wait_until 5 'it is said' status_says "$THREADS"$'\n'null
	start_as again web threads
	placed web again
	[ "$(wakings_in 4)" -gt 150 ]
}

@test "it is said too where the main loop places" {
	printf '[cgqd]\nlatency = normal\n' >"$ROOM/cgqd.conf"
	printf '[web]\nmatch = args:%s*\n' "$ROOM" | policy 50-web.conf
	mounted "$BEFORE,favordynmods"
	cgqd_start
	status_says $'within moments; favordynmods on v2\nv2'
}

@test "cgqd itself never changes how anything is mounted" {
	cgqd_start
	start web threads
	placed web web
	[ "$(findmnt -no FS-OPTIONS "${MOUNT[cpu]}")" = "$BEFORE" ]
}
