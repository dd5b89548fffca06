#!/usr/bin/env bats
# What a person decides about one process stands.
load lib

two() {
	policy 50-two.conf <<-EOF
		[db]
		match = name:$(named db)
		[web]
		match = name:$(named web)
	EOF
}

# how PID: what explain says of it
how() {
	cgq explain "$1" --json | jq -r .how
}

is_how() {
	[ "$(how "$1")" = "$2" ]
}

# mother LABEL: a shell that has a grandchild once it is told to, whose parent ends at once.
mother() {
	mkfifo "$ROOM/$1"
	cp "$(type -P sleep)" "$ROOM/bin/$(named "$1-child")" # the test programs die with their parent
	# shellcheck disable=SC2016 # for that shell
	bash -c 'read -r _ <"$1"; ("$2" 100 &); read -r _ <"$1"' mother "$ROOM/$1" "$ROOM/bin/$(named "$1-child")" \
		</dev/null >/dev/null 2>>"$LOG" 3>&- &
	PID[$1]=$!
	STARTED+=($!)
}

# child_of LABEL: told now; PID[LABEL-child] is the grandchild.
child_of() {
	echo now >"$ROOM/$1"
	wait_until 5 'it has a child' has_instances "$1-child" 1
	PID[$1-child]=$(instances "$1-child")
}

@test "a pin beats the rule, at once, and is shown with who and when" {
	two
	start web threads
	cgqd_start
	placed web web
	run -0 --separate-stderr cgq pin "${PID[web]}" db
	[ -z "$output$stderr" ]
	is_in db "${PID[web]}"
	run -0 cgq explain "${PID[web]}"
	[[ $output == *'a person pinned it'* && $output == *'pinned     to db by root, '* ]] || fail "$output"
	run -0 cgq ps db --json
	jq -e --argjson p "${PID[web]}" '.processes == [.processes[] | select(.pid == $p and .how == "pinned" and .pinned_by == "root" and
		(.pinned_at | startswith("20")) and .rule == null)]' <<<"$output"
	log_says 'pinned to db by root'
}

# Of a group where nothing runs nothing is read again, but after a move.
@test "a process that sleeps is counted where it was pinned to, in the next answer" {
	two
	start db threads
	start web threads
	cgqd_start
	placed db db
	placed web web
	sleep 2.2
	cgq list >/dev/null
	sleep 1.2
	[ "$(cgq list --json | jq -c '[.groups[].procs]')" = '[1,1]' ]
	cgq pin "${PID[web]}" db
	[ "$(cgq list --json | jq -c '[.groups[].procs]')" = '[2,0]' ]
}

# The kernel tells of the end of its first thread before it tells of the exec, by which another takes its number.
@test "an exec that another thread calls is no end: pin, group and origin stand" {
	local before
	two
	start web renamer "thread-exec=$(program_file other threads)"
	mkdir "${MOUNT[cpu]}/$TREE-from"
	echo "${PID[web]}" >"${MOUNT[cpu]}/$TREE-from/cgroup.procs"
	before=$(where "${PID[web]}")
	cgqd_start
	cgq pin "${PID[web]}" db
	kill -USR1 "${PID[web]}"
	wait_until 5 'it calls exec' executes "${PID[web]}" "$ROOM/bin/$(named other)"
	sleep 0.5
	is_in db "${PID[web]}"
	cgq explain "${PID[web]}"
	cgq unpin "${PID[web]}"
	cgq reset
	is_back "${PID[web]}" "$before"
	stop web
	rmdir "${MOUNT[cpu]}/$TREE-from"
}

@test "a pin stands over exec, reload and a change of policy" {
	two
	start web renamer "exec=$(program_file other threads)"
	cgqd_start
	cgq pin "${PID[web]}" db
	cgq reload
	is_in db "${PID[web]}"
	kill -USR1 "${PID[web]}"
	wait_until 5 'it calls exec' executes "${PID[web]}" "$ROOM/bin/$(named other)"
	policy_now 60-more.conf <<-EOF
		[other]
		match = name:$(named other)
	EOF
	is_in db "${PID[web]}"
	is_how "${PID[web]}" pinned
}

@test "a pin stands over SIGKILL of cgqd, also where it could not act" {
	two
	start web threads
	start loose threads
	cgqd_start
	cgq pin "${PID[web]}" db
	cgq pin "${PID[loose]}" web
	cgqd_kill
	cgqd_start
	is_in db "${PID[web]}"
	is_in web "${PID[loose]}"
	is_how "${PID[loose]}" pinned
	cgq unpin "${PID[loose]}"
	is_outside "${PID[loose]}"
}

