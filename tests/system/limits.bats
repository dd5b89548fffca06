#!/usr/bin/env bats
# What the policy says is what the kernel has.
load lib

@test "a partition is a weight and a ceiling" {
	policy 50-cpu.conf <<-EOF
		[db]
		cpu = 40%

		[web]
		cpu = 60%..100%
	EOF
	cgqd_start
	knob_is db ceiling 40
	[[ $(knob web ceiling) == @(100|max) ]]
	local db web
	db=$(knob db weight)
	web=$(knob web weight)
	within "$(percent_of "$db" "$db" "$web")" 39.5 40.5 'weight of db'
	state_is db ok
	state_is web ok
}

@test "cores are cores" {
	policy 50-cpu.conf <<-EOF
		[db]
		cpu = 0.5 cores
	EOF
	cgqd_start
	knob_is db ceiling "$(awk -v c="$CPUS" 'BEGIN { printf "%g", 50 / c }')"
}

@test "percentages of a child are of its parent" {
	policy 50-nested.conf <<-EOF
		[web]
		cpu = 40%..80%

		[web/php]
		cpu = 50%

		[web/static]
		cpu = 25%..100%
	EOF
	cgqd_start
	knob_is web ceiling 80
	knob_is web/php ceiling 40
	[[ $(knob web/static ceiling) == @(80|max) ]]
	within "$(said web/php cpu_min_percent)" 19 21 'what php has reserved'
}

@test "a ceiling of memory, and what is reclaimed before it" {
	policy 50-memory.conf <<-EOF
		[db]
		memory = 400M..500M

		[web]
		memory = 300M
	EOF
	cgqd_start
	knob_is db memory $((500 << 20))
	knob_is db soft $((400 << 20))
	knob_is web memory $((300 << 20))
	[ "$(said web memory_max_bytes)" = $((300 << 20)) ]
}

@test "memory.low and memory.min are in force, or said not to be" {
	policy 50-memory.conf <<-EOF
		[db]
		memory.low = 100M
		memory.min = 50M
	EOF
	cgqd_start
	if [ "${VERSION[memory]}" = 2 ]; then
		knob_is db low $((100 << 20))
		knob_is db min $((50 << 20))
		state_is db ok
	else
		state_is db 'not in force'
		run -1 cgq status db
		[[ $output == *memory.low* ]]
		[[ $output == *memory.min* ]]
	fi
}

@test "tasks, cpus, mems, burst, idle" {
	policy 50-all.conf <<-EOF
		[a]
		tasks = 123
		cpus = 0
		mems = 0
		cpu = 20%..50%
		cpu.burst = 10ms

		[b]
		cpu.idle = yes
	EOF
	cgqd_start
	knob_is a tasks 123
	knob_is a cpus 0
	knob_is a mems 0
	knob_is a ceiling 50
	knob_is a burst 10000
	knob_is b idle 1
}

@test "members of a group with cpus run on them" {
	policy 50-cpus.conf <<-EOF
		[one]
		match = name:$(named one)
		cpus = $((CPUS - 1))
	EOF
	cgqd_start
	start one threads --threads 3
	placed one one
	grep -q "^Cpus_allowed_list:[[:space:]]*$((CPUS - 1))\$" "/proc/${PID[one]}/status"
}

@test "cpus that this machine does not have keep nobody out of its group" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpus = 0-4095
	EOF
	cgqd_start
	start web threads
	placed web web
}

was_refused() {
	[ "$(awk '$1 == "max" { print $2 }' "$(group_dir "$1" pids)/pids.events")" -gt 0 ]
}

@test "tasks stops a fork storm" {
	policy 50-tasks.conf <<-EOF
		[storm]
		match = name:$(named storm)
		tasks = 30
	EOF
	cgqd_start
	# In the group before it forks: a move is never refused for tasks.
	start storm renamer "exec=$(program_file forker forker)"
	placed storm storm
	kill -USR1 "${PID[storm]}"
	# How many are alive at one moment is chance, but for the most that there may be.
	wait_until 20 'a fork is refused' was_refused storm
	for _ in 1 2 3; do
		within "$(descendants "${PID[storm]}" | wc -l)" 0 30 'processes'
	done
}

@test "a key that is taken out goes back to the kernel's default" {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 20%..50%
		memory = 300M
		tasks = 50
		cpus = 0
	EOF
	cgqd_start
	knob_is web memory $((300 << 20))
	policy_now 50-web.conf <<-EOF
		[web]
		cpu = 20%
	EOF
	knob_is web ceiling 20
	[[ $(knob web memory) == @(max|-) ]]
	[[ $(knob web tasks) == @(max|-) ]]
	[[ $(knob web cpus) != 0 ]]
}

