#!/usr/bin/env bats
# What one does not use another may; and what lies outside the groups keeps its part.
load lib
load shares

# idle_ticks CPU: of "cpu1", or of all of them together: "cpu".
idle_ticks() {
	awk -v c="$1" '$1 == c { printf "%.0f\n", $5 + $6 }' /proc/stat
}

# nothing_idles CPU SECONDS CPUS: over the last window since idle_ticks was $idle; whatever else ran used the rest.
nothing_idles() {
	local ticks=$(($(idle_ticks "$1") - idle))
	within "$ticks" 0 $(($2 * $3 * $(getconf CLK_TCK) * 3 / 100)) "ticks in which $1 idled"
}

@test "what is reserved may be used by another while it is idle" {
	local idle
	two_groups 40%..100% 60%..100%
	start db hog --threads "$THREADS"
	cgqd_start
	sleep 1
	idle=$(idle_ticks cpu)
	cpu_window 5 db .db
	nothing_idles cpu 5 "$CPUS"
	within "$(percent_of "${WINDOW_NS[.db]}" "${WINDOW_NS[db]}")" 98 102 'what the hog got of what its group got'
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

outside_keeps() {
	local share
	cpu_window "$1" db web .out
	share=$(percent_of "${WINDOW_NS[.out]}" "${WINDOW_NS[.out]}" "${WINDOW_NS[db]}" "${WINDOW_NS[web]}")
	echo "# the thread outside kept $share % of the CPU that it shares with the groups" >&3
	within "$share" 4.5 9 'what the thread outside kept'
}

@test "one busy thread outside keeps its share of its CPU" {
	on_one_cpu
	start out hog --cpu $((CPUS - 1))
	sleep 1
	outside_keeps 5 || outside_keeps 5 || outside_keeps 5
	shares_are 2 5 db 40 web 60
}

@test "while the outside is idle, the groups lose nothing" {
	on_one_cpu
	local idle
	idle=$(idle_ticks cpu$((CPUS - 1)))
	cpu_window 5 db web
	nothing_idles cpu$((CPUS - 1)) 5 1
	shares_are 2 5 db 40 web 60
}

@test "list says what the counters say" {
	two_groups 40%..100% 60%..100%
	cgqd_start
	start db hog --threads "$THREADS"
	start web hog --threads "$THREADS"
	placed db db
	placed web web
	sleep 2
	cpu_window 5 db web
	# One second against five: on an emulated machine one is far from another.
	local seen apart=8
	[ "$SLOW" = 1 ] || apart=16
	seen=$(machine_percent db)
	within "$(said db cpu_percent)" "$(awk -v v="$seen" -v d=$apart 'BEGIN { print v - d }')" \
		"$(awk -v v="$seen" -v d=$apart 'BEGIN { print v + d }')" 'CPU of db in list'
	[ "$(said db procs)" = 1 ]
	[ "$(said db state)" = ok ]
}
