#!/usr/bin/env bats
# Changes while it runs: noticed, judged, and never more than is needed.
load lib

one() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..%s\n' "$(named web)" "$1"
}

# bats test_tags=any-kernel
@test "a changed folder is noticed by itself" {
	one 50% | policy 50-web.conf
	cgqd_start
	knob_is web ceiling 50
	one 70% | policy 50-web.conf
	knob_becomes web ceiling 70
	# An editor that writes in place.
	one 60% >"$CONF/50-web.conf"
	knob_becomes web ceiling 60
	rm "$CONF/50-web.conf"
	wait_until 10 'the group is gone' no_group web
}

# bats test_tags=any-kernel
@test "a folder that is a link is followed to where it leads next" {
	rmdir "$CONF"
	mkdir "$ROOM/first" "$ROOM/second"
	ln -s first "$CONF"
	one 50% >"$ROOM/first/50-web.conf"
	one 70% >"$ROOM/second/50-web.conf"
	cgqd_start
	knob_is web ceiling 50
	ln -s second "$ROOM/next"
	mv -T "$ROOM/next" "$CONF"
	knob_becomes web ceiling 70
	one 60% >"$ROOM/second/50-web.conf"
	knob_becomes web ceiling 60
}

# bats test_tags=any-kernel
@test "a burst of changes ends with the last one" {
	one 50% | policy 50-web.conf
	cgqd_start
	local i
	for i in $(seq 21 60); do one "$i%" | policy 50-web.conf; done
	knob_becomes web ceiling 60
}

# bats test_tags=any-kernel
@test "a file that is written in place is read when it is whole, whoever looks meanwhile" {
	local file text before i
	file=$(program_file web threads)
	cp "$file" "$file.new"
	text="[web]
		match = exe:$file
		cpu = 20%..50%"
	policy 50-web.conf <<<"$text"
	cgqd_start
	before=$(stat -c %i "$(group_dir web)")
	renice -n -20 -p "$BASHPID" >/dev/null
	for ((i = 0; i < 12; i++)); do
		: >"$CONF/50-web.conf"
		# A new executable has everything looked at, 50 ms later. The writing waits for nothing: a pause ends it for cgqd.
		[ $i != 2 ] || { mv "$file.new" "$file" 3>&- & }
		nap
	done
	echo "$text" >"$CONF/50-web.conf"
	echo "[db]" | policy 60-db.conf
	state_becomes db ok
	[ "$(stat -c %i "$(group_dir web)")" = "$before" ] || fail 'the group was removed meanwhile'
}

# bats test_tags=any-kernel
@test "SIGHUP reloads" {
	one 50% | policy 50-web.conf
	cgqd_start
	one 70% | policy 50-web.conf
	kill -HUP "$CGQD"
	knob_becomes web ceiling 70
}

# bats test_tags=any-kernel
@test "reload answers when it is done, and says what was refused" {
	one 50% | policy 50-web.conf
	cgqd_start
	one 70% | policy 50-web.conf
	run -0 cgq reload
	knob_is web ceiling 70
	printf '[web]\ncpu = 1,000%%\nmemroy = 1G\n' | policy 60-bad.conf
	run -1 cgq reload
	[[ $output == *60-bad.conf:2:* ]]
	[[ $output == *60-bad.conf:3:*memory* ]]
	rm "$CONF/60-bad.conf"
	run -0 cgq reload
}

# writes_traced COMMAND…: what any thread of cgqd writes to, makes or removes in the cgroup file systems meanwhile.
writes_traced() {
	strace -f -y -p "$CGQD" -o "$ROOM/trace" -e trace=write,pwrite64,writev,openat,open,mkdir,mkdirat,rmdir,unlinkat 3>&- &
	local tracer=$!
	wait_until 5 'strace is attached' grep -q "TracerPid:[[:space:]]*[1-9]" "/proc/$CGQD/status"
	"$@"
	kill -INT $tracer
	wait $tracer || true
	grep -E '(write|pwrite64|writev)\([0-9]+<[^>]*/cgroup/|(mkdir|mkdirat|rmdir|unlinkat)\(.*/cgroup/|O_(WRONLY|RDWR).*/cgroup/|/cgroup/.*O_(WRONLY|RDWR)' "$ROOM/trace" || true
}

busy_policy() {
	policy 50-all.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
		memory = 200M..300M
		tasks = 100
		cpus = 0

		[web/php]
		match = name:$(named php)
		cpu = 50%
		cpu.burst = 50%

		[db]
		match = name:$(named db)
		cpu = 1 cores
		swap = 100M
		memory = 33.3%
	EOF
}

@test "a second apply of the same policy makes no write at all" {
	busy_policy
	start web threads
	start php threads
	start db threads
	cgqd_start
	sleep 1
	twice() {
		cgq reload
		kill -HUP "$CGQD"
		sleep 1.5
		cgq reload
	}
	local writes
	writes=$(writes_traced twice)
	[ -s "$ROOM/trace" ] || fail 'strace saw nothing at all'
	[ -z "$writes" ] || fail "written: $writes"
	# The same eyes see a write when there is one.
	change() {
		sed -i 's/20%..50%/20%..55%/' "$CONF/50-all.conf"
		cgq reload
	}
	[ -n "$(writes_traced change)" ]
	knob_is web ceiling 55
}

@test "a restart with the same policy makes no write either" {
	busy_policy
	start web threads
	cgqd_start
	run -0 cgq diff
	cgqd_stop
	cgqd_start
	run -0 cgq diff
	is_in web "${PID[web]}"
}