@test "what someone else wrote is put right" {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 20%..50%
		memory = 300M
	EOF
	printf '[cgqd]\nverify = 1s\n' >"$ROOM/cgqd.conf"
	cgqd_start
	if [ "${VERSION[memory]}" = 1 ]; then
		echo $((900 << 20)) >"$(group_dir web memory)/memory.limit_in_bytes"
	else
		echo $((900 << 20)) >"$(group_dir web memory)/memory.max"
	fi
	knob_becomes web memory $((300 << 20))
}

@test "a group that someone removed comes back, and its members with it" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
	EOF
	printf '[cgqd]\nverify = 1s\n' >"$ROOM/cgqd.conf"
	cgqd_start
	rmdir "$(group_dir web cpu)"
	knob_becomes web ceiling 50
	start web threads
	placed web web
	echo "${PID[web]}" >"${MOUNT[cpu]}/cgroup.procs"
	rmdir "$(group_dir web cpu)"
	knob_becomes web ceiling 50
	placed web web
}

@test "enforce = no classifies and measures, and writes nothing" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
		enforce = no
	EOF
	start web hog
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	is_back "${PID[web]}" "$before"
	no_tree
	state_is web passive
	[ "$(said web procs)" = 1 ]
	sleep 2
	cpu_window 3 .web
	local used
	used=$(machine_percent .web)
	within "$(said web cpu_percent)" "$(awk -v u="$used" 'BEGIN { print u - 15 }')" "$(awk -v u="$used" 'BEGIN { print u + 15 }')" 'measured CPU'
	within "$used" 1 100 'CPU that the hog got'
	run -0 cgq explain --json "${PID[web]}"
	[ "$(jq -r .group <<<"$output")" = web ]
}

@test "--passive makes the whole daemon so" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
	EOF
	start web threads
	local before
	before=$(where "${PID[web]}")
	cgqd_start --passive
	is_back "${PID[web]}" "$before"
	no_tree
	state_is web passive
}

@test "--once applies, classifies what runs, and ends" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 20%..50%
	EOF
	start web threads
	cgqd_ends --once
	[ "$status" = 0 ]
	knob_is web ceiling 50
	is_in web "${PID[web]}"
}

@test "swap is counted beside memory, whatever the kernel counts" {
	policy 50-swap.conf <<-EOF
		[db]
		memory = 300M
		swap = 100M
	EOF
	cgqd_start
	if [ "${VERSION[memory]}" = 1 ]; then
		knob_is db swap $((400 << 20))
	else
		knob_is db swap $((100 << 20))
	fi
	# Up and down in one go: on v1 the kernel insists on an order.
	printf '[db]\nmemory = 900M\nswap = 100M\n' | policy_now 50-swap.conf
	knob_is db memory $((900 << 20))
	printf '[db]\nmemory = 100M\nswap = 50M\n' | policy_now 50-swap.conf
	knob_is db memory $((100 << 20))
	state_is db ok
}

bound_to() {
	local now
	now=$(taskset -c -p "$1")
	[ "${now##*: }" = "$2" ] || fail "thread $1 may run on ${now##*: }, not on $2"
}

# Before 6.2 Linux itself forgets it with every change of a cpuset.
@test "what a thread was bound to it stays bound to: in a group, while cpusets come, change and go, and back outside" {
	[ "$CPUS" -gt 1 ]
	start web threads --threads 3
	start stranger threads
	local thread before
	before=$(taskset -c -p "${PID[web]}")
	thread=$(find "/proc/${PID[web]}/task" -mindepth 1 -maxdepth 1 ! -name "${PID[web]}" -printf '%f\n' | head -n 1)
	taskset -c -p 1 "$thread" >/dev/null
	taskset -c -p 1 "${PID[stranger]}" >/dev/null
	printf '[web]\nmatch = name:%s\ncpu = 50%%\n' "$(named web)" | policy 50-web.conf
	cgqd_start
	placed web web
	bound_to "$thread" 1
	printf '[web]\nmatch = name:%s\ncpus = 0-1\n\n[other]\ncpus = 0\n' "$(named web)" | policy_now 50-web.conf
	knob_is web cpus 0-1
	bound_to "$thread" 1
	printf '[web]\nmatch = name:%s\ncpus = 0\n\n[other]\ncpus = 0\n' "$(named web)" | policy_now 50-web.conf
	bound_to "${PID[web]}" 0
	taskset -c -p 0 "$thread" >/dev/null
	cgq reset
	bound_to "${PID[stranger]}" 1
	[ "$(taskset -c -p "${PID[web]}")" = "$before" ] || fail "was $before, is $(taskset -c -p "${PID[web]}")"
}
