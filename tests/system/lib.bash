# What every system test starts with: one cgqd on a tree of its own, programs of its own, and an end without leftovers.
# shellcheck shell=bash disable=SC2034,SC2153,SC2154,SC2119,SC2120

bats_require_minimum_version 1.5.0

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUILD=${CGQ_BUILD:-$REPO/build}
PROGRAMS=${CGQ_PROGRAMS:-$BUILD/programs}
RUN=${CGQ_TEST_RUN:-$$}
# A guest's CPU is emulated: whatever has a time limit there gets several times as long.
SLOW=${CGQ_TEST_SLOW:-1}
CPUS=$(nproc)

declare -gA PID=() MOUNT=() VERSION=() WINDOW_NS=()
STARTED=() MOUNTS=()
exec {NAP}<> <(:)

# --- the machine ------------------------------------------------------------------------------------------------

# A guest's fork takes 40 ms: what runs in every test, or again and again, is done by the shell itself.

# MOUNT[c] and VERSION[c] for each controller, whatever the layout. What has no hierarchy is missing.
find_layout() {
	local mount type options controller controllers version
	while read -r _ mount type options _; do
		case $type in
		cgroup) version=1 controllers=${options//,/ } ;;
		cgroup2) version=2 && read -r controllers <"$mount/cgroup.controllers" || controllers='' ;;
		*) continue ;;
		esac
		MOUNTS+=("$mount")
		for controller in $controllers; do
			case $controller in
			cpu | cpuacct | cpuset | memory | pids | freezer)
				: "${MOUNT[$controller]:=$mount}" "${VERSION[$controller]:=$version}"
				;;
			esac
		done
	done </proc/mounts
	if [ "${VERSION[cpu]:-}" = 2 ]; then
		MOUNT[cpuacct]=${MOUNT[cpu]} VERSION[cpuacct]=2
	fi
}

# nap: 50 ms without a process.
nap() {
	read -rt 0.05 -u "$NAP" || true
}

# tree_dir CONTROLLER: the folder of our tree in its hierarchy; wherever below the root it stands.
tree_dir() {
	if [ -d "${MOUNT[$1]}/$TREE" ]; then
		echo "${MOUNT[$1]}/$TREE"
	elif [ "${VERSION[$1]}" = 2 ]; then
		find "${MOUNT[$1]}" -type d -name "$TREE" -print -quit 2>/dev/null
	fi
}

# group_dir GROUP [CONTROLLER]
group_dir() {
	local dir
	dir=$(tree_dir "${2:-cpu}")
	[ -n "$dir" ] || dir=${MOUNT[${2:-cpu}]}/$TREE
	echo "$dir/$1"
}

# Every folder, in any hierarchy, that any daemon of this test may have made.
our_cgroups() {
	find "${MOUNTS[@]}" -depth -type d -path "*/cgq-test-$RUN-*" 2>/dev/null || true
}

# cgroup_of PID [CONTROLLER]: its path in that hierarchy, or nothing when it is gone.
cgroup_of() {
	find_cgroup "$@" && echo "$CGROUP"
}

# The same into CGROUP; PID may be PID/task/TID.
find_cgroup() {
	local number controllers path
	CGROUP=''
	while IFS=: read -r number controllers path; do
		case ${VERSION[${2:-cpu}]}:,$controllers, in
		1:*,"${2:-cpu}",*) CGROUP=$path ;;
		2:,,) [ "$number" != 0 ] || CGROUP=$path ;;
		esac
	done 2>/dev/null <"/proc/$1/cgroup"
	[ -n "$CGROUP" ]
}

# --- a test's own room --------------------------------------------------------------------------------------------

# bats notes the stack before each command, which takes twenty times as long as the command: in an emulated guest that was
# most of a test. In here it does without; what fails is told by the line of the test's own file.
trace_less() {
	# shellcheck disable=SC2016 # for the trap
	trap '[[ $BASH_SOURCE == */lib.bash ]] || bats_debug_trap "$BASH_SOURCE"' DEBUG
}

room_make() {
	trace_less
	find_layout
	TREE=cgq-test-$RUN-${BATS_SUITE_TEST_NUMBER:-$BATS_TEST_NUMBER}
	ROOM=$(mktemp -d "${TMPDIR:-/var/tmp}/$TREE.XXXXXX")
	chmod 755 "$ROOM"
	CONF=$ROOM/conf.d STATE=$ROOM/state SOCKET=$ROOM/socket LOG=$ROOM/log
	mkdir "$CONF" "$ROOM/bin"
	: >"$LOG"
	CGQD=''
	umask 022
}

