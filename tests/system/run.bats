#!/usr/bin/env bats
# What a person starts in a group is in it from its first instruction, and is that person's still.
load lib
load run

@test "the first thing that it sees is its group, in every hierarchy" {
	one
	cgqd_start
	run -0 --separate-stderr cgq run web -- cat /proc/self/cgroup
	local c
	for c in cpu memory pids; do
		[ "$(grep -cE "^[0-9]*:([^:]*,)?$c(,[^:]*)?:$(path_of_group web $c)\$|^0::$(path_of_group web $c)\$" <<<"$output")" -ge 1 ] ||
			fail "$c: $output"
	done
	[ -z "$stderr" ]
	log_says 'pid [0-9]+ \(cat\): started into web by root with cgq run'
}

@test "two hundred times over" {
	local i seen=0 path times=$((200 / SLOW))
	one
	cgqd_start
	path=$(path_of_group web)
	for ((i = 0; i < times; i++)); do
		[[ $(cgq run web -- cat /proc/self/cgroup)$'\n' != *"$path"$'\n'* ]] || seen=$((seen + 1))
	done
	[ "$seen" = "$times" ] || fail "in its group $seen times of $times"
}

@test "its exit status, its death by a signal and its streams are its own" {
	one
	cgqd_start
	run -7 cgq run web -- sh -c 'exit 7'
	# shellcheck disable=SC2016 # for that shell
	run -143 cgq run web -- sh -c 'kill -TERM $$'
	run -0 cgq run web tr a-z A-Z <<<'quiet'
	[ "$output" = QUIET ]
	run -0 --separate-stderr cgq run web sh -c 'echo out; echo err >&2'
	[ "$output/$stderr" = out/err ]
	# shellcheck disable=SC2016
	run -0 cgq run web -- sh -c 'echo "$0 $1" --json -o x' a b
	[ "$output" = 'a b --json -o x' ]
	run -126 --separate-stderr cgq run web -- "$ROOM"
	[[ $stderr == *Permission\ denied* ]]
	run -127 --separate-stderr cgq run web -- no-such-program-here
	[[ $stderr == *'no such program'* ]]
	run -127 cgq run web -- "$ROOM/nothing"
	printf '#!%s/nothing\n' "$ROOM" >"$ROOM/bin/no-interpreter"
	chmod 755 "$ROOM/bin/no-interpreter"
	PATH=$ROOM/bin:$PATH run -127 --separate-stderr cgq run web -- no-interpreter
	[[ $stderr == *'or no such interpreter'* ]]
	run -125 --separate-stderr cgq run nothing -- true
	[[ $stderr == *"no group 'nothing'"* ]]
	run -125 cgq run web
	run -125 cgq run web --no-such-option -- true
	cgqd_stop
	run -125 --separate-stderr cgq run web -- touch "$ROOM/ran"
	[[ $stderr == *'is cgqd running'* ]]
	[ ! -e "$ROOM/ran" ]
}

