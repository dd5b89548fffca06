#!/usr/bin/env bats
# The starter: keepers of namespaces, and programs in them that are their caller's in all that matters.
# shellcheck disable=SC2016,SC2153 # single quotes are for the shells of programs
load lib
load starter

# --- who may not ------------------------------------------------------------------------------------------------

@test "who is another user than the one that connected is refused" {
	refused 'does not run as one user' --uid 1234
	refused 'does not run as one user' --gid 1234
	refused 'does not run as one user' --uid 1234 --gid 1234 --through 'setpriv --ruid=1234 --rgid=1234 --clear-groups'
	refused 'does not run as one user' --uid 0 --through 'setpriv --ruid=1234 --clear-groups'
}

@test "who is in a sandbox that its program would not be in is refused" {
	refused 'seccomp' --through "$PROGRAMS/confined"
	refused 'no_new_privs' --uid 1234 --gid 1235 --through 'setpriv --reuid=1234 --regid=1235 --clear-groups --no-new-privs'
	refused 'a user namespace of its own' --through 'unshare --user --map-root-user'
	refused 'a mount namespace of its own' --through 'unshare --mount'
	refused 'a cgroup namespace of its own' --through 'unshare --cgroup'
}

has_own_net() {
	[ "$(ns $$ net)" != "$(ns "$1" net)" ]
}

@test "what a member has made in a user namespace of its own is not entered" {
	unshare --user --map-root-user --net sleep 30 3>&- &
	wait_until 5 'it has one' has_own_net $!
	refused 'belongs to a user namespace of its own' --like $! --namespace 'net'
	kill $!
}

@test "a keeper's number that is another process's now is not entered" {
	sleep 30 3>&- &
	refused 'has ended' --keeper "$!:1" --namespace 'net'
	kill $!
}

@test "a file that is no namespace is not entered" {
	refused 'is no namespace' --namespace "net:path:/etc/passwd"
	refused 'No such file' --namespace "net:path:/run/netns/$TREE-none"
	refused 'Invalid argument' --namespace "net:path:/proc/self/ns/uts"
}

# --- what a program has -----------------------------------------------------------------------------------------

# field_in KEY [OPTION]…: of /proc/self/status of a program.
field_in() {
	local key=$1
	shift
	ask run "$@" -- grep "^$key:" /proc/self/status 2>/dev/null | cut -f2-
}

@test "a program of a user's has that user's ids, and no capability" {
	local as=(--uid 1234 --gid 1235 --through 'setpriv --reuid=1234 --regid=1235 --groups=7,8')
	[ "$(field_in Uid "${as[@]}")" = $'1234\t1234\t1234\t1234' ]
	[ "$(field_in Gid "${as[@]}")" = $'1235\t1235\t1235\t1235' ]
	[ "$(field_in Groups "${as[@]}")" = '7 8 ' ]
	for set in CapInh CapPrm CapEff CapAmb; do
		[ "$(field_in $set "${as[@]}")" = 0000000000000000 ] || fail "$set"
	done
}

@test "root has no more than the root that asked" {
	local bound='setpriv --bounding-set=-all,+chown,+kill'
	[ "$(field_in CapBnd --through "$bound")" = 0000000000000021 ]
	[ "$(field_in CapEff --through "$bound")" = 0000000000000021 ]
	[ "$(field_in CapEff)" = "$(awk '/^CapEff/ { print $2 }' /proc/self/status)" ]
	[ "$(field_in NoNewPrivs)" = 0 ]
	[ "$(field_in NoNewPrivs --through 'setpriv --no-new-privs')" = 1 ]
}

@test "limits, niceness, scheduling, umask, CPUs and oom_score_adj are the caller's" {
	local through='prlimit --nofile=77:99 --core=0 nice -n 7 choom -n 123 -- taskset -c 0 env'
	run -0 --separate-stderr bash -c 'umask 027; "$@"' - "$PROGRAMS/starter_ask" run --bound --through "$through" -- \
		sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; umask; nice; cat /proc/self/oom_score_adj; grep Cpus_allowed_list /proc/self/status'
	[ "$output" = $'77\n99\n0\n0027\n7\n123\nCpus_allowed_list:\t0' ] || fail "$output"
	run -0 --separate-stderr ask run --through 'chrt --idle 0 ionice -c 3' -- sh -c 'chrt -p $$; ionice -p $$'
	[[ $output == *SCHED_IDLE*$'\n'*$'\nidle' ]] || fail "$output"
	[[ $(ask run --through 'chrt --batch 0' -- sh -c 'chrt -p $$' 2>/dev/null) == *SCHED_BATCH* ]]
}

