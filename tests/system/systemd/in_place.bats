#!/usr/bin/env bats
# Pure v2 under systemd: groups are limited in place, on the units that their processes are in. Nobody is moved.
load ../lib

setup() {
	room_make
	UNITS=()
	SLICES=/run/systemd/system.control
}

teardown() {
	local unit
	if daemon_runs; then
		cgq reset >/dev/null 2>&1 || true
	fi
	systemctl stop "${UNITS[@]}" 2>/dev/null || true
	systemctl reset-failed "${UNITS[@]}" 2>/dev/null || true
	for unit in "${UNITS[@]}"; do
		rm -rf "/run/systemd/system/$unit" "/run/systemd/system/$unit.d" "/etc/systemd/system/$unit.d"
	done
	# Of a unit that does not run systemd makes the cgroup when a property of it is set, and leaves it there (252).
	systemctl daemon-reload
	for unit in "${UNITS[@]}"; do
		rmdir "/sys/fs/cgroup/system.slice/$unit" 2>/dev/null || true
	done
	room_leave
}

# unit_name LABEL: of a service that is this test's alone.
unit_name() {
	echo "$TREE-$1.service"
}

# service LABEL PROGRAM [LINE]…: a unit file below /run, and started.
service() {
	service_of "$1" "$(program_file "$1" "$2")" "${@:3}"
}

# service_of LABEL COMMAND [LINE]…
service_of() {
	local unit known=''
	unit=$(unit_name "$1")
	UNITS+=("$unit")
	[ ! -e "/run/systemd/system/$unit" ] || known=yes
	{
		printf '[Unit]\nDescription=a test of cgq\n[Service]\nExecStart=%s\nKillMode=mixed\nTimeoutStopSec=2\n' "$2"
		printf '%s\n' "${@:3}"
	} >"/run/systemd/system/$unit"
	# Of a file that was not there before systemd knows nothing that it could keep.
	[ -z "$known" ] || systemctl daemon-reload
	systemctl start "$unit"
	wait_until 5 "$unit runs" has_main "$1"
	main_pid "$1"
}

main_pid() {
	PID[$1]=$(systemctl show -P MainPID "$(unit_name "$1")")
}

has_main() {
	[ "$(systemctl show -P MainPID "$(unit_name "$1")")" -gt 0 ]
}

# property LABEL NAME WANTED: systemd says so.
property() {
	local is
	is=$(systemctl show -P "$2" "$(unit_name "$1")")
	[ "$is" = "$3" ] || fail "$2 of $1 is '$is', not '$3'"
}

# kernel_says LABEL FILE WANTED.
kernel_says() {
	local is
	is=$(<"/sys/fs/cgroup/system.slice/$(unit_name "$1")/$2")
	[ "$is" = "$3" ] || fail "$2 of $1 is '$is', not '$3'"
}

is_limited() {
	kernel_says "$1" memory.max $((300 << 20)) && kernel_says "$1" cpu.max "$((CPUS * 50000)) 100000" &&
		property "$1" MemoryMax $((300 << 20))
}

limited() {
	wait_until 10 "$1 is limited" is_limited "$1" || is_limited "$1"
}

# All that systemd has been told, and all that it says of itself.
systemd_state() {
	find /run/systemd/system /run/systemd/system.control /etc/systemd/system -type f -exec sha256sum {} + 2>/dev/null | sort
	find /run/systemd/system /run/systemd/system.control -type d 2>/dev/null | sort
	systemctl show system.slice user.slice -- -.slice | grep -E '^(Id|CPU|Memory(Max|High|Low|Min|Swap)|Tasks?Max|Allowed)' |
		grep -vE 'Current|NSec|Available|Effective|Peak'
	systemctl show "${UNITS[@]}" | grep -E '^(Id|CPU|Memory(Max|High|Low|Min|Swap)|TasksMax|Allowed)' | grep -vE 'Current|NSec|Available|Effective|Peak'
}

