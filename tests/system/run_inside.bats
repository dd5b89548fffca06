#!/usr/bin/env bats
# In a group with namespaces a program is started for the caller, since nobody who runs can be put into one.
# shellcheck disable=SC2153
load lib
load run

inside() {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 20%..50%
		namespace = pid:new uts:new ipc:new mount:new
		[db]
	EOF
}

# One that is passive has none: in a pid namespace of its own that shell would be 1 or 2, and would be "web" by name.
runs_outside() {
	run -0 --separate-stderr cgq "$1" web -- sh -c 'readlink /proc/self/ns/pid /proc/self/ns/uts'
	[ "$output" = "$(readlink /proc/self/ns/pid /proc/self/ns/uts)" ] || fail "$1: $output"
	[[ $stderr == 'cgq: web has no cgroup now: '*"$2"*'; nothing limits what is started in it, and none of its namespaces is made' ]] ||
		fail "$stderr"
}

@test "of a passive group nothing is made: it runs all the same, and a note says so" {
	local namespaces
	for namespaces in 'net uts' 'pid:new uts:new'; do
		policy 50-web.conf <<-EOF
			[web]
			enforce = no
			namespace = $namespaces
		EOF
		cgqd_start
		runs_outside run 'enforce = no'
		runs_outside enter 'enforce = no'
		cgq status web --json | jq -e '[.groups[0].namespaces[] | select(.reason == "passive: nothing is made")] | length == 2'
		cgq set web enforce=yes
		wait_until 5 'it is started inside' starts_inside
		cgq set web --clear
		cgq reset
		runs_outside run 'cgq reset at '
		cgqd_stop
	done
}

starts_inside() {
	[ "$(cgq run web -- readlink /proc/self/ns/uts)" != "$(readlink /proc/self/ns/uts)" ]
}

said_times() {
	[ "$(wc -l <"$ROOM/said")" = "$1" ]
}

@test "a second start of one process takes nothing from the network of the first" {
	local all
	policy 50-web.conf <<-EOF
		[web]
		namespace = net:new
		net.address = 10.77.9.2/24
	EOF
	cgqd_start
	"$PROGRAMS/twice_run" "$SOCKET" web 100 </dev/null >"$ROOM/said" 2>/dev/null 3>&- &
	STARTED+=($!)
	wait_until 10 'it was answered twice' said_times 2
	mapfile -t all <"$ROOM/said"
	STARTED+=("${all[@]}")
	nsenter -n -t "${all[1]}" ip -o address show eth0 | grep -q 10.77.9.2
	nsenter -n -t "${all[0]}" ip -o address show eth0 | grep -q 10.77.9.2 || fail 'the first has no network any more'
}

@test "of starts that would have one address outside, one has it, and the others are told who" {
	local net=10.213.$((RANDOM % 250)) first i pids=()
	policy 50-web.conf <<-EOF
		[web]
		namespace = net:new
		net.address = $net.2/24
		net.gateway = $net.1
	EOF
	cgqd_start
	for i in {1..6}; do
		cgq run --detach web -- sleep 100 >"$ROOM/pid$i" 2>"$ROOM/refused$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}" || true
	first=$(cat "$ROOM"/pid?)
	STARTED+=("$first")
	[ "$(cat "$ROOM"/refused? | grep -cE "^cgq: network of web: address $net.1/24 is in use: group web has it, at cgq[0-9a-f]{8}\$")" = 5 ] ||
		fail "$(cat "$ROOM"/refused?)"
	gateways_are 1
	nsenter -n -t "$first" ip -o address show eth0 | grep -q "$net.2/24"
	kill "$first"
	wait_until 5 'its network is gone' gateways_are 0
	run -0 cgq run web -- ip -o address show eth0
	[[ $output == *"$net.2/24"* ]] || fail "$output"
}

# gateways_are N: links of this machine that have the address.
gateways_are() {
	[ "$(ip -o address | grep -cF " $net.1/24 ")" = "$1" ]
}