@test "whom run.users names runs as itself, in that group; nobody else does, nor looks, nor changes anything" {
	local name
	name=$(id -nu "$NOBODY")
	one "run.users = $name"
	cgqd_start
	# shellcheck disable=SC2016 # for that shell
	run -0 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- sh -c 'id -u; grep -c "$1" /proc/self/cgroup; grep CapEff /proc/self/status' - "$(path_of_group web)"
	[ "${lines[0]}" = "$NOBODY" ]
	[ "${lines[1]}" -ge 1 ]
	[[ ${lines[2]} == CapEff:*0000000000000000 ]]
	log_says "started into web by $name with cgq run"
	run -125 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" run db -- touch "$ROOM/ran"
	[[ $stderr == *"not permitted: run.users of 'db' does not name you; you are uid $NOBODY"* ]] || fail "$stderr"
	# what there is, and is not, looks the same to who may not look
	run -125 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" run nothing -- touch "$ROOM/ran"
	[[ $stderr == *"run.users of 'nothing' does not name you"* ]] || fail "$stderr"
	[ ! -e "$ROOM/ran" ]
	run -3 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" list
	[[ $stderr == *"only root and the group cgq may look; you are uid $NOBODY"* ]] || fail "$stderr"
	run -1 --separate-stderr as_nobody "$BUILD/cgq" --socket "$SOCKET" pin $$ web
	[[ $stderr == *'only root may change anything'* ]] || fail "$stderr"
	policy_now 60-web.conf <<-EOF
		[web]
		run.users = root
	EOF
	run -125 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
	cgq set web "run.users=@$(id -ng "$NOBODY")"
	cgq status web --json | jq -e '.groups[0].knobs[] | select(.key == "run.users") | .in_force'
	run -0 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
	cgq set web run.users=12345
	run -125 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
	cgq set web run.users="$NOBODY"
	run -0 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
	# an admin's group may be one of the supplementary ones
	cgq set web run.users=@12345
	run -0 setpriv --reuid "$NOBODY" --regid "$NOBODY" --groups 4711,12345 "$BUILD/cgq" --socket "$SOCKET" run web -- true
}

@test "what root decided about a process, its user does not undo; root does" {
	one "run.users = $NOBODY"
	mkfifo -m 666 "$ROOM/go"
	cgqd_start
	# shellcheck disable=SC2016 # for that shell
	as_nobody sh -c 'read -r _ <"$3"; "$1" --socket "$2" run web -- true; exec sleep 100' - \
		"$BUILD/cgq" "$SOCKET" "$ROOM/go" >"$ROOM/said" 2>&1 3>&- &
	PID[shell]=$!
	STARTED+=($!)
	cgq pin --children "${PID[shell]}" db
	# as root, from a place that root pinned
	# shellcheck disable=SC2016
	run -0 sh -c '"$1" --socket "$2" pin --children $$ db && "$1" --socket "$2" run web -- cat /proc/self/cgroup' - "$BUILD/cgq" "$SOCKET"
	[[ $output == *"$(path_of_group web)"* ]] || fail "$output"
	echo >"$ROOM/go"
	wait_until 5 'it was told' grep -q 'pinned you' "$ROOM/said"
	grep -q 'root pinned you (pid [0-9]*), or the process that started you' "$ROOM/said"
	is_in db "${PID[shell]}"
}

@test "its own decision a user may take anew, one group within another's program" {
	one "run.users = $NOBODY"
	policy 60-db.conf <<-EOF
		[db]
		run.users = $NOBODY
	EOF
	cgqd_start
	# shellcheck disable=SC2016
	run -0 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- sh -c '"$1" --socket "$2" run db -- cat /proc/self/cgroup; cat /proc/self/cgroup' - "$BUILD/cgq" "$SOCKET"
	grep -q "$(path_of_group db)\$" <<<"$output"
	grep -q "$(path_of_group web)\$" <<<"$output"
}

@test "all that it starts stays, whatever rules say, over a restart and a SIGKILL of cgqd, until it is unpinned" {
	local all
	one 'children = match'
	cgqd_start
	cp "$(type -P sleep)" "$ROOM/bin/$(named db)"
	# shellcheck disable=SC2016
	"$BUILD/cgq" --socket "$SOCKET" run web -- sh -c '"$1" 200 & exec "$2"' - "$ROOM/bin/$(named db)" "$(program_file top threads)" </dev/null >/dev/null 2>&1 3>&- &
	PID[top]=$!
	STARTED+=($!)
	wait_until 5 'the child runs' has_instances db 1
	wait_until 5 'it runs' has_instances top 1
	all=("${PID[top]}" "$(instances db)")
	is_in web "${all[@]}"
	[ "$(how "${all[0]}")/$(how "${all[1]}")" = run/run ]
	run -0 cgq explain "${all[0]}"
	[[ $output == *'a person started it there with cgq run'* && $output == *'started    into web by root, '*'its descendants too'* ]] || fail "$output"
	run -0 cgq ps web --json
	jq -e '[.processes[] | select(.how == "run" and .pinned_by == "root")] | length == 2' <<<"$output"
	cgqd_stop
	cgqd_start
	is_in web "${all[@]}"
	[ "$(how "${all[0]}")/$(how "${all[1]}")" = run/run ]
	cgqd_kill
	cgqd_start
	is_in web "${all[@]}"
	[ "$(how "${all[0]}")/$(how "${all[1]}")" = run/run ]
	cgq unpin "${all[0]}"
	is_outside "${all[0]}"
	is_in db "${all[1]}"
	# written down before it begins
	cp "$(type -P sleep)" "$ROOM/bin/$(named late)"
	run -0 cgq run -d web -- "$ROOM/bin/$(named late)" 200
	cgqd_kill
	cgqd_start
	[ "$(how "$output")" = run ]
}

