#!/usr/bin/env bats
# Somebody else changes what cgqd made: noticed, told, put back; and who does not stop costs nothing.
load lib

setup() {
	room_make
	WRITER=''
}

teardown() {
	[ -z "$WRITER" ] || kill -KILL "$WRITER" 2>/dev/null || true
	room_leave
}

web() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..50%%\nmemory = 300M\n\n[db]\nmatch = name:%s\ncpu = 10%%\n' \
		"$(named web)" "$(named db)" | policy 50-web.conf
}

settings() {
	printf '%s\n' '[cgqd]' "$@" >"$ROOM/cgqd.conf"
}

# limit_file: where the kernel has the memory limit of web.
limit_file() {
	if [ "${VERSION[memory]}" = 1 ]; then
		echo "$(group_dir web memory)/memory.limit_in_bytes"
	else
		echo "$(group_dir web memory)/memory.max"
	fi
}

# soon WHAT COMMAND…: within a second, the emulated CPU of a guest aside.
soon() {
	wait_until 1 "$@"
}

# told TEXT: what the kernel shows already, the log says a moment later.
told() {
	soon "told: $1" log_says "$1"
}

reason_says() {
	[[ $(said web reason) == *"$1"* ]] || fail "web: reason is '$(said web reason)'"
}

@test "an edited limit is back within a second, and told with both values" {
	web
	cgqd_start
	local file
	file=$(limit_file)
	echo $((900 << 20)) >"$file"
	soon 'the limit is back' knob_is web memory $((300 << 20))
	soon 'told' log_says "drift: $file: was $((900 << 20)), now $((300 << 20)): somebody else changed it; put back"
	state_is web ok
	[ "$(log_lines 'warning: drift: ')" = 1 ]
}

@test "what cgqd writes itself is no drift, nor is a changed policy" {
	web
	start web threads
	cgqd_start
	policy_now 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..60%
		memory = 200M
		tasks = 100

		[web/php]
		cpu = 50%
	EOF
	cgq reload
	sleep 1
	[ "$(log_lines 'warning: drift')" = 0 ] || fail "$(grep drift "$LOG")"
	is_in web "${PID[web]}"
}

@test "a removed group is back within a second" {
	web
	cgqd_start
	rmdir "$(group_dir web cpu)"
	soon 'the group is back' knob_is web ceiling 50
	soon 'told' log_says "drift: .*/web: .*removed or renamed it; made again"
}

@test "a group that is renamed with its processes in it comes back, and they with it" {
	[ "${VERSION[cpu]}" = 1 ] || { ! mv "$(group_dir web cpu)" "$(tree_dir cpu)/other" 2>/dev/null && return; }
	web
	start web threads
	cgqd_start
	placed web web
	mv "$(group_dir web cpu)" "$(tree_dir cpu)/other"
	wait_until 3 'web is back' knob_is web ceiling 50
	placed web web
	wait_until 3 'the other name is gone' no_group other
	told 'drift: .*/web: was gone'
	told 'drift: .*/other: .*somebody else made a cgroup in our tree; removed'
}

@test "a process that is moved out is back after the verify, and told with where it was" {
	settings 'verify = 1s'
	web
	start web threads
	cgqd_start
	placed web web
	echo "${PID[web]}" >"${MOUNT[cpu]}/cgroup.procs"
	placed web web
	told "drift: pid ${PID[web]} .*of web: somebody else moved it to /; put back"
	state_is web ok
}

@test "a process that is moved to another group is back too" {
	settings 'verify = 1s'
	web
	start web threads
	cgqd_start
	placed web web
	echo "${PID[web]}" >"$(group_dir db cpu)/cgroup.procs"
	wait_until 5 'back in web' is_in web "${PID[web]}"
	told "drift: pid ${PID[web]} .*moved it to .*/db; put back"
}

@test "drift = report tells once, and changes nothing; a changed policy still applies" {
	settings 'verify = 1s' 'drift = report'
	web
	start web threads
	cgqd_start
	placed web web
	local file
	file=$(limit_file)
	echo $((900 << 20)) >"$file"
	soon 'told' log_says "drift: $file: was $((900 << 20)), wanted $((300 << 20)): .*left so"
	state_is web drift
	reason_says '900M in force, 300M wanted'
	cgq events --json web | jq -e --arg ours $((300 << 20)) --arg theirs $((900 << 20)) \
		'.events | map(select(.kind == "drift" and .was == $ours and .now == $theirs)) | length == 1'
	echo "${PID[web]}" >"${MOUNT[cpu]}/cgroup.procs"
	wait_until 5 'told' log_says "drift: pid ${PID[web]} .*left so"
	sleep 3
	knob_is web memory $((900 << 20))
	[ "$(cgroup_of "${PID[web]}")" = / ]
	[ "$(log_lines 'warning: drift: ')" = 2 ] || fail "$(grep drift "$LOG")"
	run -1 cgq status web
	run -0 cgq diff
	sed -i 's/20%..50%/20%..60%/' "$CONF/50-web.conf"
	cgq reload
	knob_is web ceiling 60
	knob_is web memory $((900 << 20))
	[ "$(cgroup_of "${PID[web]}")" = / ]
	echo $((300 << 20)) >"$file"
	echo "${PID[web]}" >"$(group_dir web cpu)/cgroup.procs"
	wait_until 5 'ok' state_is web ok
}