@test "unpinned, it goes where a rule says, or back where it came from, and who followed it too" {
	two
	local before
	start web threads
	start loose forker --alive 5 --live 20000
	before=$(where "${PID[loose]}")
	cgqd_start
	cgq pin "${PID[web]}" db
	cgq pin "${PID[loose]}" db
	is_in db "${PID[loose]}"
	start_as second loose forker --alive 5 --live 20000
	cgq pin "${PID[second]}" db
	sleep 1
	cgq reload
	# shellcheck disable=SC2046 # a pid each
	are_in db $(descendants "${PID[second]}") # born since, they follow
	cgq unpin "${PID[second]}"
	cgq reload
	cgq unpin "${PID[web]}"
	is_in web "${PID[web]}"
	is_how "${PID[web]}" rule
	cgq unpin "${PID[loose]}"
	is_back "${PID[loose]}" "$before"
	local pid
	for pid in $(descendants "${PID[loose]}") $(descendants "${PID[second]}"); do
		is_outside "$pid" || gone "$pid"
	done
	run -1 --separate-stderr cgq unpin "${PID[loose]}"
	[[ $stderr == *'it is not pinned'* ]]
}

@test "children of a pinned process are judged as ever; with --children they are pinned with it" {
	two
	policy 60-match.conf <<-EOF
		[own]
		match = name:$(named never)
		children = match
	EOF
	start one forker --alive 3 --live 20000
	start all forker --alive 3 --live 20000
	wait_until 5 'both have children' has_descendants "${PID[one]}"
	wait_until 5 'both have children' has_descendants "${PID[all]}"
	cgqd_start
	cgq pin "${PID[one]}" own
	cgq pin "${PID[all]}" own --children
	is_in own "${PID[one]}" "${PID[all]}"
	local pid late
	for pid in $(descendants "${PID[one]}"); do
		is_outside "$pid" || gone "$pid" || fail "child $pid"
	done
	late=$(descendants "${PID[all]}")
	# shellcheck disable=SC2086 # a pid each
	are_in own $late
	pid=$(head -n 1 <<<"$late")
	is_how "$pid" pinned
}

@test "an heir is pinned also when the one who was pinned, and cgqd, are gone" {
	two
	mother all
	cgqd_start
	cgq pin "${PID[all]}" db --children
	sleep 1.2 # for a second after a move, every child is looked at anyway
	child_of all
	placed db all-child
	is_how "${PID[all-child]}" pinned
	sleep $((1 + SLOW)) # inherited pins are written down a second later
	cgqd_kill
	stop all
	cgqd_start
	is_in db "${PID[all-child]}"
	is_how "${PID[all-child]}" pinned
	cgq unpin "${PID[all-child]}"
	is_outside "${PID[all-child]}"
}

@test "an heir that is released alone is free, and inherits no more" {
	two
	mother all
	cgqd_start
	cgq pin "${PID[all]}" db --children
	child_of all
	placed db all-child
	cgq unpin "${PID[all-child]}"
	is_outside "${PID[all-child]}"
	cgq reload
	is_outside "${PID[all-child]}"
	is_in db "${PID[all]}"
}

@test "who follows a pinned process stays as long as that is pinned, whoever its parent is by then" {
	two
	mother shell
	cgqd_start
	cgq pin "${PID[shell]}" db
	child_of shell
	placed db shell-child
	cgq reload
	is_in db "${PID[shell-child]}"
	is_how "${PID[shell-child]}" stays
	cgq unpin "${PID[shell]}"
	is_outside "${PID[shell-child]}"
}

@test "children born later inherit, and are released with the process that was pinned" {
	two
	start all forker --alive 10 --live 200 --storm 20
	cgqd_start
	cgq pin "${PID[all]}" db --children
	sleep 2 # for a second after a move, every child is looked at anyway
	cgq ps db --json | jq -e '[.processes[].how] | length > 3 and all(. == "pinned")' || fail "$(cgq ps db)"
	local pid pids
	pids=$(descendants "${PID[all]}")
	[ -n "$pids" ]
	# shellcheck disable=SC2086
	are_in db $pids
	cgq unpin "${PID[all]}"
	for pid in $(descendants "${PID[all]}"); do
		wait_until 3 "$pid is outside" is_outside "$pid"
	done
}

@test "the group goes: back where it came from, and the pin waits for it" {
	two
	local before
	start web threads
	before=$(where "${PID[web]}")
	cgqd_start
	cgq pin "${PID[web]}" db
	printf '[web]\nmatch = name:%s\n' "$(named web)" | policy_now 50-two.conf
	is_back "${PID[web]}" "$before"
	log_says 'which is no group any more: it goes back to where it came from, and the pin waits'
	run -0 cgq explain "${PID[web]}"
	[[ $output == *'no such group now, and the pin waits'* ]]
	cgqd_kill
	cgqd_start
	is_outside "${PID[web]}"
	two
	cgq reload
	is_in db "${PID[web]}"
}