@test "the process that enter names has to be a member of the group" {
	local pid
	one
	cgqd_start
	cp "$(type -P sleep)" "$ROOM/bin/$(named db)"
	cp "$(type -P sleep)" "$ROOM/bin/$(named far)"
	"$ROOM/bin/$(named db)" 200 3>&- &
	STARTED+=($!)
	wait_until 5 'it is placed' is_in db "$!"
	for pid in $$ 4194304 "$!"; do
		run -125 --separate-stderr cgq enter web "$pid" -- touch "$ROOM/ran"
		[ "$stderr" = "cgq: pid $pid is no member of web" ] || fail "$stderr"
	done
	[ ! -e "$ROOM/ran" ]
	pid=$(cgq run -d web -- "$ROOM/bin/$(named far)" 200)
	run -0 cgq enter web "$pid" -- grep -c "$(path_of_group web)\$" /proc/self/cgroup
	kill "$pid"
	wait_until 5 'it has ended' gone "$pid"
	run -125 --separate-stderr cgq enter web "$pid" -- touch "$ROOM/ran"
	[ ! -e "$ROOM/ran" ]
}

@test "a frozen group takes nobody, and says so instead of stopping a terminal" {
	policy 50-web.conf <<-EOF
		[web]
		[web/php]
	EOF
	cgqd_start
	cgq freeze web
	run -125 --separate-stderr timeout 20 "$BUILD/cgq" --socket "$SOCKET" run web/php -- touch "$ROOM/ran"
	[[ $stderr == *'web/php is frozen, and nothing would run in it: cgq thaw web'* ]] || fail "$stderr"
	[ ! -e "$ROOM/ran" ]
	cgq thaw web
	run -0 cgq run web/php -- touch "$ROOM/ran"
	[ -e "$ROOM/ran" ]
}