setup() {
	room_make
}

teardown() {
	room_leave
}

# However the test ended: nothing of it runs on, and no cgroup is left. A leftover fails the test.
room_leave() {
	local left
	programs_stop
	if daemon_runs; then
		cgq reset >/dev/null 2>&1 || true
		cgqd_stop || true
	fi
	left=$(our_cgroups)
	if [ -n "$left" ]; then
		# A daemon that a test killed leaves its tree, as it should: the next one gives it back.
		rm -rf "$CONF" && mkdir "$CONF"
		cgqd_start && cgq reset >/dev/null && cgqd_stop
		left=$(our_cgroups)
	fi
	if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
		echo "# the end of cgqd's log:" && tail -n 25 "$LOG"
	fi
	rm -rf "$ROOM"
	[ -z "$left" ] || {
		# shellcheck disable=SC2086 # one folder a word
		rmdir $left 2>/dev/null || true
		fail "left behind: $left"
	}
}

fail() {
	echo "$*" >&2
	return 1
}

# wait_until SECONDS WHAT COMMAND…: the command comes true in that time.
wait_until() {
	local seconds=$1 what=$2 until=$((${EPOCHREALTIME%.*} + $1 * SLOW + 1))
	shift 2
	while [ "${EPOCHREALTIME%.*}" -lt $until ]; do
		"$@" >/dev/null 2>&1 && return 0
		nap
	done
	"$@" || fail "not within $((seconds * SLOW)) s: $what"
}