@test "what may not be placed may not be pinned" {
	two
	cgqd_start
	run -1 --separate-stderr cgq pin 1 web
	[[ $stderr == *'never placed: pid 1'* ]] || fail "$stderr"
	run -1 --separate-stderr cgq pin 2 web
	[[ $stderr == *'a kernel thread'* || $stderr == *'no process'* ]] || fail "$stderr"
	run -1 --separate-stderr cgq pin "$CGQD" web
	[[ $stderr == *'it is cgqd itself'* ]] || fail "$stderr"
	run -1 cgq pin 4194303 web
	run -1 --separate-stderr cgq pin $$ nothing
	[[ $stderr == *"no group 'nothing'"* ]] || fail "$stderr"
	run -2 cgq pin x web
	run -2 cgq pin 1
	start web threads --threads 2
	run -1 --separate-stderr cgq pin "$(basename "$(find "/proc/${PID[web]}/task" -mindepth 1 -maxdepth 1 | sort | tail -n 1)")" web
	[[ $stderr == *"a thread of process ${PID[web]}"* ]] || fail "$stderr"
}

@test "what is in a delegated cgroup may not be pinned" {
	two
	local home=${MOUNT[cpu]}/cgq-test-$RUN-home
	mkdir "$home"
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.delegate", b"1")' "$home"
	start loose threads
	echo "${PID[loose]}" >"$home/cgroup.procs"
	cgqd_start
	run -1 --separate-stderr cgq pin "${PID[loose]}" web
	[[ $stderr == *'it is never placed: '*delegated* ]] || fail "$stderr"
	[ "$(cgroup_of "${PID[loose]}")" = "/cgq-test-$RUN-home" ]
	stop loose
	wait_until 5 'nobody is at home' rmdir "$home"
}

@test "pinned to a passive group it stays where it is, and cgq says so" {
	printf '[look]\nenforce = no\n' | policy 50-look.conf
	start loose threads
	cgqd_start
	run -0 --separate-stderr cgq pin "${PID[loose]}" look
	[[ $stderr == *'is pinned, and stays where it is'* ]] || fail "$stderr"
	is_outside "${PID[loose]}"
	cgq ps look --json | jq -e '.processes[0].how == "pinned"'
}

@test "when a pinned process ends, who followed it belongs there still" {
	two
	mother shell
	cgqd_start
	cgq pin "${PID[shell]}" db
	child_of shell
	placed db shell-child
	stop shell
	cgq reload
	is_in db "${PID[shell-child]}"
	cgqd_kill
	cgqd_start
	is_in db "${PID[shell-child]}"
}

@test "the pin of an earlier process with that number pins nobody, and damage costs a line" {
	two
	start loose threads
	cgqd_start
	cgq pin "${PID[loose]}" db
	cgqd_stop
	sed -Ei "s/^(${PID[loose]}) [0-9]+ /\\1 77 /" "$STATE/pins"
	grep -q "^${PID[loose]} 77 " "$STATE/pins"
	cgqd_start
	is_outside "${PID[loose]}"
	is_how "${PID[loose]}" none
	cgqd_stop
	printf 'rubbish\0\xff\n' >"$STATE/pins"
	cgqd_start
	log_says 'state: pins was not written by this version of cgqd'
	cgq pin "${PID[loose]}" db
	cgqd_kill
	cgqd_start
	is_in db "${PID[loose]}"
}

@test "where nothing can be written down, a pin holds as long as cgqd" {
	two
	start loose threads
	cgqd_start
	mkdir "$STATE/.pins.new"
	cgq pin "${PID[loose]}" db
	is_in db "${PID[loose]}"
	cgq reload || true
	is_in db "${PID[loose]}"
	log_says 'pins that changed do not outlive this cgqd'
	[ "$(log_lines 'do not outlive')" = 1 ]
	rmdir "$STATE/.pins.new"
}

@test "what has no cgroup cannot be frozen" {
	printf '[look]\nenforce = no\n' | policy 50-look.conf
	cgqd_start
	run -1 --separate-stderr cgq freeze look
	[[ $stderr == *'has no cgroup that could be frozen'* ]] || fail "$stderr"
	run -1 cgq freeze nothing
	run -1 cgq kill look
}

@test "another signal is sent once, to all of the group" {
	two
	start web threads
	start_as two web threads
	start db threads
	cgqd_start
	placed web web two
	run -0 cgq kill web --signal STOP --json
	jq -e '.signalled == 2' <<<"$output"
	wait_until 5 'stopped' grep -q '^State:.T' "/proc/${PID[two]}/status"
	grep -q '^State:.S' "/proc/${PID[db]}/status"
	run -2 cgq kill web --signal NONSENSE
	cgq kill web -s TERM
	cgq kill web -s SIGCONT
	wait_until 5 'ended' gone "${PID[two]}"
}