@test "a program inherits its three files and its folder, and nothing else" {
	run -0 --separate-stderr bash -c 'cd "$1" && exec 7</dev/null 8<. && "$2" run -- sh -c "ls /proc/self/fd; pwd" <"$1/log" 2>&1' - "$ROOM" "$PROGRAMS/starter_ask"
	[ "$(grep -v '^started' <<<"$output")" = "0
1
2
3
$ROOM" ] || fail "$output" # 3 is ls's own
}

@test "a program begins with no signal blocked or ignored, in a session and group of its own" {
	run -0 --separate-stderr bash -c 'trap "" PIPE USR1 TERM; exec "$1" run -- cat /proc/self/status /proc/self/stat' - "$PROGRAMS/starter_ask"
	grep -q $'^SigBlk:\t0000000000000000$' <<<"$output"
	grep -q $'^SigIgn:\t0000000000000000$' <<<"$output"
	read -r pid _ _ _ group session _ <<<"${lines[-1]}"
	[ "$pid" = "$group" ] && [ "$session" != "$(ps -o sid= $$ | tr -d ' ')" ]
}

@test "the environment is the caller's, and its PATH is where the program is looked for" {
	mkdir "$ROOM/path"
	printf '#!/bin/sh\necho "$A"\n' >"$ROOM/path/mine"
	chmod +x "$ROOM/path/mine"
	A='x y' PATH="$ROOM/path:$PATH" run -0 --separate-stderr ask run -- mine
	[ "$output" = 'x y' ]
}

@test "the exit status is the program's, or says why there is none" {
	run -7 --separate-stderr ask run -- sh -c 'exit 7'
	run -137 --separate-stderr ask run -- sh -c 'kill -9 $$'
	run -127 --separate-stderr ask run -- "$ROOM/none"
	run -126 --separate-stderr ask run -- /etc/passwd
	run -127 --separate-stderr ask run --namespace 'pid:new' -- "$ROOM/none"
	run -143 --separate-stderr ask run --namespace 'pid:new' -- sh -c 'kill $$'
}

@test "a program is born in the cgroup that it is given" {
	local folder
	for folder in "${MOUNTS[@]}"; do
		[ ! -e "$folder/cgroup.controllers" ] || break
	done
	[ -e "$folder/cgroup.controllers" ] || fail 'there is no cgroup v2'
	mkdir "$folder/$TREE"
	run -0 --separate-stderr ask run --cgroup "$folder/$TREE" -- grep '^0::' /proc/self/cgroup
	[ "$output" = "0::/$TREE" ] || fail "$output"
	run -0 --separate-stderr ask run --namespace pid:new --cgroup "$folder/$TREE" -- grep '^0::' /proc/self/cgroup
	[ "$output" = "0::/$TREE" ] || fail "$output"
	wait_until 5 'it is empty' rmdir "$folder/$TREE"
}

@test "nothing runs before it may, nor when the starter ends before" {
	ask run --no-go -- touch "$ROOM/ran" || true
	[ ! -e "$ROOM/ran" ]
	ask run --starter-dies-before -- touch "$ROOM/ran" || true
	wait_until 10 'all end' none_left
	[ ! -e "$ROOM/ran" ]
}

# --- keepers ----------------------------------------------------------------------------------------------------

@test "a keeper outlives the starter, and programs are in all that it keeps" {
	local kind
	KINDS=$ALL
	keep "$ALL"
	alive "$KEEPER"
	for kind in net pid ipc uts mnt; do
		[ "$(ns "$KEEPER" $kind)" != "$(ns $$ $kind)" ] || fail "$kind is ours"
		[ "$(inside stat -Lc %i /proc/self/ns/$kind 2>/dev/null)" = "$(ns "$KEEPER" $kind)" ] || fail "not in its $kind"
	done
	[ "$(inside hostname 2>/dev/null)" = web ]
	[ "$(ip netns exec "$TREE" readlink /proc/self/ns/net)" = "$(readlink "/proc/$KEEPER/ns/net")" ]
	[ "$(inside cat /sys/class/net/lo/flags 2>/dev/null)" = 0x9 ] # up
	[ "$(inside ls /sys/class/net 2>/dev/null)" = lo ]
	[ "$(inside cat /proc/1/comm 2>/dev/null)" = cgq-keeper ]
	[ "$(tr '\0' ' ' <"/proc/$KEEPER/cmdline")" = 'cgq-keeper: web ' ]
	[ "$(inside ls /dev/pts 2>/dev/null)" = ptmx ]
	inside test -e "${MOUNTS[0]}/cgroup.procs"
}

@test "a keeper that nobody has written down ends with its starter, and its name with it" {
	local keeper kinds
	for kinds in 'uts' "$ALL"; do
		keeper=$(ask abandon "$TREE" web "$kinds")
		KEEPERS+=("$keeper")
		wait_until 5 "the keeper of $kinds ends" is_gone "$keeper"
		wait_until 5 'its name is gone' test ! -e "/run/netns/$TREE"
	done
}

is_gone() {
	! alive "$1"
}

@test "a keeper has no capability that it does not need, and nothing open" {
	keep "$ALL"
	[ "$(awk '/^Cap(Prm|Eff|Bnd|Amb|Inh)/ && $2 !~ /^0+$/' "/proc/$KEEPER/status")" = '' ]
	[ "$(readlink "/proc/$KEEPER/fd/"* | sort -u)" = /dev/null ]
	keep 'net uts' -2
	[ "$(awk '/^CapEff/ { print $2 }' "/proc/$KEEPER/status")" = 0000000000080000 ] # sys_ptrace
}

# A dead one that nobody has waited for counts.
has_no_children() {
	[ -z "$(ps --ppid "$1" -o pid=)" ]
}

@test "nobody inside can end a keeper, and it reaps" {
	KINDS='pid'
	keep pid
	inside sh -c 'kill -TERM 1; kill -KILL 1; (sleep 0.1 &) & exit 0'
	wait_until 5 'it reaps' has_no_children "$KEEPER"
	alive "$KEEPER"
}

# lets_go_late KINDS LABEL: only once nobody is inside.
lets_go_late() {
	keep "$1" "$2"
	kept_is_let_go_late "$1"
}

kept_is_let_go_late() {
	ask run --keeper "$KEEPER" --namespace "$1" --detach -- sleep 30 >"$ROOM/pid"
	kill -TERM "$KEEPER"
	for _ in {1..10}; do nap; done
	alive "$KEEPER" || fail "it ended with somebody inside"
	kill "$(<"$ROOM/pid")"
	wait_until 5 'it lets go' gone "$KEEPER"
}

@test "a keeper lets go once nobody else is in its namespaces" {
	lets_go_late "$ALL" -1
	lets_go_late 'net ipc' -2
	keep "$ALL" -3
	kill "$KEEPER"
	wait_until 5 'it lets go' gone "$KEEPER"
}

@test "whoever unmounts /proc inside does not hold its keeper up, nor lets others down" {
	keep pid
	KINDS=pid
	inside umount /proc
	kept_is_let_go_late pid
}

@test "a keeper that cannot have its name is undone whole" {
	keep 'net'
	local first
	first=$(stat -c %i "/run/netns/$TREE")
	run -1 --separate-stderr ask keep "$TREE" web "$ALL"
	[[ $stderr == *'File exists'* ]] || fail "$stderr"
	[ "$(ours)" = "$KEEPER" ] || fail "left: $(ours)"
	[ "$(stat -c %i "/run/netns/$TREE")" = "$first" ]
}

@test "a name that is forgotten is gone from later keepers' mounts too" {
	keep net -1
	keep "$ALL" -2
	ask forget "$TREE-1" ''
	not grep -q "$TREE-1" "/proc/$KEEPER/mountinfo" # whose mounts are a copy of those with the name
	not test -e "/run/netns/$TREE-1"
	ask forget "$TREE-1" ''
}

@test "with the last name the folder of names is as it was" {
	# A /run of its own, where nobody else has names.
	run -0 unshare --mount --propagation private bash -ec '
		mount -t tmpfs none /run
		before=$(grep -c /run /proc/mounts)
		keeper=$("$1" keep "$2" web net)
		[ "$(ls /run/netns)" = "$2" ]
		kill "$keeper"
		"$1" forget "$2" ""
		[ ! -e /run/netns ]
		[ "$(grep -c /run /proc/mounts)" = "$before" ]' - "$PROGRAMS/starter_ask" "$TREE"
}

@test "programs of one start share what is new, and nobody else does" {
	run -0 --separate-stderr ask run --group web/php --namespace 'net:new pid:new uts:new ipc:new' -- \
		sh -c 'hostname; echo $$; cat /proc/1/comm; ls /sys/class/net; sleep 30 & kill -9 1; echo on'
	[ "$output" = $'php\n2\ncgq-init\nlo\non' ] || fail "$output"
}

@test "the init of a start ends with its program, and with it all that the program left" {
	local seconds=77.$$
	ask run --namespace pid:new -- sh -c "setsid sleep $seconds & exit 3" || [ $? = 3 ]
	wait_until 5 'what was left ends' not pgrep -x -f "sleep $seconds"
}

@test "who enters is in the namespaces of the process that it is to be like" {
	ask run --namespace 'pid:new net:new' --detach -- sleep 30 >"$ROOM/pid"
	local like
	like=$(<"$ROOM/pid")
	run -0 --separate-stderr ask run --like "$like" --namespace 'pid:new net:new' -- sh -c 'readlink /proc/self/ns/net; cat /proc/1/comm'
	[ "$output" = "$(readlink "/proc/$like/ns/net")"$'\ncgq-init' ] || fail "$output"
	kill "$like"
}

@test "a path is shared as it is, and a pid namespace of a path has its own /proc" {
	keep 'net pid'
	run -0 --separate-stderr ask run --namespace "net:path:/run/netns/$TREE pid:path:/proc/$KEEPER/ns/pid" -- \
		sh -c 'readlink /proc/self/ns/net; cat /proc/1/comm'
	[ "$output" = "$(readlink "/proc/$KEEPER/ns/net")"$'\ncgq-keeper' ] || fail "$output"
}

# --- the conversation -------------------------------------------------------------------------------------------

# talk OPTION… -- COMMAND: in the background, as TALK (the client); its output in $ROOM/out.
talk() {
	rm -f "$ROOM/out"
	ask run "$@" >"$ROOM/out" 2>&1 &
	ASKING=$!
	wait_until 10 'it is started' grep -q ready "$ROOM/out"
	wait_until 10 'its client knows' grep -q '^started [0-9]' "$ROOM/out" # which may be later than the program's first word
	TALK=$(pgrep -f "^$PROGRAMS/starter_ask client .* stay " | while read -r pid; do
		! grep -qzx "STARTER_TEST=$TREE" "/proc/$pid/environ" || echo "$pid"
	done)
	PROGRAM=$(sed -nE 's/^started ([0-9]+).*/\1/p' "$ROOM/out")
}

@test "signals to the client are the program's" {
	local kinds
	for kinds in '' 'pid:new'; do
		talk --namespace "$kinds" -- sh -c 'trap "echo usr1" USR1; trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
		kill -USR1 "$TALK"
		wait_until 5 'it hears USR1' grep -q usr1 "$ROOM/out"
		kill -TERM "$TALK"
		ends_with 9
	done
}

ends_with() {
	local status=0
	wait "$ASKING" || status=$?
	[ $status = "$1" ] || fail "status $status"
}

is_stopped() {
	[[ $(ps -o stat= "$1") == T* ]]
}

@test "a client that is stopped stops its program, and goes on with it" {
	local kinds
	for kinds in '' 'pid:new'; do
		talk --namespace "$kinds" -- sh -c 'echo ready; while :; do sleep 0.05; done'
		kill -TSTP "$TALK"
		wait_until 5 'the program stops' is_stopped "$PROGRAM"
		wait_until 5 'the client stops' is_stopped "$TALK"
		kill -CONT "$ASKING" "$(ps -o ppid= "$TALK" | tr -d ' ')" "$TALK"
		wait_until 5 'the program goes on' not is_stopped "$PROGRAM"
		kill -KILL "$PROGRAM"
		ends_with 137
	done
}

@test "a program without a terminal goes on when its client is killed" {
	local as
	for as in '' '--uid 1234 --gid 1235 --through'; do
		# shellcheck disable=SC2086 # words; the last is one
		talk $as ${as:+"setpriv --reuid=1234 --regid=1235 --clear-groups"} --namespace '' -- sh -c 'echo ready; exec sleep 30'
		kill -KILL "$TALK"
		wait $ASKING || true
		wait_until 5 'its supervisor ends' none_left
		alive "$PROGRAM"
		kill "$PROGRAM"
	done
}

@test "a program and its client go on when the starter ends" {
	run -6 --separate-stderr ask run --starter-dies -- sh -c 'sleep 0.6; exit 6'
}

# on_terminal COMMAND…: on a terminal of its own, whose keys come from descriptor 9.
on_terminal() {
	mkfifo "$ROOM/keys"
	script -qec "stty rows 33 cols 77 -ixon; $*" /dev/null <"$ROOM/keys" >"$ROOM/out" 2>&1 &
	SCRIPT=$!
	exec 9>"$ROOM/keys"
	wait_until 10 'it is ready' grep -q ready "$ROOM/out"
}

@test "a program has a terminal of its own namespaces, with the caller's size and keys" {
	keep "$ALL"
	on_terminal "$PROGRAMS/starter_ask run --terminal --keeper $KEEPER --namespace '$ALL' -- \
		sh -c 'tty; stty size; stty -a; ls /dev/pts; trap \"echo interrupted\" INT; echo ready; read x; read x; echo \"got \$x\"; read x; exit 5'; echo \"status \$?\"; stty -a"
	grep -q '^/dev/pts/0' "$ROOM/out" && grep -q '^33 77' "$ROOM/out" && grep -q -- '-ixon' "$ROOM/out" || fail "$(<"$ROOM/out")"
	printf '\003' >&9
	wait_until 5 '^C is its' grep -q interrupted "$ROOM/out"
	printf 'hello\r' >&9
	wait_until 5 'what is typed is its' grep -q 'got hello' "$ROOM/out"
	printf '\r' >&9
	wait_until 5 'its status is ours' grep -q 'status 5' "$ROOM/out"
	wait_until 5 'the terminal is as it was' grep -qE ' icanon .*' "$ROOM/out"
	exec 9>&-
	wait $SCRIPT || true
}

@test "a program on a terminal is hung up when its client dies" {
	on_terminal "$PROGRAMS/starter_ask run --terminal -- sh -c 'trap \"echo hup >$ROOM/hup; exit\" HUP; echo ready; while :; do sleep 0.05; done'"
	kill -KILL "$(pgrep -f "^$PROGRAMS/starter_ask client .* stay .*$ROOM/hup")"
	wait_until 5 'it is hung up' test -e "$ROOM/hup"
	exec 9>&-
	wait $SCRIPT || true
}

# --- many -------------------------------------------------------------------------------------------------------

everything() {
	wc -l </proc/self/mountinfo
	ip -o link | wc -l
	ours | wc -l
	find /run/netns -name "$TREE*" 2>/dev/null | wc -l
}

@test "a thousand cycles leave no mount, link, process or descriptor" {
	local before after
	before=$(everything)
	run -0 --separate-stderr timeout 300 "$PROGRAMS/starter_ask" cycles 1000 "$TREE" "$ALL" true
	[[ ${lines[-1]} == 'open 0' ]] || fail "of the starter's descriptors: $output"
	echo "# ${lines[0]} for 1,000" >&3
	wait_until 10 'all is as before' nothing_more_than "$before"
}

# nothing_more_than BEFORE: line by line. Less there may be, where somebody else's has gone since.
nothing_more_than() {
	paste <(echo "$1") <(everything) | awk '$2 > $1 { exit 1 }'
}