alive() {
	local stat=''
	read -r stat 2>/dev/null <"/proc/$1/stat" || return
	[[ ${stat##*) } != [ZX]* ]]
}

gone() {
	! alive "$1"
}

# --- the daemon -------------------------------------------------------------------------------------------------

cgq() {
	"$BUILD/cgq" --socket "$SOCKET" "$@"
}

daemon_runs() {
	[ -n "$CGQD" ] && alive "$CGQD"
}

# cgqd_start [OPTION]…: returns once it answers, or fails with its log.
cgqd_start() {
	cgqd_launch "$@"
	cgqd_ready
}

# At a usual priority, however the tests run.
cgqd_launch() {
	(renice -n 0 -p "$BASHPID" >/dev/null && exec setpriv --pdeathsig KILL "$BUILD/cgqd" --config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" \
		--state "$STATE" --tree "$TREE" -v "$@") </dev/null >>"$LOG" 2>&1 3>&- &
	CGQD=$!
}

cgqd_ready() {
	local tries
	for ((tries = 200 * SLOW; tries > 0; tries--)); do
		daemon_runs || fail "cgqd ended: $(tail -n 5 "$LOG")" || return
		[ -S "$SOCKET" ] && cgq list >/dev/null 2>&1 && return
		nap
	done
	fail "cgqd does not answer"
}

# cgqd_ends OPTION…: runs it to its end; status and output as bats' run leaves them.
cgqd_ends() {
	run timeout $((20 * SLOW)) "$BUILD/cgqd" --config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" \
		--state "$STATE" --tree "$TREE" "$@"
}

cgqd_stop() {
	kill -TERM "$CGQD" 2>/dev/null || return 0
	wait_until 10 'cgqd ends at SIGTERM' gone "$CGQD" || { kill -KILL "$CGQD"; CGQD=''; return 1; }
	local status=0
	wait "$CGQD" 2>/dev/null || status=$?
	CGQD=''
	[ $status = 0 ] || fail "cgqd ended with status $status"
}

cgqd_kill() {
	kill -KILL "$CGQD"
	wait "$CGQD" 2>/dev/null || true
	CGQD=''
}

log_says() {
	grep -qE -- "$1" "$LOG" || fail "cgqd's log does not say '$1'"
}

log_lines() {
	grep -cE -- "$1" "$LOG"
}

# policy FILE: its text from stdin, put there in one go as a person's tools do.
policy() {
	cat >"$ROOM/$1.new"
	mv "$ROOM/$1.new" "$CONF/$1"
}

# The policy of most tests: one group, half of the machine at the most.
policy_of_web() {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
		memory = 300M
	EOF
}

# policy_now FILE: and it is in force when this returns.
policy_now() {
	policy "$1"
	cgq reload >"$ROOM/reload" 2>&1 || fail "reload: $(<"$ROOM/reload")"
}

# --- programs ---------------------------------------------------------------------------------------------------

# named LABEL: the name of a program that nothing else on this machine has; 15 bytes at most.
named() {
	echo "t$RUN-$1"
}

# start LABEL PROGRAM [OPTION]…: PID[LABEL] runs PROGRAM under the name `named LABEL`, and ends with the test.
start() {
	local label=$1 program=$2
	shift 2
	start_as "$label" "$label" "$program" "$@"
}

# start_as LABEL NAME PROGRAM …: as start, for a second process of the same name.
start_as() {
	local label=$1 file
	file=$(program_file "$2" "$3")
	shift 3
	"$file" "$@" </dev/null >/dev/null 2>>"$LOG" 3>&- &
	PID[$label]=$!
	STARTED+=($!)
	wait_until 5 "$label runs" has_begun "$!" "$file"
}

# program_file NAME PROGRAM: its own copy of the program.
program_file() {
	local file
	file=$ROOM/bin/$(named "$1")
	[ -e "$file" ] || cp "$PROGRAMS/$2" "$file"
	echo "$file"
}

executes() {
	[ "/proc/$1/exe" -ef "$2" ]
}

# has_begun PID FILE: and takes a SIGUSR1, which would end it before.
has_begun() {
	executes "$1" "$2" && has_sigusr1 "$1" SigCgt
}

# has_sigusr1 PID SET: in that set of its status.
has_sigusr1() {
	local key value sigusr1=$((1 << (10 - 1)))
	while read -r key value; do
		[ "$key" != "$2:" ] || return $((!(0x$value & sigusr1)))
	done <"/proc/$1/status"
	return 1
}

# tell LABEL: a SIGUSR1, taken when this returns. A second one before that would be lost.
tell() {
	kill -USR1 "${PID[$1]}"
	wait_until 5 "$1 takes the signal" eval "! has_sigusr1 ${PID[$1]} ShdPnd"
}

stop() {
	local label
	for label; do
		kill -KILL "${PID[$label]}" 2>/dev/null || true
		wait "${PID[$label]}" 2>/dev/null || true
		wait_until 5 "$label ends" gone "${PID[$label]}"
	done
}

# Also what lost its parent: by the file that it runs, which is this test's own.
programs_stop() {
	local pid
	for pid in "${STARTED[@]}" $(running "$ROOM/bin/*"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for pid in "${STARTED[@]}"; do
		wait "$pid" 2>/dev/null || true
	done
	STARTED=()
}

# running PATTERN: every process whose executable's path fits.
running() {
	find /proc -mindepth 2 -maxdepth 2 -name exe -lname "$1" 2>/dev/null | tr -dc '0-9\n' || true
}

# instances LABEL: every process that runs that program, whoever its parent is now.
instances() {
	running "$ROOM/bin/$(named "$1")"
}

# has_instances LABEL AT-LEAST
has_instances() {
	[ "$(instances "$1" | wc -w)" -ge "$2" ]
}

# descendants PID: all of them, itself left out; a zombie is in no group any more.
descendants() {
	ps -e -o pid=,ppid=,stat= | awk -v root="$1" '
		$3 !~ /^Z/ { parent[$1] = $2 }
		END { for (p in parent) { for (a = parent[p]; a && a != root; a = parent[a]); if (a == root) print p } }'
}

has_descendants() {
	[ -n "$(descendants "$1")" ]
}

# is_calm PID: it has descendants, and none began or ended for a moment: a forker's storm is over.
is_calm() {
	local now
	now=$(descendants "$1" | sort)
	[ -n "$now" ] && sleep 0.3 && [ "$(descendants "$1" | sort)" = "$now" ]
}

# storm_ends LABEL
storm_ends() {
	wait_until 20 "the storm of $1 is over" is_calm "${PID[$1]}"
}

# longest_of OPTION…: how many ms the longest took, of rounds of 200 that become FILE.
longest_of() {
	"$PROGRAMS/burst" --count 200 "$@" "$FILE" "$ROOM/said" | sed -nE 's/.*longest_ms=([0-9]+)/\1/p'
}

rss_kib() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

fds() {
	local all=("/proc/$1/fd/"*)
	echo ${#all[@]}
}

# --- where processes are ------------------------------------------------------------------------------------------

# is_in GROUP PID…: each of them, whole, in every hierarchy in which the group stands.
is_in() {
	local group=$1 pid controller dir leaf task found=''
	shift
	for controller in "${!MOUNT[@]}"; do
		dir=$(tree_dir "$controller")/$group
		[ -d "$dir" ] || continue
		found=yes leaf=$dir
		[ ! -d "$dir/_self" ] || leaf=$dir/_self
		for pid; do
			for task in "/proc/$pid/task"/*; do
				find_cgroup "$pid/task/${task##*/}" "$controller" || ! thread_ended "$pid" "$task" || continue
				[ "${MOUNT[$controller]}$CGROUP" = "$leaf" ] ||
					fail "pid $pid task ${task##*/}, $controller: in '$CGROUP', not in ${leaf#"${MOUNT[$controller]}"}" || return
			done
		done
	done
	[ -n "$found" ] || fail "no group '$group'"
}

# A server's threads come and go while they are looked at; its main thread, and so the process, must be there.
thread_ended() {
	[ -d "/proc/$1" ] && [ "${2##*/}" != "$1" ] && [ ! -d "$2" ]
}

# are_in GROUP PID…: those of them that are still there; for a crowd that comes and goes.
are_in() {
	local group=$1 pid
	shift
	for pid; do
		is_in "$group" "$pid" 2>"$ROOM/are_in" || gone "$pid" || fail "$(<"$ROOM/are_in")" || return
	done
}

is_outside() {
	local pid
	for pid; do
		! grep -q "/$TREE" "/proc/$pid/cgroup" || fail "pid $pid is inside: $(grep "/$TREE" "/proc/$pid/cgroup")" || return
	done
}

# placed GROUP LABEL…: within moments.
placed() {
	local group=$1 label
	shift
	for label; do
		wait_until 5 "$label (${PID[$label]}) in $group" is_in "$group" "${PID[$label]}"
	done
}

unplaced() {
	local label
	for label; do
		wait_until 5 "$label (${PID[$label]}) outside" is_outside "${PID[$label]}"
	done
}

# where PID: all its cgroups, to be compared with what they were before.
where() {
	cat "/proc/$1/cgroup"
}

is_back() {
	local now
	now=$(where "$1")
	[ "$now" = "$2" ] || fail "pid $1 is in: $now; it was in: $2"
}

no_tree() {
	local left
	left=$(our_cgroups)
	[ -z "$left" ] || fail "still there: $left"
}

no_group() {
	! our_cgroups | grep -q "/$TREE/$1\$" || fail "group $1 is still there"
}

# --- what the kernel has in force -----------------------------------------------------------------------------------

# knob GROUP KNOB: one word in the same unit on every layout; "max" without a limit, "-" where this kernel has no such file.
# ceiling, burst: percent of the machine and µs; weight: as of v2; memory, soft, swap, low, min: bytes; tasks, cpus, mems, idle.
knob() {
	local dir v
	case $2 in
	memory | soft | swap | low | min) v=memory ;;
	tasks) v=pids ;;
	cpus | mems) v=cpuset ;;
	*) v=cpu ;;
	esac
	dir=$(group_dir "$1" $v)
	"knob_v${VERSION[$v]}" "$dir" "$2"
}

file() {
	cat "$1" 2>/dev/null || echo -
}

knob_v2() {
	case $2 in
	weight | idle) file "$1/cpu.$2" ;;
	ceiling) awk -v cpus="$CPUS" '{ print $1 == "max" ? "max" : sprintf("%g", 100 * $1 / $2 / cpus) }' "$1/cpu.max" ;;
	burst) file "$1/cpu.max.burst" ;;
	memory) file "$1/memory.max" ;;
	soft) file "$1/memory.high" ;;
	low | min) file "$1/memory.$2" ;;
	swap) file "$1/memory.swap.max" ;;
	tasks) file "$1/pids.max" ;;
	cpus | mems) file "$1/cpuset.$2" ;;
	esac
}

