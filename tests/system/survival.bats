#!/usr/bin/env bats
# The daemon may die at any moment, and its state may be anything.
load lib

@test "who was given back and then moved by somebody comes from there, also to the next cgqd" {
	local from=${MOUNT[cpu]}/$TREE-from to=${MOUNT[cpu]}/$TREE-to
	mkdir "$from" "$to"
	policy_of_web
	start web threads
	echo "${PID[web]}" >"$from/cgroup.procs"
	cgqd_start
	placed web web
	printf '[web]\nenforce = no\n' | policy_now 60-passive.conf
	[ "${MOUNT[cpu]}$(cgroup_of "${PID[web]}")" = "$from" ]
	echo "${PID[web]}" >"$to/cgroup.procs"
	sleep 1.5 # what is known of members is written down every second
	cgqd_kill
	rm "$CONF/60-passive.conf"
	cgqd_start
	placed web web
	cgq reset
	[ "${MOUNT[cpu]}$(cgroup_of "${PID[web]}")" = "$to" ] || fail "back in $(cgroup_of "${PID[web]}")"
	stop web
	rmdir "$from" "$to"
}

@test "after SIGKILL limits and members stay, and the next start takes over" {
	policy_of_web
	start web threads
	cgqd_start
	cgqd_kill
	knob_is web ceiling 50
	is_in web "${PID[web]}"
	start_as late web threads
	cgqd_start
	is_in web "${PID[web]}" "${PID[late]}"
	knob_is web ceiling 50
	state_is web ok
}

@test "SIGTERM leaves limits in place" {
	policy_of_web
	start web threads
	cgqd_start
	cgqd_stop
	knob_is web ceiling 50
	is_in web "${PID[web]}"
}

@test "where a process came from is known even after SIGKILL: its section goes" {
	policy_of_web
	start web threads
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	cgqd_kill
	printf '[db]\n' | policy 50-web.conf
	cgqd_start
	no_group web
	is_back "${PID[web]}" "$before"
}

@test "where a process came from is known even after SIGKILL: reset" {
	policy_of_web
	start web threads
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	start_as late web threads
	placed web late
	cgqd_kill
	cgqd_start
	cgq reset
	no_tree
	is_back "${PID[web]}" "$before"
	is_back "${PID[late]}" "$before"
}

# A cgroup of this test's own, that a process may come from.
home_make() {
	HOME_DIR=${MOUNT[cpu]}/cgq-test-$RUN-home
	mkdir "$HOME_DIR"
}

# at_home PROGRAM [OPTION]…: started there.
at_home() {
	(
		echo "$BASHPID" >"$HOME_DIR/cgroup.procs"
		exec "$@" </dev/null >/dev/null 2>>"$LOG" 3>&-
	) &
	STARTED+=($!)
	PID[home]=$!
}

@test "who was born in a group, and whose parent is gone, goes where that came from" {
	policy_of_web
	home_make
	cgqd_start
	at_home "$(program_file web forker)" --orphans --alive 20
	local all pid
	wait_until 5 'all are born' has_instances web 20
	all=$(instances web)
	kill -KILL "${PID[home]}"
	wait_until 5 'it ends' gone "${PID[home]}"
	sleep $((1 + SLOW)) # no full look in between: the daemon writes down by itself whom it knows
	cgqd_kill
	cgqd_start
	cgq reset
	[ -z "$(tree_dir cpu)" ]
	for pid in $(instances web); do
		[ "$(cgroup_of "$pid")" = "/cgq-test-$RUN-home" ] || fail "pid $pid is in $(cgroup_of "$pid")"
	done
	programs_stop
	wait_until 5 'nobody is at home' rmdir "$HOME_DIR"
}

@test "who was made the child of its parent's parent goes where that which made it came from" {
	policy_of_web
	home_make
	cgqd_start
	at_home "$(program_file web renamer)" sibling
	placed web home
	kill -USR1 "${PID[home]}"
	wait_until 5 'it is born' has_instances web 2
	local sibling
	sibling=$(instances web | grep -vx "${PID[home]}")
	wait_until 1 'it is known' cgq explain "$sibling"
	kill -KILL "${PID[home]}"
	wait_until 5 'it ends' gone "${PID[home]}"
	sleep $((1 + SLOW))
	cgqd_kill
	cgqd_start
	cgq reset
	is_outside "$sibling"
	[ "$(cgroup_of "$sibling")" = "/cgq-test-$RUN-home" ] || fail "it is in $(cgroup_of "$sibling")"
	programs_stop
	wait_until 5 'nobody is at home' rmdir "$HOME_DIR"
}

