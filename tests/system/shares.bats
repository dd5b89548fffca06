#!/usr/bin/env bats
# Busy loops on all CPUs get what their groups were given.
load lib

# Two runnable threads a CPU, or a weight cannot speak (FACTS).
THREADS=$((CPUS * 2))

two_groups() {
	policy 50-two.conf <<-EOF
		[db]
		match = name:$(named db)
		cpu = $1

		[web]
		match = name:$(named web)
		cpu = $2
	EOF
}

@test "40%..100% and 60%..100% share 40/60 on all CPUs, both busy" {
	two_groups 40%..100% 60%..100%
	start db hog --threads $THREADS
	start web hog --threads $THREADS
	cgqd_start
	sleep 1
	cpu_window 10 db web
	shares_are 2 db 40 web 60
}

@test "a live flip shares 60/40, the same processes" {
	two_groups 40%..100% 60%..100%
	cgqd_start
	start db hog --threads $THREADS
	start web hog --threads $THREADS
	placed db db
	placed web web
	two_groups 60%..100% 40%..100%
	cgq reload
	sleep 1
	cpu_window 10 db web
	shares_are 2 db 60 web 40
}

@test "what is reserved may be used by another while it is idle" {
	two_groups 40%..100% 60%..100%
	start db hog --threads $THREADS
	cgqd_start
	sleep 1
	cpu_window 5 db .db
	within "$(percent_of "${WINDOW_NS[.db]}" "${WINDOW_NS[db]}")" 98 102 'what the hog got of what its group got'
	within "$(machine_percent db)" 80 101 'db alone'
}

@test "ceilings of 40% and 60% hold, alone and together" {
	two_groups 40% 60%
	cgqd_start
	start db hog --threads $THREADS
	placed db db
	sleep 1
	cpu_window 5 db
	within "$(machine_percent db)" 34 42 'db alone'
	start web hog --threads $THREADS
	placed web web
	local before
	before=$(throttled_periods db)
	cpu_window 10 db web
	echo "# db $(machine_percent db) %, web $(machine_percent web) % of the machine" >&3
	within "$(machine_percent db)" 0 42 'db'
	within "$(machine_percent web)" 0 62 'web'
	[ "$(throttled_periods db)" -gt "$before" ] || fail 'the ceiling of db was never reached'
	stop db
	cpu_window 5 web
	within "$(machine_percent web)" 50 62 'web alone'
}

# Everything on the last CPU: one busy thread outside against groups that want it whole.
on_one_cpu() {
	two_groups 40%..100% 60%..100%
	cgqd_start
	start db hog --threads 3 --cpu $((CPUS - 1))
	start web hog --threads 3 --cpu $((CPUS - 1))
	placed db db
	placed web web
	sleep 1
}

@test "one busy thread outside keeps its share of its CPU" {
	on_one_cpu
	start out hog --cpu $((CPUS - 1))
	sleep 1
	cpu_window 10 db web .out
	local share
	share=$(percent_of "${WINDOW_NS[.out]}" "${WINDOW_NS[.out]}" "${WINDOW_NS[db]}" "${WINDOW_NS[web]}")
	echo "# the thread outside kept $share % of the CPU that it shares with the groups" >&3
	within "$share" 4.5 9 'what the thread outside kept'
	shares_are 2 db 40 web 60
}

# cpu_idle_ticks CPU
cpu_idle_ticks() {
	awk -v c="cpu$1" '$1 == c { printf "%.0f\n", $5 + $6 }' /proc/stat
}

@test "while the outside is idle, the groups lose nothing" {
	on_one_cpu
	local idle
	idle=$(cpu_idle_ticks $((CPUS - 1)))
	cpu_window 10 db web
	idle=$(($(cpu_idle_ticks $((CPUS - 1))) - idle))
	within "$idle" 0 $((10 * $(getconf CLK_TCK) * 2 / 100)) 'ticks in which their CPU idled'
	shares_are 2 db 40 web 60
}

@test "list says what the counters say" {
	two_groups 40%..100% 60%..100%
	cgqd_start
	start db hog --threads $THREADS
	start web hog --threads $THREADS
	placed db db
	placed web web
	sleep 2
	cpu_window 5 db web
	within "$(said db cpu_percent)" "$(awk -v v="$(machine_percent db)" 'BEGIN { print v - 8 }')" \
		"$(awk -v v="$(machine_percent db)" 'BEGIN { print v + 8 }')" 'CPU of db in list'
	[ "$(said db procs)" = 1 ]
	[ "$(said db state)" = ok ]
}
