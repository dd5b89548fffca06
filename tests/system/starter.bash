# What tests of the starter share: one to ask, and that nothing of it is left.
# shellcheck shell=bash disable=SC2034,SC2153,SC2154

ALL='net pid ipc uts mount'

setup() {
	room_make
	# Whatever a starter of this test leaves has this in its environment.
	export STARTER_TEST=$TREE
	KEEPERS=()
	STRAY=$(mounts_now)
}

teardown() {
	local keeper left
	for keeper in "${KEEPERS[@]}"; do
		if alive "$keeper"; then kill -KILL "$keeper"; fi
	done
	names_forget
	wait_until 10 'all of the starters end' none_left || left="processes $(ours)"
	[ "$(mounts_now)" = "$STRAY" ] || left="$left mounts"
	for keeper in $(ours); do kill -KILL "$keeper"; done
	room_leave
	[ -z "${left:-}" ] || fail "left behind: $left"
}

# Lines of all mounts, but for those of others' tests.
mounts_now() {
	grep -c "cgq-test-$RUN" /proc/mounts || true
}

names_forget() {
	local name
	for name in /run/netns/"$TREE"*; do
		[ ! -e "$name" ] || ask forget "${name##*/}" ''
	done
}

# Processes of this test's starters, but for the shell's own.
ours() {
	local environ pid
	for environ in /proc/[0-9]*/environ; do
		pid=${environ//[!0-9]/}
		if grep -qzx "STARTER_TEST=$TREE" "$environ" 2>/dev/null && alive "$pid" &&
			[[ $(<"/proc/$pid/comm") =~ ^(cgq-keeper|cgq-run|cgq-init|cgqd-starter|starter_ask)$ ]]; then
			echo "$pid"
		fi
	done 2>/dev/null
}

none_left() {
	[ -z "$(ours)" ]
}

ask() {
	timeout $((30 * SLOW)) "$PROGRAMS/starter_ask" "$@"
}

# keep KINDS [LABEL]: KEEPER.
keep() {
	KEEPER=$(ask keep "$TREE${2:-}" web "$1") || fail "not kept"
	KEEPERS+=("$KEEPER")
}

# inside COMMAND…: in all that the keeper keeps.
inside() {
	ask run --keeper "$KEEPER" --namespace "$KINDS" -- "$@"
}

# The inode of a namespace: ns PID FILE
ns() {
	stat -Lc %i "/proc/$1/ns/$2"
}

refused() {
	local why=$1
	shift
	run -125 --separate-stderr ask run "$@" -- touch "$ROOM/ran"
	[[ $stderr == *"$why"* ]] || fail "said '$stderr', not '$why'"
	[ ! -e "$ROOM/ran" ] || fail 'it ran'
}

not() {
	! "$@"
}