@test "who was born while everything was looked at goes where its parent came from, though that is gone" {
	policy_of_web
	home_make
	cgqd_start
	while :; do cgq reload >/dev/null 2>&1 || break; done 3>&- &
	STARTED+=($!)
	local looks=$! pid
	at_home "$(program_file web forker)" --orphans --alive 200
	wait_until 20 'all are born' has_instances web 200
	kill -KILL $looks "${PID[home]}"
	wait_until 5 'it ends' gone "${PID[home]}"
	sleep $((1 + SLOW))
	cgqd_kill
	cgqd_start
	cgq reset
	for pid in $(instances web); do
		[ "$(cgroup_of "$pid")" = "/cgq-test-$RUN-home" ] || fail "pid $pid is in $(cgroup_of "$pid")"
	done
	programs_stop
	wait_until 5 'nobody is at home' rmdir "$HOME_DIR"
}

@test "who was born while the daemon was dead goes where its parent came from, when the section goes" {
	policy_of_web
	home_make
	cgqd_start
	at_home "$(program_file web forker)" --alive 10 --live 20000
	placed web home
	cgqd_kill
	sleep 1
	printf '[db]\n' | policy 50-web.conf
	cgqd_start
	no_group web
	local pid
	for pid in $(instances web); do
		[ "$(cgroup_of "$pid")" = "/cgq-test-$RUN-home" ] || gone "$pid" || fail "pid $pid is in $(cgroup_of "$pid")"
	done
	programs_stop
	wait_until 5 'nobody is at home' rmdir "$HOME_DIR"
}

@test "after a restart a process stays in the group that it came to last" {
	policy 50-web.conf <<-EOF
		[db]
		match = name:$(named db)
		[web]
		match = name:$(named web)
	EOF
	cgqd_start
	start web renamer "comm=$(named db)" "exec=$(program_file other threads)"
	placed web web
	kill -USR1 "${PID[web]}"
	placed db web
	kill -USR1 "${PID[web]}"
	wait_until 5 'it execs' executes "${PID[web]}" "$(program_file other threads)"
	is_in db "${PID[web]}"
	cgqd_kill
	cgqd_start
	is_in db "${PID[web]}"
}

other_runs() {
	[ -n "$(instances other)" ]
}

@test "a member's child in a pid namespace of its own does not keep its group from going" {
	policy_of_web
	cp "$(command -v bash)" "$ROOM/bin/$(named web)"
	mkfifo "$ROOM/go"
	local before other
	before=$(where $$)
	cgqd_start
	"$ROOM/bin/$(named web)" -c "read -r _ <'$ROOM/go'; unshare --pid --fork '$(program_file other threads)'; :" </dev/null >/dev/null 2>>"$LOG" 3>&- &
	PID[web]=$!
	STARTED+=($!)
	placed web web
	echo >"$ROOM/go"
	wait_until 5 'the other runs' other_runs
	other=$(instances other)
	is_in web "$other"
	cgq reset
	no_tree
	is_back "$other" "$before"
}

@test "killed again and again in the middle of its work, it loses nobody" {
	policy_of_web
	start web forker --storm 30 --live 300 --alive 10
	local round
	for round in 1 2 3 4 5 6 7 8; do
		cgqd_launch
		sleep "0.0$((round % 5 * 2))"
		cgqd_kill
	done
	cgqd_start
	sleep 1
	is_in web "${PID[web]}"
	# shellcheck disable=SC2046 # a pid a word
	are_in web $(descendants "${PID[web]}")
	knob_is web ceiling 50
	knob_is web memory $((300 << 20))
}

# bats test_tags=any-kernel
@test "a second daemon on the same tree is refused, and the first goes on" {
	policy_of_web
	cgqd_start
	local first=$SOCKET
	SOCKET=$ROOM/second STATE=$ROOM/state2
	cgqd_ends
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	[[ $output == *"$TREE"* ]] || fail "the tree is not named: $output"
	[ ! -e "$ROOM/second" ]
	SOCKET=$first
	run -0 cgq list
	knob_is web ceiling 50
}

no_tree_called() {
	! our_cgroups | grep "/$1\(/\|\$\)" || fail "the tree $1 was made all the same"
}

# bats test_tags=any-kernel
@test "a daemon that is alive keeps its socket" {
	policy_of_web
	cgqd_start
	TREE=$TREE-other STATE=$ROOM/state2
	cgqd_ends
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	no_tree_called "$TREE"
	TREE=${TREE%-other}
	run -0 cgq list
}

# state_costs_a_line: with whatever state there is, it starts, enforces and says one thing about it.
state_costs_a_line() {
	: >"$LOG"
	cgqd_start
	knob_is web ceiling 50
	is_in web "${PID[web]}"
	within "$(log_lines 'warning: .*state')" 1 3 'warnings about the state'
}

# bats test_tags=any-kernel
@test "damaged state costs a line" {
	policy_of_web
	start web threads
	cgqd_start
	cgqd_kill
	local file
	[ -n "$(find "$STATE" -type f)" ]
	for file in $(find "$STATE" -type f); do head -c 3000 /dev/urandom >"$file"; done
	state_costs_a_line
	cgqd_kill
	for file in $(find "$STATE" -type f); do truncate -s 7 "$file"; done
	cgqd_start
	knob_is web ceiling 50
	is_in web "${PID[web]}"
}