@test "a running service whose processes fit is limited in place, and nobody is moved" {
	policy_of_web
	service web threads
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	is_limited web
	is_back "${PID[web]}" "$before"
	state_is web ok
	run -0 cgq status web
	[[ $output == *"in place on $(unit_name web)"* ]]
	grep -q '^MemoryMax=' "/run/systemd/system/$(unit_name web).d/zz-cgq.conf"
	property web NeedDaemonReload no
	[ -z "$(find /sys/fs/cgroup -name "$TREE")" ]
}

@test "one that starts later is limited within moments, and again from its first moment" {
	policy_of_web
	cgqd_start
	state_is web ok
	service web threads
	limited web
	systemctl restart "$(unit_name web)"
	is_limited web
	wait_until 10 'web is ok' state_is web ok
}

@test "a daemon-reload, a later drop-in of somebody else and a restart of cgqd take nothing away" {
	policy_of_web
	service web threads
	cgqd_start
	is_limited web
	mkdir -p "/etc/systemd/system/$(unit_name web).d"
	printf '[Service]\nMemoryMax=900M\n' >"/etc/systemd/system/$(unit_name web).d/override.conf"
	local i
	for i in 1 2 3; do systemctl daemon-reload; done
	is_limited web
	cgqd_kill
	systemctl daemon-reload
	is_limited web
	cgqd_start
	is_limited web
	log_says 'start: 1 groups, 1 rules, 0 writes'
}

@test "a unit that is not there yet is limited from its start, by its name alone" {
	policy 50-web.conf <<-EOF
		[web]
		match = unit:$(unit_name web)
		cpu = 20%..50%
		memory = 300M
	EOF
	cgqd_start
	[ -e "/run/systemd/system/$(unit_name web).d/zz-cgq.conf" ]
	service web threads
	is_limited web
	wait_until 10 'web is ok' state_is web ok
	run -0 cgq list -n -o GROUP,PROCS
	[[ $output == *web*1* ]]
}

@test "what is given back is exactly as it was, files and values" {
	local before
	policy_of_web
	service web threads MemoryMax=900M
	systemctl set-property --runtime "$(unit_name web)" TasksMax=77
	before=$(systemd_state)
	cgqd_start
	is_limited web
	run -0 cgq reset
	property web MemoryMax $((900 << 20))
	diff <(echo "$before") <(systemd_state)
	kernel_says web memory.max $((900 << 20))
}

@test "a group that is no longer there gives its unit back, also after a SIGKILL" {
	local before
	policy_of_web
	service web threads MemoryMax=900M
	before=$(systemd_state)
	cgqd_start
	is_limited web
	cgqd_kill
	rm "$CONF/50-web.conf"
	cgqd_start
	diff <(echo "$before") <(systemd_state)
}

@test "a service with a stranger in it is left as it is, and the stranger is named" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		children = match
		memory = 300M
	EOF
	program_file other threads >/dev/null
	service web threads "ExecStartPost=/bin/sh -c '$ROOM/bin/$(named other) & exit'"
	wait_until 5 'the other runs' has_instances other 1
	cgqd_start
	property web MemoryMax infinity
	state_is web 'not in force'
	run -1 cgq status web
	[[ $output == *"$(unit_name web) also holds pid $(instances other) ("* ]]
	run -0 cgq explain "${PID[web]}"
	[[ $output == *"unlimited  $(unit_name web) also holds pid $(instances other) ("* ]] || fail "$output"
	run -1 cgq explain "$(instances other)"
	[[ $output == *"unlimited  $(unit_name web) also holds pid $(instances other) ("* ]] || fail "$output"
	run -0 cgq list --tree -rn -o group,state
	[[ $output == *"web/$(unit_name web) not\x20in\x20force"* ]] || fail "$output"
}