# v1 shows no limit as the largest multiple of a page.
unlimited_is_max() {
	awk '{ print ($1 == -1 || $1 > 2 ^ 62) ? "max" : $1 }'
}

knob_v1() {
	case $2 in
	weight) awk '{ printf "%.0f\n", $1 * 100 / 1024 }' "$1/cpu.shares" ;;
	ceiling)
		awk -v cpus="$CPUS" 'NR == 1 { quota = $1 } NR == 2 { print quota < 0 ? "max" : sprintf("%g", 100 * quota / $1 / cpus) }' \
			"$1/cpu.cfs_quota_us" "$1/cpu.cfs_period_us"
		;;
	burst) file "$1/cpu.cfs_burst_us" ;;
	idle) file "$1/cpu.idle" ;;
	memory) unlimited_is_max <"$1/memory.limit_in_bytes" ;;
	soft) unlimited_is_max <"$1/memory.soft_limit_in_bytes" ;;
	swap) unlimited_is_max <"$1/memory.memsw.limit_in_bytes" ;;
	low | min) echo - ;;
	tasks) file "$1/pids.max" ;;
	cpus | mems) file "$1/cpuset.$2" ;;
	esac
}

# knob_is GROUP KNOB VALUE
knob_is() {
	local now
	now=$(knob "$1" "$2")
	[ "$now" = "$3" ] || fail "$1: $2 is '$now' in the kernel, not '$3'"
}

