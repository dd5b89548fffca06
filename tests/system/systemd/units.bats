#!/usr/bin/env bats
# Limits in place on systemd's units: set, kept over whatever systemd does, and given back exactly.
load ../lib

HAND=$PROGRAMS/unithand
FOLDERS=(/run/systemd/system /run/systemd/system.control /etc/systemd/system)

setup() {
	room_make
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER.service
	GROUP=/sys/fs/cgroup/system.slice/$UNIT
	mkdir -m 700 "$STATE"
	dump >"$ROOM/clean"
}

teardown() {
	local left
	programs_stop
	systemctl stop "cgq-test-$RUN-*" 2>/dev/null || true
	left=$(find "${FOLDERS[@]}" -name '*cgq.conf' -o -name '.*.cgq' 2>/dev/null)
	rm -rf /{run,etc}/systemd/system{,.control}/"cgq-test-$RUN-"*
	systemctl daemon-reload
	room_leave
	[ -z "$left" ] || fail "left behind: $left"
}

hand() {
	"$HAND" "$@"
}

# Every folder and file in which units are told what they may, byte for byte; not the three themselves, which systemd makes when
# it needs one.
dump() {
	local file
	find "${FOLDERS[@]}" -mindepth 1 -printf '%y %m %U %p\n' 2>/dev/null | sort -k 4
	while read -r file; do
		echo "== $file" && cat "$file"
	done < <(find "${FOLDERS[@]}" -type f 2>/dev/null | sort)
}

# unit_file [LINE…]: a service that sleeps, with these lines of its own. systemd reads it when it is asked for it.
unit_file() {
	printf '%s\n' '[Service]' 'ExecStart=/bin/sleep 10000' "$@" >"/run/systemd/system/$UNIT"
}

# started [LINE…]
started() {
	unit_file "$@"
	systemctl start "$UNIT"
	asked before
}

# asked NAME: what systemd says of the unit now, but for what only tells that files have changed, and what depends on the start.
asked() {
	hand get "$UNIT" | grep -vE '^(reload|dropin|main)=' >"$ROOM/asked.$1"
	dump >"$ROOM/dump.$1"
}

# All is as it was when asked was called with "before".
is_as_before() {
	asked after
	diff "$ROOM/asked.before" "$ROOM/asked.after"
	diff "$ROOM/dump.before" "$ROOM/dump.after"
}

# kernel_has FILE VALUE
kernel_has() {
	local now
	now=$(file "$GROUP/$1")
	[ "$now" = "$2" ] || fail "$1 is '$now', not '$2'"
}

# says KEY=VALUE…: of hand get
says() {
	local all line
	all=$(hand get "$UNIT")
	for line; do
		grep -qxF -- "$line" <<<"$all" || fail "systemd does not say '$line': $all" || return
	done
}

all_done() {
	run -0 hand apply "$STATE" "$UNIT" "$@"
	[ "$(grep -vcE '^[A-Z_]+ done ' <<<"$output")" = 0 ] || fail "$output"
}

@test "what is set is in force at once, and given back to the byte" {
	started 'MemoryMax=900M' 'TasksMax=50'
	all_done 'CPU_MAX=33333 100000' CPU_WEIGHT=400 MEMORY_MAX=536870912 CPUS=0 TASKS_MAX=77 MEMORY_LOW=1048576 SWAP_MAX=0
	kernel_has cpu.max '33330 100000'
	kernel_has cpu.weight 400
	kernel_has memory.max 536870912
	kernel_has cpuset.cpus 0
	kernel_has pids.max 77
	kernel_has memory.swap.max 0
	run -0 hand back-all "$STATE"
	is_as_before
	kernel_has memory.max $((900 << 20))
	kernel_has pids.max 50
	[ "$(wc -l <"$STATE/units")" = 1 ]
}

@test "systemd does not ask for a daemon-reload because of it" {
	started
	all_done 'CPU_MAX=33333 100000' CPU_WEIGHT=400 MEMORY_MAX=536870912 TASKS_MAX=77
	says reload=0
	systemctl daemon-reload
	all_done 'CPU_MAX=50000 100000' MEMORY_MAX=268435456
	says reload=0
	run -0 hand back-all "$STATE"
	is_as_before
}

@test "what a person set before stands again afterwards: property, control file, drop-in" {
	started 'MemoryMax=900M'
	mkdir "/run/systemd/system/$UNIT.d"
	printf '[Service]\nCPUQuota=80%%\n' >"/run/systemd/system/$UNIT.d/10-own.conf"
	systemctl daemon-reload
	systemctl set-property --runtime "$UNIT" MemoryMax=700M CPUWeight=50 AllowedCPUs=1
	asked before
	all_done 'CPU_MAX=20000 100000' CPU_WEIGHT=400 MEMORY_MAX=536870912 CPUS=0
	run -0 hand back-all "$STATE"
	is_as_before
	kernel_has memory.max $((700 << 20))
	systemctl daemon-reload
	is_as_before
}