# bats test_tags=any-kernel
@test "diff shows what a reload would do, and does nothing" {
	one 50% | policy 50-web.conf
	cgqd_start
	run -0 cgq diff
	one 70% >"$ROOM/other"
	run -1 cgq diff --as 50-web.conf "$ROOM/other"
	[ -n "$output" ]
	knob_is web ceiling 50
}

# bats test_tags=any-kernel
@test "a refused file keeps its last good version, and every other file goes on" {
	one 50% | policy 50-web.conf
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	cgqd_start
	printf '[web]\ncpu = lots\n' | policy 50-web.conf
	printf '[db]\ncpu = 15%%\n' | policy 60-db.conf
	run -1 cgq reload
	knob_is web ceiling 50
	knob_is db ceiling 15
	state_is web 'refused file'
	state_is db ok
	run -1 cgq status web
	[[ $output == *50-web.conf:2:* ]]
}

# bats test_tags=any-kernel
@test "the last good version survives a restart, and a SIGKILL" {
	one 50% | policy 50-web.conf
	cgqd_start
	printf '[web]\ncpu = lots\n' | policy 50-web.conf
	cgq reload || true
	cgqd_stop
	cgqd_start
	knob_is web ceiling 50
	state_is web 'refused file'
	cgqd_kill
	cgqd_start
	knob_is web ceiling 50
	state_is web 'refused file'
	one 70% | policy 50-web.conf
	cgq reload
	knob_is web ceiling 70
	state_is web ok
}

# bats test_tags=any-kernel
@test "two files may change places" {
	printf '[a]\ncpu = 70%%..100%%\n' | policy 10-a.conf
	printf '[b]\ncpu = 30%%..100%%\n' | policy 20-b.conf
	cgqd_start
	printf '[a]\ncpu = 20%%..100%%\n' | policy 10-a.conf
	printf '[b]\ncpu = 80%%..100%%\n' | policy 20-b.conf
	run -0 cgq reload
	printf '[b]\ncpu = 20%%..100%%\n' | policy 10-a.conf
	printf '[a]\ncpu = 80%%..100%%\n' | policy 20-b.conf
	run -0 cgq reload
	within "$(said a cpu_min_percent)" 74 81 'what a has reserved'
}

# bats test_tags=any-kernel
@test "reservations over 100 % are charged to the file that makes it so" {
	printf '[a]\ncpu = 70%%..100%%\n' | policy 10-a.conf
	cgqd_start
	printf '[b]\ncpu = 40%%..100%%\n' | policy 20-b.conf
	run -1 cgq reload
	[[ $output == *20-b.conf:2:* ]]
	knob_is a ceiling "$(knob a ceiling)"
	no_group b
}

@test "a group whose section is gone is gone, and its processes are back" {
	start web forker --storm 1 --live 100 --alive 3
	storm_ends web
	local pid
	declare -A before
	for pid in "${PID[web]}" $(descendants "${PID[web]}"); do before[$pid]=$(where "$pid"); done
	[ ${#before[@]} -ge 3 ]
	busy_policy
	cgqd_start
	# shellcheck disable=SC2046 # a pid a word
	is_in web "${PID[web]}" $(descendants "${PID[web]}")
	printf '[db]\nmatch = name:%s\n' "$(named db)" | policy 50-all.conf
	cgq reload
	no_group web
	for pid in "${!before[@]}"; do is_back "$pid" "${before[$pid]}"; done
}

# bats test_tags=any-kernel
@test "debris in the folder is ignored" {
	one 50% | policy 50-web.conf
	printf 'rubbish' >"$CONF/50-web.conf.123.2026-11-22@10:00~"
	printf 'rubbish' >"$CONF/50-web.conf20261122-123-abc"
	printf 'rubbish' >"$CONF/.50-web.conf.swp"
	printf 'rubbish' >"$CONF/README"
	mkdir "$CONF/folder"
	cgqd_start
	run -0 cgq reload
	knob_is web ceiling 50
}

# bats test_tags=any-kernel
@test "the same name in a later folder replaces the earlier; an empty one masks it" {
	one 50% | policy 50-web.conf
	mkdir "$ROOM/later"
	cgqd_start --config "$ROOM/later"
	knob_is web ceiling 50
	one 70% >"$ROOM/later/50-web.conf"
	cgq reload
	knob_is web ceiling 70
	ln -sf /dev/null "$ROOM/later/50-web.conf"
	cgq reload
	no_group web
	rm "$ROOM/later/50-web.conf"
	cgq reload
	knob_is web ceiling 50
}

@test "reset gives everything back and stays passive until a reload" {
	start web threads
	local before
	before=$(where "${PID[web]}")
	one 50% | policy 50-web.conf
	cgqd_start
	is_in web "${PID[web]}"
	run -0 cgq reset
	no_tree
	is_back "${PID[web]}" "$before"
	start_as late web threads
	sleep 1
	is_outside "${PID[late]}"
	state_is web passive
	cgq reload
	is_in web "${PID[web]}" "${PID[late]}"
	state_is web ok
}

@test "reset of one group leaves the others" {
	busy_policy
	start web threads
	start db threads
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	run -0 cgq reset web
	is_back "${PID[web]}" "$before"
	is_in db "${PID[db]}"
	no_group web
}

@test "what was reset stays so when a file changes; a reload ends it" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 50%
	EOF
	start web threads
	cgqd_start
	placed web web
	cgq reset
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 40%
	EOF
	sleep 1
	no_tree
	state_is web passive
	cgq reload
	knob_is web ceiling 40
	cgq reset web
	policy 60-more.conf <<-EOF
		[more]
		cpu = 10%
	EOF
	wait_until 5 'the new group is there' knob_is more ceiling 10
	state_is web passive
	no_group web
	cgq reload
	placed web web
}
