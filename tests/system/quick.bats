#!/usr/bin/env bats
# Programs are placed as they start, by threads of their own; and nothing is lost where those are in a hurry. Under the name of
# quick_rings.bats this file is about a daemon whose threads hear of programs from rings, as on machines of many CPUs.
# shellcheck disable=SC2016 # for jq
load lib

setup() {
	room_make
	[[ $BATS_TEST_FILENAME != *_rings.bats ]] || built_as "$PROGRAMS/cgqd_rings"
}

has_rings() {
	[[ $BATS_TEST_FILENAME == *_rings.bats ]] || [ "$CPUS" -gt 32 ]
}

# built_as CGQD: that is the daemon of this test.
built_as() {
	mkdir "$ROOM/built"
	ln -s "$BUILD/cgq" "$ROOM/built/cgq"
	ln -s "$1" "$ROOM/built/cgqd"
	BUILD=$ROOM/built
}

web() {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named newborn)
		cpu = 50%
	EOF
}

# begin N: N of them, one after the other; each says in $ROOM/births where it was.
begin() {
	local file i
	file=$(program_file newborn newborn)
	for ((i = 0; i < $1; i++)); do
		"$file" "$ROOM/births"
	done
}

# begin_staying N: N that stay, of a shell in a cgroup of its own; ends when all have begun. HOME_CGROUPS: where they came from.
begin_staying() {
	local file
	file=$(program_file newborn newborn)
	mkdir -p "$(home_dir)"
	HOME_CGROUPS=$(
		echo "$BASHPID" >"$(home_dir)/cgroup.procs"
		cat /proc/self/cgroup
		for ((i = 0; i < $1; i++)); do
			"$file" "$ROOM/births" stay </dev/null >/dev/null 2>&1 3>&- &
		done
	)
	wait_until 10 "$1 have begun" has_births "$1"
	mapfile -t STAYING < <(instances newborn)
	[ ${#STAYING[@]} = "$1" ]
}

home_dir() {
	echo "${MOUNT[cpu]}/cgq-test-$RUN-home"
}

teardown() {
	programs_stop
	[ ! -d "$(home_dir)" ] || wait_until 5 'nobody is at home' rmdir "$(home_dir)"
	room_leave
}

are_in_web() {
	for pid in "${STAYING[@]}"; do
		wait_until 5 "$pid in web" is_in web "$pid"
	done
}

are_back() {
	for pid in "${STAYING[@]}"; do
		is_back "$pid" "$HOME_CGROUPS"
	done
}

has_births() {
	[ "$(wc -l <"$ROOM/births")" -ge "$1" ]
}

births_inside() {
	grep -c "/$TREE/" "$ROOM/births"
}

# pace: the wait of the kernel before a first move after an idle moment is another matter.
pace() {
	local file
	file=$(program_file pacer pacer)
	find_cgroup self
	"$file" "${MOUNT[cpu]}$CGROUP/cgroup.procs" </dev/null >/dev/null 2>>"$LOG" 3>&- &
	STARTED+=($!)
}

tasks() {
	local all=(/proc/"$CGQD"/task/*)
	echo ${#all[@]}
}

placing() {
	cgq status --json | jq -r .placing
}

@test "a program is in its group at its first own instruction, also on busy CPUs" {
	local i inside
	web
	cgqd_start
	log_says 'placing: as programs start, by [0-9]+ real-time threads'
	pace
	for ((i = 0; i < 2 * CPUS; i++)); do
		start "hog$i" hog
	done
	begin 300
	inside=$(births_inside)
	echo "# $inside of 300 began in their group" >&3
	[ "$inside" -gt 270 ] || fail "$inside of 300 began in their group"
}

# rings: how many the daemon has open (BPF_MAP_TYPE_RINGBUF is 27).
rings() {
	cat /proc/"$CGQD"/fdinfo/* | grep -cE '^map_type:[[:space:]]+27$'
}

# sockets: of process events (NETLINK_CONNECTOR is 11).
sockets() {
	local ours
	ours=$(find "/proc/$CGQD/fd" -lname 'socket:*' -printf '%l ' | tr -dc '0-9 ')
	awk -v ours=" $ours" '$2 == 11 && index(ours, " " $10 " ")' /proc/net/netlink | wc -l
}

@test "each thread has a source of its own, and ends with it" {
	web
	cgqd_start
	if has_rings; then
		[ "$(sockets) $(rings)" = "1 $CPUS" ] || fail "$(sockets) $(rings)"
	else
		[ "$(sockets) $(rings)" = "$((1 + CPUS)) 0" ] || fail "$(sockets) $(rings)"
	fi
	cgq reset >/dev/null
	[ "$(sockets) $(rings)" = '1 0' ] || fail "$(sockets) $(rings)"
	cgq reload >/dev/null
	begin_staying 3
	are_in_web
}

@test "each move is told once, and counted once" {
	web
	cgqd_start
	begin_staying 50
	are_in_web
	moved() {
		[ "$(log_lines 'moved to web by .*50-web.conf:2')" = 50 ] &&
			[ "$(cgq status web --json | jq '.groups[0].events.moved_in')" = 50 ]
	}
	wait_until 5 '50 moves are told' moved
	[ "$(cgq ps --json web | jq '.processes | length')" = 50 ]
	cgq reload >/dev/null
	moved
}

@test "who was placed at once goes back where it came from" {
	web
	cgqd_start
	begin_staying 20
	are_in_web
	cgq reset >/dev/null
	are_back
}

@test "… also when cgqd was killed right after" {
	web
	cgqd_start
	begin_staying 20
	cgqd_kill
	cgqd_start
	are_in_web
	cgq reset >/dev/null
	are_back
}

@test "who comes out of another group goes back to where it was before both" {
	local shell
	policy 50-web.conf <<-EOF
		[first]
		match = name:$(named shell)

		[web]
		match = name:$(named newborn)
	EOF
	cgqd_start
	mkdir "$(home_dir)"
	shell=$ROOM/bin/$(named shell)
	cp "$(command -v bash)" "$shell"
	program_file newborn newborn
	HOME_CGROUPS=$(
		echo "$BASHPID" >"$(home_dir)/cgroup.procs"
		cat /proc/self/cgroup
		"$shell" -c 'sleep 0.5; for ((i = 0; i < 20; i++)); do "$0" "$1" stay & done; wait' \
			"$ROOM/bin/$(named newborn)" "$ROOM/births" </dev/null >/dev/null 2>&1 3>&- &
	)
	wait_until 10 '20 have begun' has_births 20
	mapfile -t STAYING < <(instances newborn)
	are_in_web
	cgq reset >/dev/null
	are_back
}

@test "a policy that changes in the middle of a storm loses nobody" {
	local i pid group=web
	web
	cgqd_start
	(while [ ! -e "$ROOM/end" ]; do begin 10; done) 3>&- &
	STARTED+=($!)
	for ((i = 1; i <= 20; i++)); do
		group=$([ $((i % 2)) = 1 ] && echo db || echo web)
		policy_now 50-web.conf <<-EOF
			[$group]
			match = name:$(named newborn)
			cpu = $((20 + i))%
		EOF
		"$(program_file newborn newborn)" "$ROOM/staying" stay </dev/null >/dev/null 2>&1 3>&- &
		PID[$i]=$!
		STARTED+=($!)
	done
	: >"$ROOM/end"
	for ((i = 1; i <= 20; i++)); do
		placed "$group" "$i"
	done
	daemon_runs
}

@test "without real-time priority it works, and says so" {
	web
	mkdir "$ROOM/plain"
	ln -s "$BUILD/cgq" "$ROOM/plain/cgq"
	printf '#!/bin/sh\nexec setpriv --bounding-set -sys_nice %s/cgqd "$@"\n' "$BUILD" >"$ROOM/plain/cgqd"
	chmod 755 "$ROOM/plain/cgqd"
	BUILD=$ROOM/plain cgqd_start
	log_says 'placing: as programs start, by [0-9]+ threads without real-time priority: .*CAP_SYS_NICE'
	[[ $(placing) == *'without real-time priority'* ]]
	[ "$(log_lines 'placing:')" = 1 ]
	begin_staying 5
	are_in_web
	cgq reload >/dev/null
	[ "$(log_lines 'placing:')" = 1 ]
}

@test "where no rule names a value, and after a reset, there are no such threads" {
	local none
	policy 50-web.conf <<-EOF
		[web]
		cpu = 50%
	EOF
	cgqd_start
	none=$(tasks)
	[ "$(placing)" = null ]
	web
	cgq reload >/dev/null
	[ "$(tasks)" = $((none + CPUS)) ]
	[[ $(placing) == *'real-time threads' ]]
	cgq reset >/dev/null
	[ "$(tasks)" = "$none" ]
	[ "$(placing)" = null ]
}

# becomes DIR: PID[shell] is a shell, in that cgroup of the cpu hierarchy, that becomes the program once $ROOM/go is there.
becomes() {
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$1/cgroup.procs"; until [ -e "$2/go" ]; do sleep 0.05; done; exec "$0" "$2/births" stay' \
		"$(program_file newborn newborn)" "$1" "$ROOM" </dev/null >/dev/null 2>&1 3>&- &
	PID[shell]=$!
	STARTED+=($!)
	wait_until 5 'it is there' is_at "$1" "$!"
}

is_at() {
	[ "${MOUNT[cpu]}$(cgroup_of "$2")" = "$1" ]
}

# stays_outside PID: neither placed nor moved and put back.
stays_outside() {
	: >"$ROOM/go"
	wait_until 10 'it has begun' has_births 1
	sleep 0.5
	is_outside "$1"
	[ "$(births_inside)" = 0 ]
	[ "$(log_lines "pid $1 .*moved")" = 0 ]
}

@test "a pinned process is left where a person put it" {
	web
	printf '[look]\nenforce = no\n' | policy 50-look.conf
	cgqd_start
	mkdir "$(home_dir)"
	becomes "$(home_dir)"
	cgq pin "${PID[shell]}" look
	stays_outside "${PID[shell]}"
}

@test "what is in a delegated cgroup is left there" {
	web
	mkdir "$(home_dir)"
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.delegate", b"1")' "$(home_dir)"
	cgqd_start
	becomes "$(home_dir)"
	stays_outside "${PID[shell]}"
}

@test "under drift = report there are no such threads, since somebody else's move is left as it is" {
	printf '[cgqd]\ndrift = report\n' >"$ROOM/cgqd.conf"
	web
	cgqd_start
	[ "$(placing)" = null ]
}

# beside: percent of its CPU that the hog beside the storm has.
beside() {
	cpu_window 2 .beside
	percent_of "${WINDOW_NS[.beside]}" "${WINDOW_NS[total]}"
}

@test "a storm of programs does not take a CPU from who shares it" {
	local try alone with
	web
	pace
	start beside hog
	taskset -p -c 0 "${PID[beside]}" >/dev/null
	(taskset -p -c 0 "$BASHPID" >/dev/null && while [ ! -e "$ROOM/end" ]; do begin 10; done) 3>&- &
	STARTED+=($!)
	sleep 0.5
	# Two in turn, the hog and the storm, and then all that placing costs. Whatever else this machine does is in both windows.
	for ((try = 1; try <= WINDOWS; try++)); do
		alone=$(beside)
		cgqd_start
		sleep 0.5
		with=$(beside)
		echo "# the hog beside had $alone % of its CPU, and $with while the storm was placed" >&3
		within "$with" "$(awk -v v="$alone" 'BEGIN { print v / 2 }')" 100 'percent of its CPU' && break
		cgqd_stop
	done
	: >"$ROOM/end"
	[ $try -le "$WINDOWS" ]
}