@test "a daemon-reload, a restart and a drop-in that sorts later take nothing away" {
	started
	mkdir "/etc/systemd/system/$UNIT.d"
	printf '[Service]\nCPUQuota=90%%\nMemoryMax=1G\nAllowedCPUs=0-1\nCPUWeight=7\n' >"/etc/systemd/system/$UNIT.d/99-later.conf"
	systemctl daemon-reload
	asked before
	all_done 'CPU_MAX=33333 100000' CPU_WEIGHT=400 MEMORY_MAX=536870912 CPUS=0
	systemctl daemon-reload
	says CPU_WEIGHT=400 'CPU_MAX=333300 1000000' MEMORY_MAX=536870912 CPUS=0
	systemctl restart "$UNIT"
	kernel_has cpu.max '33330 100000'
	kernel_has cpuset.cpus 0
	run -0 hand back-all "$STATE"
	is_as_before
	systemctl daemon-reload
	is_as_before
}

@test "one knob is given back alone, and the others stay" {
	started 'CPUWeight=30'
	all_done CPU_WEIGHT=400 MEMORY_MAX=536870912
	run -0 hand back "$STATE" "$UNIT" CPU_WEIGHT
	says CPU_WEIGHT=30 MEMORY_MAX=536870912
	kernel_has cpu.weight 30
	systemctl daemon-reload
	says CPU_WEIGHT=30 MEMORY_MAX=536870912
	run -0 hand back-all "$STATE"
	is_as_before
}

@test "idle and the weight are one property: it goes back to what it was before the first of them" {
	started 'CPUWeight=30'
	all_done CPU_WEIGHT=400
	all_done CPU_IDLE=1
	kernel_has cpu.idle 1
	systemctl daemon-reload
	says CPU_IDLE=1
	run -0 hand back "$STATE" "$UNIT" CPU_IDLE
	says CPU_IDLE=0 CPU_WEIGHT=30
	kernel_has cpu.idle 0
	is_as_before
}

@test "what systemd refuses spoils nothing else, and is told in its words" {
	started
	run -0 hand apply "$STATE" "$UNIT" MEMORY_MAX=536870912 CPU_WEIGHT=20000
	[[ $output == *'MEMORY_MAX done'* ]]
	[[ $output == *'CPU_WEIGHT refused'*'CPUWeight'*'out of range'* ]]
	run ! grep CPUWeight "/run/systemd/system/$UNIT.d/zz-cgq.conf"
	systemctl daemon-reload
	says MEMORY_MAX=536870912 CPU_WEIGHT=max
	run -0 hand back-all "$STATE"
	is_as_before
}

@test "systemctl revert is noticed, and what was set is set again" {
	started 'MemoryMax=900M'
	all_done MEMORY_MAX=536870912
	"$HAND" watch "$UNIT" >"$ROOM/watch" 3>&- &
	STARTED+=($!)
	wait_until 10 'the hand is connected' grep -q connected "$ROOM/watch"
	systemctl revert "$UNIT"
	wait_until 10 'the reload is told' grep -qx reloaded "$ROOM/watch"
	[ "$(grep -c reloaded "$ROOM/watch")" = 1 ]
	says MEMORY_MAX=$((900 << 20))
	kernel_has memory.max $((900 << 20))
	all_done MEMORY_MAX=536870912
	run -0 hand back-all "$STATE"
	is_as_before
}

@test "a stopped unit is limited from its start on, and has its own again after it" {
	unit_file 'CPUQuota=90%'
	asked before
	run -0 hand apply "$STATE" "$UNIT" 'CPU_MAX=20000 100000' MEMORY_MAX=536870912
	[ "$(grep -c later <<<"$output")" = 2 ]
	systemctl start "$UNIT"
	kernel_has cpu.max '20000 100000'
	kernel_has memory.max 536870912
	systemctl stop "$UNIT"
	run -0 hand back-all "$STATE"
	is_as_before
	systemctl start "$UNIT"
	kernel_has cpu.max '90000 100000'
}

@test "a unit that is added later is limited from its start on, and then gets what its own files say" {
	asked before
	run -0 hand apply "$STATE" "$UNIT" 'CPU_MAX=20000 100000' MEMORY_MAX=536870912 TASKS_MAX=99 CPU_WEIGHT=500
	[ "$(grep -c later <<<"$output")" = 4 ]
	unit_file 'MemoryMax=900M' '# MemoryMax=1M' ' CPUQuota = 12.5% '
	systemctl daemon-reload
	systemctl start "$UNIT"
	kernel_has cpu.max '20000 100000'
	kernel_has memory.max 536870912
	kernel_has pids.max 99
	all_done 'CPU_MAX=10000 100000' MEMORY_MAX=536870912
	run -0 hand back-all "$STATE"
	kernel_has memory.max $((900 << 20))
	says 'CPU_MAX=125000 1000000' CPU_WEIGHT=max
	hand get "$UNIT" | grep -E '^[A-Z]' >"$ROOM/given-back"
	systemctl daemon-reload
	hand get "$UNIT" | grep -E '^[A-Z]' | diff "$ROOM/given-back" -
}

