#!/usr/bin/env bats
# strict = yes: in the group before the first instruction; and nobody ever waits for a daemon that is dead or stuck.
load lib

# strict_group LABEL PROGRAM [LINE]…: the group web of that program, which need not run yet.
strict_group() {
	FILE=$(program_file "$1" "$2")
	shift 2
	{
		printf '[web]\nmatch = exe:%s\nstrict = yes\n' "$FILE"
		printf '%s\n' "$@"
	} | policy 50-web.conf
}

gate_pid() {
	ps -o pid=,comm= --ppid "$CGQD" | awk '$2 == "cgqd-gate" { print $1 }'
}

# Inodes that any process of cgqd has permission events on, decimal.
marks() {
	local pid
	for pid in "$CGQD" $(gate_pid); do
		sed -nE 's/^fanotify ino:([0-9a-f]+) .*/0x\1/p' "/proc/$pid/fdinfo/"* 2>/dev/null
	done | while read -r ino; do echo $((ino)); done | sort -u
}

marked_are() {
	local now want=''
	now=$(marks | xargs)
	[ $# = 0 ] || want=$(stat -c %i "$@" | sort -u | xargs)
	[ "$now" = "$want" ] || fail "marked are '$now', not '$want'"
}

has_fds() {
	[ "$(fds "$1")" = "$2" ]
}

all_said() {
	[ "$(wc -l <"$ROOM/said")" = "$1" ]
}

# said_inside COUNT: so many said where they are, and each of them was in web, in every hierarchy.
said_inside() {
	local lines=() dirs
	dirs=$(our_cgroups | grep -c "/$TREE/web\$")
	mapfile -t lines <"$ROOM/said"
	[ ${#lines[@]} = "$1" ] || fail "${#lines[@]} of $1 said where they are"
	[ "$(sort -u "$ROOM/said" | wc -l)" = 1 ] || fail "not all in the same place: $(sort "$ROOM/said" | uniq -c)"
	[ "$(grep -o "/$TREE/web\( \|\$\)" <<<"${lines[0]}" | wc -l)" = "$dirs" ] || fail "they were in: ${lines[0]}"
}

has_usual_priority() {
	[[ $(chrt -p "$CGQD") == *SCHED_OTHER* ]]
}

@test "a burst of execs, one that takes longer than the limit too: every program is inside at its first act" {
	strict_group web firstact
	cgqd_start
	local count
	for count in 500 4000; do
		rm -f "$ROOM/said"
		run "$PROGRAMS/burst" --count $count "$FILE" "$ROOM/said"
		echo "# $output" >&3
		[ "$status" = 0 ]
		said_inside $count
	done
	run ! log_says 'went on'
	wait_until 2 'it has no priority any more' has_usual_priority
}

@test "after an idle moment, and while cgqd looks at everything, they are inside as well" {
	strict_group web firstact
	cgqd_start
	for _ in {1..40}; do
		"$FILE" "$ROOM/said"
		nap
		[ $((RANDOM % 4)) != 0 ] || kill -HUP "$CGQD"
	done
	said_inside 40
}

@test "while files are marked and unmarked, nobody slips through" {
	local other round
	other=$(program_file other threads)
	strict_group web firstact
	cgqd_start
	"$PROGRAMS/burst" --count 100 --rounds 20 "$FILE" "$ROOM/said" >"$ROOM/burst" &
	for round in {1..20}; do
		policy_now 60-db.conf <<<"[db]"$'\n'"match = exe:$other"$'\n'"strict = $([ $((round % 2)) = 0 ] && echo no || echo yes)"
	done
	wait $!
	echo "# $(<"$ROOM/burst")" >&3
	said_inside 2000
}

@test "one that was inside before it ran goes back where it came from" {
	local before i
	strict_group web firstact
	cgqd_start
	before=$(where $$)
	for i in {1..20}; do
		"$FILE" --stay 60 "$ROOM/said" 3>&- &
		PID[$i]=$!
		STARTED+=($!)
	done
	wait_until 10 'all say where they are' all_said 20
	said_inside 20
	run ! grep -qE "pid (${PID[1]}|${PID[2]}|${PID[3]}) .*: ended" "$LOG"
	cgq reset >/dev/null
	for i in {1..20}; do
		is_back "${PID[$i]}" "$before"
	done
}

@test "memory is charged to the group from the first page" {
	[ -n "${MOUNT[memory]:-}" ] || skip 'no memory controller'
	strict_group web firstact 'memory = 500M'
	cgqd_start
	start web firstact --bytes 64M --stay 60 "$ROOM/said"
	wait_until 5 'it says where it is' test -s "$ROOM/said"
	said_inside 1
	[ "$(memory_use web)" -ge $((64 << 20)) ]
}

@test "only files of strict rules are marked: new ones, replaced ones, and none without strict" {
	local other
	other=$(program_file other threads)
	policy 50-web.conf <<<"[web]"$'\n'"match = exe:$other"
	cgqd_start
	marked_are
	[ -z "$(gate_pid)" ]
	strict_group web firstact
	policy_now 60-db.conf <<<"[db]"$'\n'"match = exe:$other"
	marked_are "$FILE"
	policy_now 60-db.conf <<<"[db]"$'\n'"match = exe:$other"$'\n'"strict = yes"
	marked_are "$FILE" "$other"
	cp "$PROGRAMS/firstact" "$FILE.new"
	mv "$FILE" "$FILE.old"
	mv "$FILE.new" "$FILE"
	wait_until 5 'the new file is marked' marked_are "$FILE" "$other"
	"$PROGRAMS/burst" --count 50 "$FILE" "$ROOM/said"
	said_inside 50
	policy_now 60-db.conf <<<"[db]"$'\n'"match = exe:$other"$'\n'"enforce = no"$'\n'"strict = yes"
	marked_are "$FILE"
	cgq reset >/dev/null
	marked_are
	cgq reload
	marked_are "$FILE"
	rm "$CONF/50-web.conf"
	cgq reload
	marked_are
	[ -z "$(gate_pid)" ]
}

@test "a program of a glob is marked when it appears" {
	program_file web-1 firstact >/dev/null
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$ROOM/bin/$(named web)-*
		strict = yes
	EOF
	cgqd_start
	marked_are "$(program_file web-1 firstact)"
	program_file web-2 firstact >/dev/null
	wait_until 5 'both are marked' marked_are "$(program_file web-1 firstact)" "$(program_file web-2 firstact)"
}

@test "SIGKILL of cgqd in a storm blocks nobody" {
	strict_group web firstact
	cgqd_start
	local gate usual
	gate=$(gate_pid)
	usual=$(longest_of --rounds 5)
	longest_of --rounds 20 >"$ROOM/longest" &
	sleep 0.3
	cgqd_kill
	wait $!
	# Who waits for a cgqd that is dead takes 2 s more.
	within "$(<"$ROOM/longest")" 0 $((usual + 1900)) "ms of the longest round, usually $usual"
	wait_until 5 'the gate ends' gone "$gate"
}

@test "SIGKILL of the gate in a storm blocks nobody, and there is a new one" {
	strict_group web firstact
	cgqd_start
	local gate
	gate=$(gate_pid)
	"$PROGRAMS/burst" --count 200 --rounds 20 "$FILE" "$ROOM/said" >"$ROOM/burst" &
	sleep 0.3
	kill -KILL "$gate"
	wait $!
	wait_until 5 'marked again' marked_are "$FILE"
	[ "$(gate_pid)" != "$gate" ]
	rm "$ROOM/said"
	"$FILE" "$ROOM/said"
	said_inside 1
}

hurries() {
	[[ $(chrt -p "$CGQD") == *SCHED_FIFO* ]]
}

@test "while somebody waits cgqd has priority, and none is left when its gate dies then" {
	strict_group web firstact
	cgqd_start
	kill -STOP "$CGQD"
	"$FILE" "$ROOM/said" &
	wait_until 1 'it has priority' hurries || { kill -CONT "$CGQD"; false; }
	kill -KILL "$(gate_pid)"
	kill -CONT "$CGQD"
	wait $!
	wait_until 2 'it has no priority any more' has_usual_priority
}

@test "while cgqd is stopped, execs go on after the limit; afterwards it says so and places them" {
	strict_group web firstact
	cgqd_start
	local burst started=yes
	kill -STOP "$CGQD"
	burst=$(timeout $((30 * SLOW)) "$PROGRAMS/burst" --count 300 "$FILE" "$ROOM/said") || true
	start web firstact --stay 60 "$ROOM/said" || started=no
	echo "# $burst" >&3
	[ $started = no ] || is_outside "${PID[web]}" || started=inside
	kill -CONT "$CGQD"
	[ $started = yes ]
	within "$(sed -nE 's/.*longest_ms=([0-9]+)/\1/p' <<<"$burst")" 1900 $((9000 * SLOW)) 'ms of the burst'
	placed web web
	wait_until 5 'it says so' log_says "strict: exec of $FILE by pid [0-9]+.* went on after 2000 ms without a decision"
	cgq events web | grep -q 'went on after 2000 ms'
	rm "$ROOM/said"
	"$FILE" "$ROOM/said"
	said_inside 1
}

@test "a gate that is stopped is ended, and execs go on" {
	strict_group web firstact
	cgqd_start
	local gate
	gate=$(gate_pid)
	kill -STOP "$gate"
	timeout $((10 * SLOW)) "$FILE" "$ROOM/said"
	wait_until 5 'a new gate' gone "$gate"
	wait_until 5 'marked again' marked_are "$FILE"
}

@test "a setuid program is judged again by whom it runs as" {
	FILE=$(program_file web firstact)
	chmod 4755 "$FILE"
	chmod 777 "$ROOM"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE user:61717
		strict = yes
		[super]
		match = exe:$FILE user:0
		strict = yes
	EOF
	cgqd_start
	setpriv --reuid 61717 --regid 61717 --clear-groups "$FILE" "$ROOM/said" --stay 60 3>&- &
	PID[web]=$!
	STARTED+=($!)
	placed super web
	wait_until 5 'it was in web before' log_says 'moved to web by'
}

@test "a setuid program that no rule fits any more goes back, even where children follow" {
	FILE=$(program_file web firstact)
	chmod 4755 "$FILE"
	chmod 777 "$ROOM"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE user:61717
		strict = yes
	EOF
	cgqd_start
	setpriv --reuid 61717 --regid 61717 --clear-groups "$FILE" "$ROOM/said" --stay 60 3>&- &
	PID[web]=$!
	STARTED+=($!)
	wait_until 5 'it says where it is' test -s "$ROOM/said"
	wait_until 5 'it is back' is_outside "${PID[web]}"
	wait_until 5 'it was in web before' log_says 'moved to web by'
	sleep 1.5
	kill -HUP "$CGQD"
	sleep 0.5
	is_outside "${PID[web]}"
}

@test "a process whose exec failed goes back with the next look, tried once or twice" {
	FILE=$ROOM/bin/$(named web)
	echo 'no program' >"$FILE"
	chmod 755 "$FILE"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE
		strict = yes
	EOF
	cgqd_start
	start plain renamer "try=$FILE" "try=$FILE"
	local before
	before=$(where "${PID[plain]}")
	kill -USR1 "${PID[plain]}"
	placed web plain
	kill -USR1 "${PID[plain]}"
	sleep 0.2
	is_in web "${PID[plain]}"
	kill -HUP "$CGQD"
	sleep 0.2
	is_in web "${PID[plain]}"
	sleep 1
	kill -HUP "$CGQD"
	wait_until 5 'it is back' is_back "${PID[plain]}" "$before"
	[ "$(cgq explain "${PID[plain]}" --json | jq -r .group)" = null ]
}

@test "a process whose exec failed goes back, also where cgqd was killed before anybody knew" {
	FILE=$ROOM/bin/$(named web)
	echo 'no program' >"$FILE"
	chmod 755 "$FILE"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE
		strict = yes
	EOF
	cgqd_start
	start plain renamer "try=$FILE" "try=$FILE"
	local before
	before=$(where "${PID[plain]}")
	kill -USR1 "${PID[plain]}"
	placed web plain
	cgqd_kill
	is_in web "${PID[plain]}"
	cgqd_start
	is_back "${PID[plain]}" "$before"
}

@test "a member of another group whose exec failed goes back to that group" {
	FILE=$ROOM/bin/$(named web)
	echo 'no program' >"$FILE"
	chmod 755 "$FILE"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE
		strict = yes
		[db]
		match = name:$(named db)
	EOF
	cgqd_start
	start db renamer comm=other "try=$FILE"
	placed db db
	tell db
	kill -USR1 "${PID[db]}"
	placed web db
	sleep 1.2
	kill -HUP "$CGQD"
	placed db db
}

@test "who changed its user right before the exec is inside at its first act" {
	strict_group web firstact
	policy 60-user.conf <<<"[user]"$'\n'"match = name:$(named never) user:61717"
	chmod 777 "$ROOM"
	cgqd_start
	for _ in {1..100}; do
		setpriv --reuid 61717 --regid 61717 --clear-groups "$FILE" "$ROOM/said"
	done
	said_inside 100
}

@test "cgqd never waits for itself: its health command may be strict" {
	FILE=$(program_file web firstact)
	echo "[cgqd]"$'\n'"confirm.health = $FILE $ROOM/health" >"$ROOM/cgqd.conf"
	strict_group web firstact
	cgqd_start
	policy 60-other.conf <<<"[other]"
	cgq reload --confirm 30s >/dev/null
	wait_until 5 'the command runs' test -s "$ROOM/health"
	cgq list >/dev/null
	cgq confirm
	run ! log_says 'went on'
}

@test "what cannot be held back is said: a script, with file and line of the policy" {
	FILE=$ROOM/bin/$(named web)
	printf '#!/bin/sh\nexit 0\n' >"$FILE"
	chmod 755 "$FILE"
	policy 50-web.conf <<-EOF
		[web]
		match = exe:$FILE
		strict = yes
	EOF
	cgqd_start
	state_is web 'not in force'
	run cgq status web
	[ "$status" = 1 ]
	[[ "$output" == *"strict: $FILE: a script: what runs is its interpreter; processes are placed only once they run"* ]]
	[[ "$output" == *"50-web.conf:3"* ]]
	marked_are
}

@test "status says strict with its line; cgqd's gate is placed nowhere" {
	strict_group web firstact
	policy 60-all.conf <<<"[gates]"$'\n'"match = name:cgqd-gate parent:cgqd"
	cgqd_start
	is_outside "$(gate_pid)"
	kill -HUP "$CGQD"
	sleep 0.3
	is_outside "$(gate_pid)"
	# its three of every program, two sockets and one group of events: no lock, no socket of cgqd
	wait_until 5 'the gate has only what it needs' has_fds "$(gate_pid)" 6
	run cgq status web
	[ "$status" = 0 ]
	grep -qE 'strict +yes .*50-web.conf:3' <<<"$output"
}

@test "without the privilege for it strict is not in force, says so, and all else goes on" {
	strict_group web firstact
	mkdir "$ROOM/build"
	ln -s "$BUILD/cgq" "$ROOM/build/cgq"
	printf '#!/bin/sh\nexec setpriv --bounding-set -sys_admin --inh-caps -sys_admin %s "$@"\n' "$BUILD/cgqd" >"$ROOM/build/cgqd"
	chmod 755 "$ROOM/build/cgqd"
	BUILD=$ROOM/build
	cgqd_start
	state_is web 'not in force'
	run cgq status web --json
	[ "$status" = 1 ]
	[ "$(jq -r '.groups[0].knobs[] | select(.key == "strict") | .in_force, .reason, .at.line' <<<"$output")" = "false
strict: $FILE: fanotify's permission events need CAP_SYS_ADMIN
3" ]
	[ -z "$(gate_pid)" ]
	start web firstact --stay 60 "$ROOM/said"
	placed web web
}