@test "where nothing is enforced it runs all the same, as a member, and a note says so" {
	policy 50-web.conf <<-EOF
		[web]
		enforce = no
		[db]
		match = name:$(named db)
	EOF
	cgqd_start
	run -0 --separate-stderr cgq run web -- echo ran
	[ "$output" = ran ]
	[[ $stderr == 'cgq: web has no cgroup now: it is passive (enforce = no, or reset); nothing limits what is started in it' ]] || fail "$stderr"
	run -0 --separate-stderr cgq run -q web -- echo ran
	[ "$output/$stderr" = ran/ ]
	# out of another group it goes back where it came from
	# shellcheck disable=SC2016 # for that shell
	run -0 cgq run db -- sh -c '"$1" --socket "$2" run -q web -- cat /proc/self/cgroup' - "$BUILD/cgq" "$SOCKET"
	[[ $output != *"$TREE"* ]] || fail "$output"
	run ! grep -q 'a person: .* to judge' "$LOG" # the rest of the machine is not looked at for it
	# a thread that places at once would know no better
	cgq run -q web -- "$(program_file db hog)" </dev/null >/dev/null 2>&1 3>&- &
	STARTED+=($!)
	wait_until 5 'it runs' has_instances db 1
	sleep 0.3
	is_outside "$(instances db)"
	cgq ps web --json | jq -e --argjson p "$(instances db)" '.processes[] | select(.pid == $p and .how == "run")'
	PID[db]=$(instances db)
	kill "${PID[db]}"
	wait_until 5 'it ends' gone "${PID[db]}"
	# shellcheck disable=SC2016 # … and of what its shells start later
	cgq run -q web -- sh -c 'sh -c "\"\$1\" & wait" - "$1" & "$1" & (sleep 0.5; exec "$1") & wait' - "$(program_file db hog)" </dev/null >/dev/null 2>&1 3>&- &
	STARTED+=($!)
	wait_until 5 'they run' has_instances db 3
	wait_until 5 'all are outside' all_outside
	cgq reset
	run -0 --separate-stderr cgq run db -- echo ran
	[[ $output/$stderr == ran/*'cgq reset at '* ]] || fail "$output/$stderr"
}

all_outside() {
	# shellcheck disable=SC2046 # a word each
	is_outside $(instances db) 2>/dev/null
}

@test "a group that is full takes it, and what it starts fails as anywhere" {
	one
	cgqd_start
	cgq set web tasks=2
	cp "$(type -P sleep)" "$ROOM/bin/$(named a)"
	cp "$(type -P sleep)" "$ROOM/bin/$(named b)"
	cgq run -d web -- "$ROOM/bin/$(named a)" 200
	cgq run -d web -- "$ROOM/bin/$(named b)" 200
	wait_until 5 'both run' has_instances b 1
	run -0 cgq run web -- sh -c 'echo alone'
	[ "$output" = alone ]
	run cgq run web -- sh -c '/bin/true & wait $! || exit 9'
	[ "$status" != 0 ]
}

@test "a strict group, a group below another, and one with members and children take it as well" {
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$ROOM/bin/$(named strict)
		strict = yes
		[web/php]
	EOF
	program_file strict hog
	cgqd_start
	run -0 cgq run web -- cat /proc/self/cgroup
	[[ $output == *"$(path_of_group web)/_self"* ]] || fail "$output"
	run -0 cgq run web/php -- cat /proc/self/cgroup
	[[ $output == *"$(path_of_group web/php)"* ]] || fail "$output"
	# the gate judges as everybody does: what a person started stays where that was
	cgq run web/php -- "$ROOM/bin/$(named strict)" </dev/null >/dev/null 2>&1 3>&- &
	STARTED+=($!)
	wait_until 5 'it runs' has_instances strict 1
	is_in web/php "$(instances strict)"
}

@test "from another pid namespace nobody is placed, and nothing runs" {
	one
	cgqd_start
	run -125 --separate-stderr unshare -p -f "$BUILD/cgq" --socket "$SOCKET" run web -- touch "$ROOM/ran"
	[[ $stderr == *'it is never placed: in another pid namespace'* ]] || fail "$stderr"
	[ ! -e "$ROOM/ran" ]
	run -0 cgq ps web --json
	jq -e '.processes == []' <<<"$output"
}

@test "a caller of many threads is placed whole, by whichever of them it asks" {
	local path
	one
	cgqd_start
	path=$(path_of_group web)
	run -0 "$PROGRAMS/many_run" "$SOCKET" web "$(type -P echo)" finished
	[[ ${lines[0]} == *'"placed_caller":true'* ]] || fail "$output"
	[ "$(grep -c "cpu.*:$path\$\|0::$path\$" <<<"$output")" -ge 4 ] || fail "$output"
	[[ $output == *finished ]]
}

# A real-time process is refused by a cpu group without real-time runtime: half-way in is not in.
@test "who cannot be placed whole is put back, and nothing runs" {
	one
	cgqd_start
	if [ ! -e "$(group_dir web)/cpu.rt_runtime_us" ]; then # any cpu group takes it here
		run -0 chrt -f 1 "$BUILD/cgq" --socket "$SOCKET" run web -- true
		return
	fi
	run -125 --separate-stderr chrt -f 1 "$BUILD/cgq" --socket "$SOCKET" run web -- touch "$ROOM/ran"
	[[ $stderr == *'cannot be moved to web'* ]] || fail "$stderr"
	[ ! -e "$ROOM/ran" ]
}

@test "a hundred at a time: each in its group, each with its own status" {
	local i path failed=0
	local -a waiting=()
	one
	cgqd_start
	cgq set web tasks=1000
	path=$(path_of_group web)
	for ((i = 0; i < 100; i++)); do
		# shellcheck disable=SC2016
		cgq run web -- sh -c 'grep -q "$1\$" /proc/self/cgroup && exit "$2"' - "$path" $((i % 50 + 3)) 3>&- &
		waiting+=($!)
	done
	for ((i = 0; i < 100; i++)); do
		local status=0
		wait "${waiting[i]}" || status=$?
		[ $status = $((i % 50 + 3)) ] || failed=$((failed + 1))
	done
	[ $failed = 0 ] || fail "$failed of 100"
}

# --- while it waits for the answer

# run_waits: cgqd is stopped, and `cgq run web -- touch ran` waits for it as PID[run].
run_waits() {
	kill -STOP "$CGQD"
	"$BUILD/cgq" --socket "$SOCKET" run web -- touch "$ROOM/ran" 2>"$ROOM/stderr" 3>&- &
	PID[run]=$!
	STARTED+=($!)
	wait_until 5 'it waits' grep -q poll "/proc/$!/wchan"
}

@test "a signal ends it while it waits, and nothing runs or stays behind" {
	one
	cgqd_start
	run_waits
	kill -TERM "${PID[run]}"
	wait_until 5 'it ends' gone "${PID[run]}"
	kill -CONT "$CGQD"
	wait "${PID[run]}" || true
	run -0 cgq ps web --json
	jq -e '.processes == []' <<<"$output"
	[ ! -e "$ROOM/ran" ]
	run ! grep -q "started into" "$LOG"
	run -0 cgq run web -- true
}

@test "a cgqd that ends before it answers starts nothing" {
	local status=0
	one
	cgqd_start
	run_waits
	kill -KILL "$CGQD"
	wait "$CGQD" || true
	wait "${PID[run]}" || status=$?
	[ $status = 125 ]
	grep -q 'cgqd went away before it had answered\|cgqd hung up' "$ROOM/stderr"
	[ ! -e "$ROOM/ran" ]
	cgqd_start
}

@test "streams that were closed are closed for the program too, and nothing is written into others" {
	one
	cgqd_start
	# shellcheck disable=SC2016
	run -0 sh -c '"$1" --socket "$2" run web -- sh -c "for f in 0 1 2; do [ ! -e /proc/\$\$/fd/\$f ] || echo \$f >&3; done" 3>&1 <&- >&- 2>&-' - "$BUILD/cgq" "$SOCKET"
	[ -z "$output" ] || fail "$output"
	cgq set web enforce=no
	# shellcheck disable=SC2016
	run -0 sh -c '"$1" --socket "$2" run web -- true 2>&-' - "$BUILD/cgq" "$SOCKET"
}

# --- who may take cgqd's time

@test "strangers who sit on its socket keep nobody out" {
	local i
	one "run.users = $NOBODY"
	cgqd_start
	for i in 1 2 3 4 5 6; do
		setpriv --reuid $((65000 + i)) --regid 65000 --clear-groups "$PROGRAMS/sitters" "$SOCKET" </dev/null >/dev/null 2>&1 3>&- &
		STARTED+=($!)
	done
	sleep 0.5
	run -0 cgq list
	run -0 as_nobody "$BUILD/cgq" --socket "$SOCKET" run web -- true
	[ "$(fds "$CGQD")" -lt 200 ]
}