@test "a unit that is gone leaves no file behind" {
	systemd-run --quiet --unit "$UNIT" sleep 10000
	all_done 'CPU_MAX=20000 100000'
	systemctl stop "$UNIT"
	[ -e "/run/systemd/system/$UNIT.d/zz-cgq.conf" ]
	run -0 hand back-all "$STATE"
	dump | diff "$ROOM/clean" -
}

@test "a template's instance is limited, and no other" {
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER-x@.service
	unit_file
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER-x@a\\x2db.service
	GROUP="/sys/fs/cgroup/system.slice/system-cgq\\x2dtest\\x2d$RUN\\x2d$BATS_TEST_NUMBER\\x2dx.slice/$UNIT"
	systemctl start "$UNIT" "${UNIT/a/c}"
	asked before
	all_done 'CPU_MAX=20000 100000'
	kernel_has cpu.max '20000 100000'
	systemctl daemon-reload
	kernel_has cpu.max '20000 100000'
	UNIT=${UNIT/a/c} says 'CPU_MAX=max 100000'
	run -0 hand back-all "$STATE"
	is_as_before
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER-x@.service
}

@test "a slice takes limits like a unit" {
	started
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER.slice
	systemd-run --quiet --slice "$UNIT" --unit "cgq-test-$RUN-$BATS_TEST_NUMBER-in" sleep 10000
	GROUP=$(dirname "/sys/fs/cgroup$(systemctl show -P ControlGroup "cgq-test-$RUN-$BATS_TEST_NUMBER-in")")
	asked before
	all_done CPU_WEIGHT=5000 MEMORY_MIN=1048576
	kernel_has cpu.weight 5000
	run -0 hand back-all "$STATE"
	is_as_before
	UNIT=cgq-test-$RUN-$BATS_TEST_NUMBER.service
}

@test "with the store lost, what comes back is what the unit's own files say" {
	started 'MemoryMax=900M'
	all_done MEMORY_MAX=536870912 CPU_WEIGHT=300
	rm "$STATE/units"
	all_done MEMORY_MAX=268435456 CPU_WEIGHT=200
	run -0 hand back-all "$STATE"
	is_as_before
}

@test "systemd starts itself anew: the bus is lost, comes back, and limits stand" {
	started
	all_done MEMORY_MAX=536870912
	"$HAND" watch "$UNIT" CPU_WEIGHT=321 >"$ROOM/watch" 3>&- &
	STARTED+=($!)
	wait_until 10 'the hand is connected' grep -q connected "$ROOM/watch"
	systemctl daemon-reexec
	wait_until 20 'the loss is told' grep -qx gone "$ROOM/watch"
	wait_until 20 'systemd is back' grep -qx set "$ROOM/watch"
	[ "$(grep -cE 'gone|returned' "$ROOM/watch")" = 2 ]
	says MEMORY_MAX=536870912 CPU_WEIGHT=321
	kernel_has memory.max 536870912
	systemctl set-property --runtime "$UNIT" CPUWeight=
	run -0 hand back-all "$STATE"
}

@test "without dbus-daemon the private socket answers, without that socket the system bus" {
	started
	systemctl stop dbus.socket dbus.service
	run hand get "$UNIT"
	systemctl start dbus.socket
	[ "$status" = 0 ]
	[[ $output == *active=active* ]]
	# shellcheck disable=SC2016 # for the shell in there
	run -0 unshare --mount bash -c 'mount --bind /dev/null /run/systemd/private && "$@"' hidden "$HAND" get "$UNIT"
	[[ $output == *active=active* ]]
	# shellcheck disable=SC2016
	run -1 unshare --mount bash -c 'mount --bind /dev/null /run/systemd/private && mount --bind /dev/null /run/dbus/system_bus_socket &&
		"$@"' hidden "$HAND" get "$UNIT"
	[[ $output == *'systemd cannot be asked'* ]]
}

@test "loose processes are put into a scope with its limits, and more of them later" {
	local scope=cgq-test-$RUN-loose.scope dir=/sys/fs/cgroup/cgq.slice/cgq-test-$RUN-loose.scope
	start one forker
	start two forker
	run -0 hand scope "$scope" cgq.slice "${PID[one]}" 'CPU_MAX=20000 100000' MEMORY_MAX=536870912
	grep -qx "${PID[one]}" "$dir/cgroup.procs"
	[ "$(<"$dir/cpu.max")" = '20000 100000' ]
	[ "$(<"$dir/memory.max")" = 536870912 ]
	run -0 hand attach "$scope" "${PID[two]}"
	grep -qx "${PID[two]}" "$dir/cgroup.procs"
	run -1 hand scope "$scope" cgq.slice "${PID[two]}"
	[[ $output == *"$scope"*already* ]]
	run -1 hand attach "$UNIT" "${PID[two]}"
	run -0 hand find "cgq-test-$RUN-*"
	[ "$output" = "$scope active" ]
	run -0 hand freeze "$scope"
	grep -qx 'frozen 1' "$dir/cgroup.events"
	run -0 hand thaw "$scope"
	grep -qx 'frozen 0' "$dir/cgroup.events"
	stop one two
	wait_until 10 'the scope ends with its processes' eval "! test -e $dir"
	systemctl stop cgq.slice
}