@test "the units of a group are told, with what was changed on the way up, and why so" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web),$(named php)
		cpu = 40%..100%
		memory = 400M
	EOF
	service web threads
	service php threads
	cgqd_start
	log_says 'placement: in place, on units of systemd'
	[ "$(cgq status --json | jq -r .placement)" = 'in place, on units of systemd' ]
	run -0 cgq list --tree -n -o group,procs,state
	[[ $output == *"─$(unit_name web)"*" 1 ok"* ]] && [[ $output == *"─$(unit_name php)"*" 1 ok"* ]] || fail "$output"
	run -0 cgq list --tree --json
	jq -e '.groups[0].units | length == 2 and all(.[]; .procs == 1 and .memory_max_bytes > 0 and .state == "ok")' <<<"$output"
	run -0 cgq status web
	[[ $output == *'system.slice: CPUWeight 100 -> '* ]] || fail "$output"
	[[ $output == *" UNIT"* ]]
	run -0 cgq explain "${PID[web]}"
	[[ $output != *unlimited* ]] || fail "$output"
	run -0 cgq reset
	run -0 cgq status web
	[[ $output != *'On the way up'* ]]
}

@test "memory that a process of a login session brought with it is told as charged elsewhere" {
	local session=session-$RUN.scope
	policy_of_web
	UNITS+=("$session")
	systemd-run --scope --quiet --slice user-0.slice --unit "$session" -- "$(program_file web eater)" --size 100M </dev/null >/dev/null 2>&1 3>&- &
	wait_until 5 'it runs' has_instances web 1
	PID[web]=$(instances web)
	wait_until 20 'it has eaten' has_eaten web 100
	cgqd_start
	state_is web ok
	run -0 cgq status web
	[[ $output =~ 'charged elsewhere: about '(99|10[0-9])(\.[0-9])?M ]] || fail "$output"
}

# has_eaten LABEL MIB
has_eaten() {
	[ "$(rss_kib "${PID[$1]}")" -ge $(($2 << 10)) ]
}

@test "what somebody else sets is put back and told; a revert too" {
	policy_of_web
	service web threads
	cgqd_start
	is_limited web
	systemctl set-property --runtime "$(unit_name web)" MemoryMax=700M
	limited web
	wait_until 10 'it is told' has_event 'somebody else changed it; put back'
	systemctl revert "$(unit_name web)"
	wait_until 40 'put back after a revert' is_limited web
}

has_event() {
	cgq events | grep -q "$1"
}

@test "the limits of several units in one group come to the group's" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web),$(named php)
		cpu = 50%
		memory = 400M
	EOF
	service web threads
	service php threads
	cgqd_start
	local sum=0 quota=0 unit
	for unit in web php; do
		sum=$((sum + $(<"/sys/fs/cgroup/system.slice/$(unit_name $unit)/memory.max")))
		read -r max _ <"/sys/fs/cgroup/system.slice/$(unit_name $unit)/cpu.max"
		quota=$((quota + max))
	done
	[ $sum -le $((400 << 20)) ] && [ $sum -gt $((390 << 20)) ] || fail "together $sum"
	[ $quota -le $((CPUS * 50000)) ] && [ $quota -gt $((CPUS * 45000)) ] || fail "together $quota"
	state_is web ok
}

@test "a ceiling follows who wants it, never more than the group's in all, and nobody is starved" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web),$(named php)
		cpu = 50%
	EOF
	service web threads
	service_of php "$(program_file php hog) --seconds 900 --threads $CPUS"
	cgqd_start
	wait_until 20 'the busy one has most of it' has_share php 35 50
	has_share web 1 15
	systemctl stop "$(unit_name php)" "$(unit_name web)"
	rm -f "$(program_file web threads)" # another program by the same name
	service_of web "$(program_file web hog) --seconds 900 --threads $CPUS"
	wait_until 20 'the other one has it' has_share web 35 50
}

