#!/usr/bin/env bats
# What the commands answer while a daemon runs, and their exit codes.
load lib

@test "without a daemon every command that needs one exits 3 with one line" {
	local command
	for command in list status ps 'explain 1' diff reload reset 'pin 1 a' 'unpin 1' 'freeze a' 'thaw a' 'kill a'; do
		# shellcheck disable=SC2086 # a word each
		run -3 --separate-stderr cgq $command
		[ "$(wc -l <<<"$stderr")" = 1 ] || fail "$command: $stderr"
		[ -z "$output" ]
	done
}

@test "list has a row a group, a last one for the outside, and the keys of the contract" {
	policy_of_web
	start web threads
	cgqd_start
	run -0 cgq
	[[ $output == *web* ]]
	run -0 cgq list --json
	local key
	for key in group procs cpu_percent cpu_min_percent cpu_max_percent throttled_percent memory_bytes memory_max_bytes state; do
		jq -e --arg k "$key" '.groups[0] | has($k)' <<<"$output" >/dev/null || fail "no $key"
	done
	jq -e '.outside | type == "object"' <<<"$output"
	[ "$(said web procs)" = 1 ]
	within "$(said web cpu_max_percent)" 49.9 50.1 'ceiling'
	[ "$(said web memory_max_bytes)" = $((300 << 20)) ]
	run -0 cgq list -n -o group,state
	[[ ${lines[0]} == web* ]]
	run -2 cgq list -o nonsense
}

@test "unlimited is -1, unknown is null" {
	printf '[web]\n' | policy 50-web.conf
	cgqd_start
	[ "$(said web cpu_max_percent)" = -1 ]
	[ "$(said web procs)" = 0 ]
	[[ $(said web memory_max_bytes) == @(-1|null) ]]
}

@test "a group that cannot be had is 4, one that is not as wanted is 1" {
	policy_of_web
	cgqd_start
	run -0 cgq status
	run -0 cgq status web
	[[ $output == *50-web.conf:3* ]]
	run -4 cgq status nothing
	run -4 cgq ps nothing
}

@test "usage errors are 2 with a specific line" {
	run -2 cgq nonsense
	run -2 cgq explain
	run -2 cgq explain x1
	run -2 cgq list --nonsense
	cgqd_ends --nonsense
	[ "$status" = 2 ]
}

@test "only root may change, and strangers may not even read" {
	policy_of_web
	cgqd_start
	chmod 755 "$ROOM"
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/cgq" --socket "$SOCKET" reload
	[ "$status" -ne 0 ]
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/cgq" --socket "$SOCKET" list
	[ "$status" -ne 0 ]
	knob_is web ceiling 50
}

@test "a stock varlink client can ask" {
	policy_of_web
	cgqd_start
	# One call a line; python's smallest package has no json.
	run -0 python3 - "$SOCKET" <<-'EOF'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		def call(method, parameters="{}"):
		    s.sendall(b'{"method":"%s","parameters":%s}\0' % (method.encode(), parameters.encode()))
		    answer = b""
		    while not answer.endswith(b"\0"):
		        answer += s.recv(65536)
		    print(answer[:-1].decode())
		call("org.varlink.service.GetInfo")
		call("org.varlink.service.GetInterfaceDescription", '{"interface":"io.cgq"}')
		call("io.cgq.List")
		call("io.cgq.Status", '{"group":"none"}')
		call("io.cgq.Nothing")
		call("io.cgq.Explain", '{"pid":"x"}')
	EOF
	jq -e '.parameters.interfaces | index("io.cgq")' <<<"${lines[0]}"
	jq -e '.parameters.description | contains("method List(")' <<<"${lines[1]}"
	jq -e '.parameters.groups[0].group == "web"' <<<"${lines[2]}"
	jq -e '.error == "io.cgq.NoSuchGroup"' <<<"${lines[3]}"
	jq -e '.error == "org.varlink.service.MethodNotFound"' <<<"${lines[4]}"
	jq -e '.error == "org.varlink.service.InvalidParameter"' <<<"${lines[5]}"
}

@test "--check reads the policy and ends" {
	policy_of_web
	cgqd_ends --check
	[ "$status" = 0 ]
	printf '[web]\ncpuu = 3%%\n' | policy 60-bad.conf
	cgqd_ends --check
	[ "$status" = 1 ]
	[[ $output == *60-bad.conf:2:* ]]
	no_tree
}

@test "--check: the settings too" {
	policy_of_web
	printf '[cgqd]\nverify = 30s # often\n' >"$ROOM/cgqd.conf"
	cgqd_ends --check
	[ "$status" = 1 ]
	[[ $output == *cgqd.conf:2:\ verify:* ]]
	printf '[cgqd]\nverify = 30s\n' >"$ROOM/cgqd.conf"
	chmod 666 "$ROOM/cgqd.conf"
	cgqd_ends --once
	[ "$status" = 1 ]
	[[ $output == *'cgqd.conf:1: is writable by others than root'* ]] || fail "$output"
	no_tree
	rm "$ROOM/cgqd.conf" && mkfifo "$ROOM/cgqd.conf"
	cgqd_ends --check
	[ "$status" = 1 ]
	[[ $output == *'cgqd.conf:1: is a FIFO'* ]] || fail "$output"
	rm "$ROOM/cgqd.conf" && mkdir "$ROOM/cgqd.conf"
	cgqd_ends --check
	[ "$status" = 2 ]
	rmdir "$ROOM/cgqd.conf" && ln -s nothing "$ROOM/cgqd.conf"
	cgqd_ends --once
	[ "$status" = 1 ]
	[[ $output == *'cgqd.conf: cannot be read: is a link to nothing'* ]] || fail "$output"
}
