#!/usr/bin/env bats
# While everything is looked at, others go on. The machine has thousands of processes here: a look takes its time.
load lib

# Longer ones would be cut by the crowd, to leave room for its numbers.
crowd_name() {
	echo "b$RUN"
}

# crowd_start COUNT
crowd_start() {
	setpriv --pdeathsig KILL "$PROGRAMS/crowd" "$1" "$(crowd_name)" >"$ROOM/crowd" 3>&- &
	CROWD=$!
	STARTED+=("$CROWD")
	wait_until 30 'the crowd is there' grep -q ready "$ROOM/crowd"
}

# crowd_is_in GROUP: its first one and its last.
crowd_is_in() {
	# shellcheck disable=SC2046 # a pid a word
	is_in "$1" $(pgrep -P "$CROWD" | sed -n '1p;$p')
}

# crowd_belongs_to GROUP: of the two, and the programs called late with it.
crowd_belongs_to() {
	local other=before
	[ "$1" = before ] && other=after
	policy 50-crowd.conf <<-EOF
		[$1]
		match = name:$(crowd_name)*,$(named late)
		cpu = 1%..100%

		[$other]
		match = name:$(named nobody)
		cpu = 1%..100%
	EOF
}

# asker_start: asks for the list again and again, and writes down "BEFORE AFTER" of each answer, until it is stopped.
asker_start() {
	python3 - "$SOCKET" "$ROOM/answers" <<-'EOF' 3>&- &
		import json, socket, sys
		out = open(sys.argv[2], 'w', buffering=1)
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		while True:
		    s.sendall(b'{"method":"io.cgq.List"}\0')
		    answer = b''
		    while not answer.endswith(b'\0'):
		        answer += s.recv(65536)
		    groups = json.loads(answer[:-1])['parameters']['groups']
		    procs = {g['group']: (g['procs'], g['state']) for g in groups}
		    print(procs['before'][0], procs['after'][0], procs['before'][1], procs['after'][1], file=out)
	EOF
	ASKER=$!
	STARTED+=("$ASKER")
	wait_until 5 'it asks' test -s "$ROOM/answers"
}

procs_are() {
	[ "$(tail -n 1 "$ROOM/answers")" = "$1 $2 ok ok" ]
}

@test "who asks while thousands are moved is answered before that is done, and who asked for it only then" {
	crowd_start 3000
	crowd_belongs_to before
	cgqd_start
	asker_start
	wait_until 5 'all are in the first group' procs_are 3000 0
	crowd_belongs_to after
	cgq reload
	crowd_is_in after
	wait_until 5 'all are in the other group' procs_are 0 3000
	awk '$1 > 0 && $2 > 0 { n++ } END { exit !n }' "$ROOM/answers" || fail "$(uniq -c "$ROOM/answers")"
	# Nor does what is on its way look like something that is wrong.
	run ! grep -v ' ok ok$' "$ROOM/answers"
}

@test "what starts while everything is looked at is placed, whoever asks meanwhile" {
	local i pids=()
	crowd_start 1500
	crowd_belongs_to before
	cgqd_start
	asker_start
	for ((i = 0; i < 10; i++)); do
		if ((i % 2)); then crowd_belongs_to before; else crowd_belongs_to after; fi
		cgq reload &
		local reload=$!
		start_as "late$i" late threads
		wait $reload
	done
	for ((i = 0; i < 10; i++)); do pids+=("${PID[late$i]}"); done
	wait_until 5 'all that came late are there' is_in before "${pids[@]}"
}

@test "what changes something waits until all has been looked at" {
	local pid
	crowd_start 3000
	crowd_belongs_to before
	start web threads
	cgqd_start
	crowd_belongs_to after
	cgq reload &
	local reload=$! tries
	for ((tries = 1000; tries > 0; tries--)); do
		! grep -q 'moved to after' "$LOG" || break
	done
	cgq pin "${PID[web]}" before
	wait $reload
	is_in before "${PID[web]}"
	crowd_is_in after
	awk '/moved to after/ { moved++ } /pinned to before/ { print moved + 0 }' "$LOG" >"$ROOM/moved_then"
	grep -qxE '0|3000' "$ROOM/moved_then" || fail "in the middle: after $(<"$ROOM/moved_then") moves"
}
