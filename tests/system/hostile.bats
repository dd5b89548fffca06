#!/usr/bin/env bats
# Whatever lies in the folder costs one clear line, and neither the policy in force, nor memory, nor descriptors.
load lib

good() {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
	EOF
}

has_fds_at_most() {
	[ "$(fds "$CGQD")" -le "$1" ]
}

# refused_alone FILE: after a reload it is named, the rest is in force, and the daemon is as it was.
refused_alone() {
	local memory descriptors
	# The first reload and the first second open what is kept; after them nothing may grow.
	cgq reload >/dev/null 2>&1 || true
	sleep 1.2
	memory=$(rss_kib "$CGQD")
	descriptors=$(fds "$CGQD")
	for _ in 1 2 3; do
		run timeout $((10 * SLOW)) "$BUILD/cgq" --socket "$SOCKET" reload
		[ "$status" = 1 ] || fail "reload: status $status: $output" || return
	done
	[[ $output == *"$1"* ]] || fail "the file is not named: $output" || return
	[ "$(grep -c -- "$1" <<<"$output")" -le 2 ] || fail "more than a line or two: $output" || return
	[ "$(LC_ALL=C tr -d '\n\t\40-\176\200-\377' <<<"$output" | wc -c)" = 0 ] || fail 'control bytes reach the terminal' || return
	[ "${#output}" -le 4000 ] || fail "an answer of ${#output} bytes" || return
	wait_until 2 'its descriptors are as before' has_fds_at_most "$descriptors" || return
	within "$(($(rss_kib "$CGQD") - memory))" -100000 1024 'KiB that it grew' || return
	knob_is web ceiling 50
}

@test "a FIFO" {
	good
	cgqd_start
	mkfifo "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
}

@test "a socket, a device, a folder, a dangling link" {
	good
	cgqd_start
	mkdir "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
	rmdir "$CONF/60-bad.conf"
	ln -s /dev/zero "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
	rm "$CONF/60-bad.conf"
	ln -s /nowhere/at/all "$CONF/60-bad.conf"
	cgq reload || true
	knob_is web ceiling 50
}

@test "a gigabyte of zeros" {
	good
	cgqd_start
	truncate -s 1G "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
}

@test "a NUL byte" {
	good
	cgqd_start
	printf '[db]\ncpu = 1\0000%%\n' >"$CONF/60-bad.conf"
	refused_alone 60-bad.conf:2
	no_group db
}

@test "a line of 10 MB" {
	good
	cgqd_start
	head -c 10M /dev/zero | tr '\0' x >"$CONF/60-bad.conf"
	refused_alone 60-bad.conf
}

@test "a line of 2,000 bytes" {
	good
	cgqd_start
	{ printf '[db]\nmatch = name:'; head -c 2000 /dev/zero | tr '\0' x; echo; } >"$CONF/60-bad.conf"
	refused_alone 60-bad.conf:2
}

@test "bytes of a program" {
	good
	cgqd_start
	cp "$PROGRAMS/hog" "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
}

@test "escape sequences are shown, not obeyed" {
	good
	cgqd_start
	printf '[db]\n\033[31mcpu\033]0;owned\007 = 1%%\n' >"$CONF/60-bad.conf"
	refused_alone 60-bad.conf:2
}

@test "a BOM and CRLF: taken, or refused with a line that says so" {
	good
	cgqd_start
	printf '\357\273\277[db]\r\ncpu = 10%%\r\n' >"$CONF/60-dos.conf"
	if run cgq reload && [ "$status" = 0 ]; then
		knob_is db ceiling 10
	else
		[[ $output == *60-dos.conf:1:* ]]
	fi
	knob_is web ceiling 50
}

@test "half of a file" {
	good
	cgqd_start
	printf '[db]\ncpu = 10%%\n[ca' >"$CONF/60-bad.conf"
	refused_alone 60-bad.conf:3
	no_group db
}

@test "names and numbers that are none" {
	good
	cgqd_start
	local text
	for text in '[../x]' '[cpu.max]' '[a/_self]' '[/a]' '[a//b]' '[.]' '[tasks]'; do
		printf '%s\ncpu = 1%%\n' "$text" >"$CONF/60-bad.conf"
		run -1 cgq reload
		[[ $output == *60-bad.conf:1:* ]] || fail "$text: $output"
	done
	for text in 'cpu = 0x10' 'cpu = 1e9' 'cpu = -0' 'cpu = 50%%' 'memory = 18446744073709551616' 'tasks = 99999999999999999999999' \
		'cpu =' 'cpu = 60%..40%' 'memory = 1Q' 'cpus = 0-' 'match =' 'match = name:' 'match = color:red'; do
		printf '[db]\n%s\n' "$text" >"$CONF/60-bad.conf"
		run -1 cgq reload
		[[ $output == *60-bad.conf:2:* ]] || fail "$text: $output"
	done
	no_group db
	knob_is web ceiling 50
}