@test "status, streams, folder and environment are the caller's, and nothing else is open" {
	inside
	cgqd_start
	cd "$ROOM"
	# shellcheck disable=SC2016 # for that shell
	WORD=word run -7 --separate-stderr cgq run web -- sh -c 'cat /proc/self/cgroup; hostname; pwd; echo $WORD; ls /proc/self/fd; echo err >&2; exit 7'
	[[ $output == *"$(path_of_group web)"*$'\nweb\n'"$ROOM"$'\nword\n0\n1\n2\n3' ]] || fail "$output"
	[ "$stderr" = err ]
	run -0 cgq run web -- tr a-z A-Z <<<'quiet'
	[ "$output" = QUIET ]
	run -127 --separate-stderr cgq run web -- no-such-program-here
	[[ $stderr == 'cgq: no-such-program-here: '* ]] || fail "$stderr"
	run -126 cgq run web -- "$ROOM"
	# shellcheck disable=SC2016
	run -143 cgq run web -- sh -c 'kill -TERM $$'
	run -0 script -qec "'$BUILD/cgq' --socket '$SOCKET' run web -- sh -c 'tty; stty size'" /dev/null </dev/null
	[[ $output == *'/dev/pts/0'* ]] || fail "$output"
}

@test "a detached program is a member, is entered, outlives cgqd, and goes back where its caller came from" {
	local pid before
	inside
	cgqd_start
	cp "$(type -P sleep)" "$ROOM/bin/$(named far)"
	before=$(where $$)
	run -0 cgq run -d web -- "$ROOM/bin/$(named far)" 200
	pid=$output
	[ "$(instances far)" = "$pid" ]
	is_in web "$pid"
	[ "$(how "$pid")" = run ]
	run -0 cgq enter web "$pid" -- sh -c 'ps ax; cat /proc/self/cgroup'
	[[ $output == *"$(named far) 200"*"$(path_of_group web)"* ]] || fail "$output"
	run -0 cgq enter web -- ps ax
	[[ $output == *"$(named far) 200"* ]] || fail "$output"
	run -125 --separate-stderr cgq enter web $$ -- true
	[[ $stderr == *"pid $$ is no member of web"* ]] || fail "$stderr"
	cgqd_kill
	cgqd_start
	is_in web "$pid"
	[ "$(how "$pid")" = run ]
	cgq reset
	is_back "$pid" "$before"
}

# The helper that cgqd has started.
starter_pid() {
	local pid
	for pid in $(descendants "$CGQD"); do
		! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q starter || echo "$pid"
	done
}

# What a start brings stands in its call, and cgqd has the connection until the answer.
asks() {
	# shellcheck disable=SC2046 # a word each
	find $(pgrep -f "$SOCKET run" | sed 's|.*|/proc/&/fd|') -lname '*memfd:cgq-run*' 2>/dev/null | grep -q .
}

descriptors() {
	find "/proc/$CGQD/fd" -lname 'socket:*' | wc -l
}

has_answered() {
	[ "$(descriptors)" -le "$SOCKETS" ]
}

# waits_inside WORD…: `cgq run WORD…` waits, as PID[run], for a starter that is stopped.
waits_inside() {
	kill -STOP "$(starter_pid)"
	"$BUILD/cgq" --socket "$SOCKET" run "$@" web -- touch "$ROOM/ran" >"$ROOM/stdout" 2>"$ROOM/stderr" 3>&- &
	PID[run]=$!
	STARTED+=($!)
	wait_until 5 'it asks' asks
}

@test "a signal ends it while its program is started, and nothing runs" {
	local signal status
	inside
	cgqd_start
	run -0 cgq run web -- true
	SOCKETS=$(descriptors)
	for signal in TERM HUP; do # a shell that is no person's has INT and QUIT ignored behind a &
		waits_inside
		kill -"$signal" "${PID[run]}"
		wait_until 5 "SIG$signal ends it" gone "${PID[run]}"
		status=0
		wait "${PID[run]}" || status=$?
		[ "$status" = $((128 + $(kill -l "$signal"))) ] || fail "$signal: $status"
		kill -CONT "$(starter_pid)"
		wait_until 5 'cgqd has heard the starter' has_answered
		run -0 cgq run web -- true
	done
	waits_inside --detach
	kill -KILL "${PID[run]}"
	wait "${PID[run]}" || true
	wait_until 5 'its child has ended' gone_detached
	kill -CONT "$(starter_pid)"
	wait_until 5 'cgqd has heard the starter' has_answered
	run -0 cgq run web -- true
	[ ! -e "$ROOM/ran" ] || fail 'it ran'
	[ ! -s "$ROOM/stderr" ] || fail "$(<"$ROOM/stderr")"
}