# bats test_tags=any-kernel
@test "a state folder that is a file costs a line" {
	policy_of_web
	start web threads
	echo 'a file' >"$STATE"
	state_costs_a_line
}

# bats test_tags=any-kernel
@test "a state folder that cannot be written costs a line" {
	policy_of_web
	start web threads
	mkdir "$STATE"
	mount -t tmpfs -o ro,size=64k cgq-test "$STATE"
	state_costs_a_line || { umount "$STATE"; return 1; }
	cgqd_stop
	umount "$STATE"
}

# bats test_tags=any-kernel
@test "a full state folder costs a line" {
	policy_of_web
	start web threads
	mkdir "$STATE"
	mount -t tmpfs -o size=64k cgq-test "$STATE"
	head -c 1M /dev/zero >"$STATE/filler" 2>/dev/null || true
	state_costs_a_line || { umount "$STATE"; return 1; }
	cgqd_stop
	umount "$STATE"
}

# bats test_tags=any-kernel
@test "a state folder that vanishes is named by the reload that misses it" {
	policy_of_web
	cgqd_start
	rm -r "$STATE"
	run cgq reload
	[[ $output == *"state: $STATE/good: cannot be written"* ]] || fail "$output"
	log_says "state: $STATE/good"
}

# bats test_tags=any-kernel
@test "state of another boot is not believed" {
	policy_of_web
	start web threads
	cgqd_start
	cgqd_kill
	local boot
	boot=$(</proc/sys/kernel/random/boot_id)
	grep -rlq "$boot" "$STATE" || fail "the state does not carry the boot id"
	find "$STATE" -type f -exec sed -i "s/$boot/00000000-0000-4000-8000-000000000000/" {} +
	cgqd_start
	is_in web "${PID[web]}"
	knob_is web ceiling 50
}

@test "on v1, without the privilege to see which cgroups are delegated, it says so" {
	[ "${VERSION[cpu]}" = 1 ] || return 0
	policy_of_web
	mkdir "$ROOM/build"
	ln -s "$BUILD/cgq" "$ROOM/build/cgq"
	printf '#!/bin/sh\nexec setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s "$@"\n' "$BUILD/cgqd" >"$ROOM/build/cgqd"
	chmod 755 "$ROOM/build/cgqd"
	cgqd_start
	[ "$(log_lines trusted.delegate)" = 0 ]
	cgqd_stop
	BUILD=$ROOM/build cgqd_start
	log_says 'trusted.delegate needs CAP_SYS_ADMIN'
}

# bats test_tags=any-kernel
@test "without the privilege it needs, it names it and ends" {
	policy_of_web
	mkdir -p "$STATE"
	chmod 777 "$ROOM" "$STATE"
	run timeout 10 setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$BUILD/cgqd" \
		--config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" --state "$STATE" --tree "$TREE"
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	[[ $output == *root* || $output == *CAP_* ]] || fail "no privilege is named: $output"
	[ "$(wc -l <<<"$output")" -le 3 ]
	chmod 755 "$ROOM"
	no_tree
}

# bats test_tags=any-kernel
@test "without CAP_NET_ADMIN it names that" {
	policy_of_web
	run timeout 10 setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$BUILD/cgqd" \
		--config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" --state "$STATE" --tree "$TREE"
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	[[ $output == *CAP_NET_ADMIN* ]] || fail "CAP_NET_ADMIN is not named: $output"
	no_tree
}

@test "it stays small, and quiet while nothing happens" {
	policy_of_web
	start web threads
	cgqd_start
	sleep 2
	local before used
	before=$(pid_ns "$CGQD")
	sleep 5
	used=$((($(pid_ns "$CGQD") - before) / 5000))
	echo "# resident $(rss_kib "$CGQD") KiB, of which anonymous $(awk '/^RssAnon:/ { print $2 }' "/proc/$CGQD/status") KiB; $used µs of CPU a second" >&3
	within "$(rss_kib "$CGQD")" 100 16384 'KiB resident'
}

# bats test_tags=any-kernel
@test "two daemons do not write over each other's state: the second remembers nothing, and says so" {
	policy_of_web
	start web threads
	cgqd_start
	placed web web
	"$BUILD/cgqd" --once --config "$CONF" --settings "$ROOM/cgqd.conf" --state "$STATE" --tree "$TREE-two" --passive \
		2>"$ROOM/second" || fail "$(<"$ROOM/second")"
	grep -q "$STATE: another cgqd uses it" "$ROOM/second" || fail "$(<"$ROOM/second")"
	cgqd_kill
	cgqd_start
	is_in web "${PID[web]}"
	run -1 grep -q 'another cgqd' "$LOG"
}