# knob_becomes GROUP KNOB VALUE
knob_becomes() {
	wait_until 10 "$1: $2 is $3" knob_is "$@"
}

memory_use() {
	local dir
	dir=$(group_dir "$1" memory)
	if [ "${VERSION[memory]}" = 1 ]; then
		cat "$dir/memory.usage_in_bytes"
	else
		cat "$dir/memory.current"
	fi
}

uses_memory() {
	[ "$(memory_use "$1")" -ge "$2" ]
}

# --- CPU, from the kernel's own counters ------------------------------------------------------------------------------

now_ns() {
	echo $((${EPOCHREALTIME/./} * 1000))
}

# cpu_ns GROUP: used since it was made; everything below it included.
cpu_ns() {
	local dir
	dir=$(group_dir "$1" cpuacct)
	if [ "${VERSION[cpuacct]}" = 1 ]; then
		cat "$dir/cpuacct.usage"
	else
		awk '$1 == "usage_usec" { printf "%.0f\n", $2 * 1000 }' "$dir/cpu.stat"
	fi
}

throttled_periods() {
	awk '$1 == "nr_throttled" { print $2 }' "$(group_dir "$1" cpu)/cpu.stat"
}

# pid_ns PID: from schedstat, which counts nanoseconds.
pid_ns() {
	local ns task sum=0
	for task in /proc/"$1"/task/*; do
		read -r ns _ <"$task/schedstat" && sum=$((sum + ns))
	done
	echo $sum
}

# cpu_window SECONDS GROUP…: WINDOW_NS[GROUP] is what each used in it; WINDOW_NS[total] how long it was, in ns.
# A name that begins with a dot is a program's label.
cpu_window() {
	local seconds=$1 name began
	shift
	declare -A before=()
	began=$(now_ns)
	for name; do before[$name]=$(used_ns "$name"); done
	sleep "$seconds"
	for name; do WINDOW_NS[$name]=$(($(used_ns "$name") - before[$name])); done
	WINDOW_NS[total]=$(($(now_ns) - began))
}

used_ns() {
	case $1 in
	.*) pid_ns "${PID[${1#.}]}" ;;
	*) cpu_ns "$1" ;;
	esac
}

# percent_of PART WHOLE…: of the sum of the whole, two decimals.
percent_of() {
	local part=$1
	shift
	awk -v part="$part" 'BEGIN { for (i = 1; i < ARGC; i++) sum += ARGV[i]; printf "%.2f\n", sum ? 100 * part / sum : 0; exit }' "$@"
}

# machine_percent GROUP: of all CPUs, over the last window.
machine_percent() {
	percent_of "${WINDOW_NS[$1]}" $((WINDOW_NS[total] * CPUS))
}

# within VALUE LOW HIGH WHAT
within() {
	awk -v v="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(v >= low && v <= high) }' ||
		fail "$4: $1, which is not within $2 and $3"
}

# Another machine on the same CPUs may spoil a window, but a wrong weight spoils every one: the best of three counts.
WINDOWS=3

# shares_are TOLERANCE SECONDS GROUP PERCENT GROUP PERCENT: how two groups share what both got in a window.
shares_are() {
	local sum one try
	for ((try = 1; ; try++)); do
		cpu_window "$2" "$3" "$5"
		sum=$((WINDOW_NS[$3] + WINDOW_NS[$5]))
		one=$(percent_of "${WINDOW_NS[$3]}" $sum)
		echo "# $3 : $5 = $one : $(percent_of "${WINDOW_NS[$5]}" $sum), together $(percent_of $sum $((WINDOW_NS[total] * CPUS))) % of the machine" >&3
		within "$one" "$(($4 - $1))" "$(($4 + $1))" "share of $3" && return
		[ $try -lt $WINDOWS ] || return
	done
}

# --- what cgqd says ---------------------------------------------------------------------------------------------

# said GROUP KEY: from cgq list --json.
said() {
	cgq list --json | jq -r --arg g "$1" --arg k "$2" '.groups[] | select(.group == $g) | .[$k]'
}

state_is() {
	local state
	state=$(said "$1" state)
	[ "$state" = "$2" ] || fail "$1: state is '$state' ($(said "$1" reason)), not '$2'"
}

state_becomes() {
	wait_until 10 "$1 is $2" state_is "$@"
}