costs_little() {
	local used began
	used=$(pid_ns "$CGQD") began=$(now_ns)
	sleep 5
	used=$(percent_of $(($(pid_ns "$CGQD") - used)) $(($(now_ns) - began)))
	echo "# cgqd: $used % of a CPU" >&3
	within "$used" 0 "$SLOW" 'CPU of cgqd, percent of one'
}

@test "who asks sees what somebody has just written, though the group sleeps" {
	settings 'drift = report'
	web
	cgqd_start
	start_as stray stray threads
	local mib file
	file=$(limit_file)
	sleep 3
	[ "$(said web memory_max_bytes)" = $((300 << 20)) ]
	[ "$(said db procs)" = 0 ]
	for mib in 400 500 600; do
		echo $((mib << 20)) >"$file"
		[ "$(said web memory_max_bytes)" = $((mib << 20)) ] || fail "$mib MiB: $(said web memory_max_bytes)"
		state_is web drift
	done
	echo "${PID[stray]}" >"$(group_dir db cpu)/cgroup.procs"
	[ "$(said db procs)" = 1 ]
}

@test "who does not stop gets one alarm, and costs no more than 1 % of a CPU" {
	web
	cgqd_start
	local file lines
	file=$(limit_file)
	(exec 3>&- && while :; do echo $((900 << 20)) >"$file"; done) &
	WRITER=$!
	wait_until 30 'the alarm' log_says 'web memory.*: changed 5 times within [0-9]+ s by somebody else; next repair in [0-9]+ s'
	state_is web drift
	reason_says 'by somebody else'
	lines=$(log_lines 'warning: drift')
	# Others who start programs on this machine cost cgqd more than that: the best of three windows counts.
	costs_little || costs_little || costs_little
	[ "$(log_lines 'warning: drift')" = "$lines" ]
	[ "$(log_lines 'changed .* times')" = 1 ]
	kill -KILL "$WRITER"
	WRITER=''
	wait_until 70 'the last word is the policy' knob_is web memory $((300 << 20))
}

would_says() {
	[[ $(said web would) == *"$1"* ]] || fail "web would: '$(said web would)'"
}

@test "a passive group says what would be held back, when it begins and when it ends" {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 0%..80%
		enforce = no

		[web/php]
		match = name:$(named php),$(named big)
		cpu = 0%..5%
		memory = 5M
		tasks = 100
	EOF
	start php hog
	start big eater --size 20M
	cgqd_start
	wait_until 15 'php would be throttled' log_says "web/php: would be throttled: uses [0-9.]+% of the machine, ceiling 4%"
	wait_until 5 'php would be over its limit' log_says 'web/php: would be over its limit: .*M > 5.0M'
	state_is web/php passive
	[[ $(said web/php reason) == 'enforce = no; would be throttled: '* ]]
	[[ $(said web/php would) == *'would be over its limit'* ]]
	[ "$(said web would)" = null ]
	[ "$(cgq status --json web/php | jq -c '.groups[0].would_times')" = '{"throttled":1,"over_memory":1,"over_tasks":0}' ]
	no_tree
	stop php big
	wait_until 10 'it has room' log_says 'web/php: would no longer be over its limit, after [0-9]+ s and at most .*M'
	wait_until 20 'it is over' log_says 'web/php: would no longer be throttled, after [0-9]+ s and at most'
	[ "$(said web/php would)" = null ]
}

# In mounts of its own: what is mounted and unmounted there nobody else sees.
cgqd_in_own_mounts() {
	(renice -n 0 -p "$BASHPID" >/dev/null && exec unshare --mount --propagation private setpriv --pdeathsig KILL "$BUILD/cgqd" \
		--config "$CONF" --settings "$ROOM/cgqd.conf" --socket "$SOCKET" --state "$STATE" --tree "$TREE" -v) \
		</dev/null >>"$LOG" 2>&1 3>&- &
	CGQD=$!
	cgqd_ready
}

in_its_mounts() {
	nsenter --target "$CGQD" --mount -- "$@"
}

late_is_in_cpu() {
	[ "$(cgroup_of "${PID[late]}" cpu)" = "/$TREE/web" ]
}

@test "a hierarchy that is unmounted is missed at once; mounted elsewhere or again it is found" {
	[ "${VERSION[memory]}" = 1 ] || skip 'memory has no hierarchy of its own'
	web
	start web threads
	cgqd_in_own_mounts
	placed web web
	in_its_mounts umount -l "${MOUNT[memory]}"
	soon 'missed' state_is web 'not in force'
	reason_says 'no memory controller mounted'
	log_says "hierarchy of memory is no longer mounted at ${MOUNT[memory]}"
	state_is db ok
	start_as late web threads
	wait_until 5 'the others go on' late_is_in_cpu
	knob_is web memory $((300 << 20))
	mkdir "$ROOM/memory"
	in_its_mounts mount -t cgroup -o memory memory "$ROOM/memory"
	soon 'found elsewhere' state_is web ok
	log_says "hierarchy of memory is mounted at $ROOM/memory"
	is_in web "${PID[web]}" "${PID[late]}"
	echo $((900 << 20)) >"$(limit_file)"
	soon 'its drift is noticed there' knob_is web memory $((300 << 20))
}