@test "a file of someone else, or one that others may write" {
	good
	cgqd_start
	printf '[db]\ncpu = 1%%\n' | policy 60-bad.conf
	chmod 666 "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
	chmod 644 "$CONF/60-bad.conf"
	chown 65534 "$CONF/60-bad.conf"
	refused_alone 60-bad.conf
	chown 0 "$CONF/60-bad.conf"
	run -0 cgq reload
	knob_is db ceiling 1
}

@test "2,000 groups with a fault each" {
	good
	cgqd_start
	awk 'BEGIN { for (i = 0; i < 2000; i++) printf "[g%d]\ncpuu = 1%%\n", i }' >"$CONF/60-bad.conf"
	run timeout $((20 * SLOW)) "$BUILD/cgq" --socket "$SOCKET" reload
	[ "$status" = 1 ]
	[[ $output == *60-bad.conf:2:* ]]
	knob_is web ceiling 50
}

@test "all of them together at the start" {
	good
	mkfifo "$CONF/10-fifo.conf"
	truncate -s 1G "$CONF/11-zeros.conf"
	cp "$PROGRAMS/hog" "$CONF/12-program.conf"
	mkdir "$CONF/13-folder.conf"
	printf '[web]\ncpu = lots\n' >"$CONF/60-bad.conf"
	cgqd_start
	knob_is web ceiling 50
	for name in 10-fifo 11-zeros 12-program 60-bad; do log_says "$name.conf"; done
}

@test "a caller that says nothing, or nonsense, or goes away does not hold up the rest" {
	good
	cgqd_start
	local descriptors i
	# Its counters are open by then.
	sleep 1.5
	descriptors=$(fds "$CGQD")
	for i in $(seq 20); do
		python3 - "$SOCKET" "$i" <<-'EOF'
		import os, socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		kinds = [b'', b'\0', b'{', b'{}\0', b'[1,2]\0', b'{"method": 5}\0', b'{"method": "io.cgq.Nothing"}\0',
		    os.urandom(5000) + b'\0', b'{"method":"io.cgq.List","parameters":[]}\0', b'x' * 70000]
		try:
		    s.sendall(kinds[int(sys.argv[2]) % len(kinds)])
		except OSError:
		    pass
		s.close()
		EOF
	done
	run -0 cgq list
	wait_until 5 'its descriptors are as before' has_fds_at_most "$descriptors"
}

@test "where all places are taken, the next caller is told so, until one is free" {
	good
	cgqd_start
	python3 - "$SOCKET" "$ROOM/full" <<-'EOF' 3>&- &
		import socket, sys, time
		taken = []
		for i in range(150):
		    taken.append(socket.socket(socket.AF_UNIX))
		    taken[-1].connect(sys.argv[1])
		open(sys.argv[2], 'w').close()
		time.sleep(60)
	EOF
	local crowd=$!
	STARTED+=("$crowd")
	wait_until 5 'all places are taken' test -e "$ROOM/full"
	sleep 0.5
	run -3 cgq list
	[[ $output == *'as many clients as it takes'* ]] || fail "$output"
	[ "$(wc -l <<<"$output")" = 1 ]
	kill -KILL $crowd
	wait_until 5 'a place is free' cgq list
}

@test "a named folder that is moved away is no empty policy: what is in force stays, until it is back" {
	good
	start web threads
	cgqd_start
	placed web web
	mv "$CONF" "$CONF.away"
	run cgq reload
	[ "$status" = 1 ]
	[[ $output == *"$CONF: No such file or directory"* ]] || fail "$output"
	knob_is web ceiling 50
	is_in web "${PID[web]}"
	mv "$CONF.away" "$CONF"
	cgq reload
	state_is web ok
}

@test "a named folder that is not there is a failure at the start" {
	rmdir "$CONF"
	cgqd_ends --once
	[ "$status" = 1 ]
	[[ $output == *"$CONF: No such file or directory"* ]] || fail "$output"
	mkdir "$CONF"
}