# has_share LABEL LEAST MOST: its ceiling in percent of the machine; and all of them together are within the group's.
has_share() {
	local unit quota period percent sum=0
	for unit in web php; do
		[ -e "/sys/fs/cgroup/system.slice/$(unit_name $unit)/cpu.max" ] || continue
		read -r quota period <"/sys/fs/cgroup/system.slice/$(unit_name $unit)/cpu.max"
		percent=$((quota * 100 / period / CPUS))
		sum=$((sum + percent))
		[ $unit != "$1" ] || { [ $percent -ge "$2" ] && [ $percent -le "$3" ]; } || fail "$1 has $percent %" || return
	done
	[ $sum -le 50 ] || fail "together $sum %"
}

@test "a member of a login session is put into a scope of its group, and limited there" {
	local session=session-$RUN.scope
	policy_of_web
	UNITS+=("$session")
	systemd-run --scope --quiet --slice user-0.slice --unit "$session" -- "$(program_file web threads)" </dev/null >/dev/null 2>&1 3>&- &
	wait_until 5 'it runs' has_instances web 1
	PID[web]=$(instances web)
	cgqd_start
	grep -q "/cgq.slice/$TREE" "/proc/${PID[web]}/cgroup" || fail "$(cat "/proc/${PID[web]}/cgroup")"
	state_is web ok
	[ "$(<"/sys/fs/cgroup$(cgroup_of "${PID[web]}")/memory.max")" = $((300 << 20)) ]
	# nor does the next look take it for somebody else's
	run -0 cgq reload
	state_is web ok
	[ "$(<"/sys/fs/cgroup$(cgroup_of "${PID[web]}")/memory.max")" = $((300 << 20)) ]
}

@test "freeze, thaw and kill reach the unit" {
	policy_of_web
	service web threads
	cgqd_start
	run -0 cgq freeze web
	kernel_says web cgroup.freeze 1
	run -0 cgq thaw web
	kernel_says web cgroup.freeze 0
	run -0 cgq kill web
	wait_until 5 'it has ended' gone "${PID[web]}"
}

@test "a memory ceiling below what is in use kills nobody, and lands once less is in use" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		memory = 400M
	EOF
	service_of web "$(program_file web eater) --size $((200 << 20))"
	cgqd_start
	wait_until 20 'it has its memory' uses 190
	policy_now 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		memory = 100M
	EOF
	state_is web shrinking
	kernel_says web memory.max $((400 << 20))
	alive "${PID[web]}"
	kill -USR2 "${PID[web]}"
	wait_until 20 'the limit lands' kernel_says web memory.max $((100 << 20))
	alive "${PID[web]}"
	wait_until 10 'web is ok' state_is web ok
}

uses() {
	[ "$(<"/sys/fs/cgroup/system.slice/$(unit_name web)/memory.current")" -ge $(($1 << 20)) ]
}

@test "40 % are 40 % of the machine, against another service and the users' slice" {
	local label
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 40%..100%
	EOF
	cgqd_start
	for label in web other; do
		service_of $label "$(program_file $label hog) --seconds 900 --threads $((2 * CPUS))"
	done
	service_of users "$(program_file users hog) --seconds 900 --threads $((2 * CPUS))" Slice=user.slice
	wait_until 10 'each has its part' have_parts
	stop web other users
}

# In percent of what all of them together had in a window.
have_parts() {
	local -A least=([web]=38 [other]=3 [users]=3)
	local label part total=0
	cpu_window 3 .web .other .users
	for label in "${!least[@]}"; do total=$((total + WINDOW_NS[.$label])); done
	for label in "${!least[@]}"; do
		part=$((WINDOW_NS[.$label] * 100 / total))
		[ $part -ge "${least[$label]}" ] || fail "$label had $part %" || return
	done
}

@test "systemd that starts anew in between is told again" {
	policy_of_web
	service web threads
	cgqd_start
	systemctl daemon-reexec
	is_limited web
	wait_until 20 'the bus is back' log_says 'systemd answers on its bus again'
	policy_now 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		memory = 200M
	EOF
	kernel_says web memory.max $((200 << 20))
}