gone_detached() {
	! pgrep -f "$SOCKET run --detach" >/dev/null
}

@test "what a network of one start lacks is told to who starts it, and kept in the chronicle" {
	local said='not in force of its own network: net.masquerade: it is for one network of the whole group'
	policy 50-web.conf <<-END
		[web]
		namespace = net:new
		net.address = 10.213.$((RANDOM % 250)).2/24
		net.masquerade = yes
	END
	cgqd_start
	run -7 --separate-stderr cgq run web -- sh -c 'exit 7'
	[ "$stderr" = "cgq: $said" ] || fail "$stderr"
	run -0 --separate-stderr cgq run -q web -- true
	[ -z "$stderr" ] || fail "$stderr"
	run -0 --separate-stderr cgq run --detach web -- true
	[ "$stderr" = "cgq: $said" ] || fail "$stderr"
	cgq events --json web | jq -se --arg said "$said" 'map(.events? // [.] | .[] | select(.kind == "trouble" and .pid)) |
		length == 3 and all(.text == $said and (.name | IN("sh", "true")) and .pid > 0)'
	run -1 cgq status web
	[ "${lines[0]}" = 'web: not in force, net.masquerade: it is for one network of the whole group' ]
}

@test "whom a person pinned elsewhere does not get out by having another started" {
	inside
	policy 60-web.conf <<-EOF
		[web]
		run.users = $NOBODY
	EOF
	mkfifo -m 666 "$ROOM/go"
	cgqd_start
	# shellcheck disable=SC2016
	as_nobody sh -c 'read -r _ <"$3"; "$1" --socket "$2" run web -- true; exec sleep 100' - \
		"$BUILD/cgq" "$SOCKET" "$ROOM/go" >"$ROOM/said" 2>&1 3>&- &
	PID[shell]=$!
	STARTED+=($!)
	cgq pin --children "${PID[shell]}" db
	echo >"$ROOM/go"
	wait_until 5 'it was told' grep -q 'root pinned you' "$ROOM/said"
	run -125 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" run db -- true
	cgq freeze web
	run -125 --separate-stderr cgq run web -- touch "$ROOM/ran"
	[[ $stderr == *'web is frozen'* ]]
	[ ! -e "$ROOM/ran" ]
}

threads() {
	find "/proc/$CGQD/task" -mindepth 1 -maxdepth 1 | wc -l
}

# mute UID: who asks a dozen times, with files of a file system that never says that one is closed. Who closes one waits for good,
# and no signal ends that.
mute() {
	[ -d "$ROOM/mute" ] || mkdir "$ROOM/mute"
	"$PROGRAMS/mute" "$ROOM/mute" "$SOCKET" web 12 "$1" </dev/null >"$ROOM/asked.$1" 2>&1 3>&- &
	PID[mute.$1]=$!
	STARTED+=($!)
	wait_until 20 "$1 has asked" grep -q asked "$ROOM/asked.$1"
}

# How many hands of the starter there are, while no program runs.
hands() {
	local pid
	# shellcheck disable=SC2013 # likewise
	for pid in $(cat "/proc/$CGQD/task"/*/children); do
		[[ $(<"/proc/$pid/comm") != cgqd-starter ]] || wc -w <"/proc/$pid/task/$pid/children"
	done
}

hands_are() {
	[ "$(hands)" = "$1" ]
}

# bats test_tags=any-kernel
@test "files that never close hang neither cgqd nor the next one, and few of the hands that they are given to" {
	local before
	inside
	policy 60-web.conf <<<$'[web]\nrun.users = '"$NOBODY"
	cgqd_start
	run -0 cgq run web -- echo first
	before=$(threads)
	mute 0
	[ "$(threads)" = "$before" ]
	wait_until 5 '12 hang' hands_are 12
	mute 65533 # whom nobody lets start anything: the kernel lets go of them
	mute "$NOBODY"
	wait_until 5 '8 more hang' hands_are 20
	run -125 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- echo more
	[[ $stderr == *'their file system does not answer'* ]] || fail "$stderr"
	run -0 cgq run web -- echo well
	[ "$output" = well ]
	cgqd_kill
	cgqd_start
	run -0 cgq run web -- echo again
	[ "$output" = again ]
	kill -KILL "${PID[mute.$NOBODY]}"
	wait_until 5 "$NOBODY starts programs again" as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
}
