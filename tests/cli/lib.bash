# What every test of the command starts with: cgq, and a daemon of recorded answers.
# shellcheck shell=bash disable=SC2154

bats_require_minimum_version 1.5.0

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUILD=${CGQ_BUILD:-$REPO/build}
MACHINES=$REPO/tests/cli/machines
GOLDEN=$REPO/tests/cli/golden

unset NO_COLOR COLUMNS
export LC_ALL=C.UTF-8 TERM=xterm TZ=UTC

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	SOCKET=$BATS_TEST_TMPDIR/s
	FED=
}

# The daemon ends when its standard input does.
teardown() {
	if [ -n "$FED" ]; then
		exec {FED}>&-
		wait "$DAEMON_PID" || true
	fi
}

fail() {
	echo "$*"
	return 1
}

# machine NAME [FOLDER]: its answers are those of machines/NAME, or of FOLDER
machine() {
	local tries
	mkfifo "$BATS_TEST_TMPDIR/feed"
	"$BUILD/programs/recorded_daemon" "$SOCKET" "${2:-$MACHINES/$1}" <"$BATS_TEST_TMPDIR/feed" >/dev/null 3>&- &
	DAEMON_PID=$!
	exec {FED}>"$BATS_TEST_TMPDIR/feed"
	for tries in {1..100}; do
		[ -S "$SOCKET" ] && return
		sleep 0.05
	done
	fail "no socket after $tries looks"
}

cgq() {
	"$BUILD/cgq" --socket "$SOCKET" "$@"
}

# golden NAME STATUS ARGUMENT...: what cgq prints is what golden/NAME holds. CGQ_GOLDEN=write makes it so.
golden() {
	local name=$1 wanted=$2
	shift 2
	run --separate-stderr cgq "$@"
	[ "$status" = "$wanted" ] || fail "exit $status: $output $stderr"
	same "$name" "$output"
}

same() {
	[ "${CGQ_GOLDEN:-}" != write ] || printf '%s\n' "$2" >"$GOLDEN/$1"
	diff -u "$GOLDEN/$1" <(printf '%s\n' "$2")
}

# on_terminal WIDTH ARGUMENT...: the same on a terminal of so many columns
on_terminal() {
	local width=$1
	shift
	script -qec "stty cols $width rows 40; '$BUILD/cgq' --socket '$SOCKET' $*" /dev/null </dev/null | tr -d '\r'
}

# The one line on stderr is this, and nothing is on stdout.
says_only() {
	[ -z "$output" ] || fail "stdout: $output"
	[ "$stderr" = "cgq: $1" ] || fail "stderr: $stderr"
}
