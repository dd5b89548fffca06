#!/usr/bin/env bats
# Busy loops on all CPUs get what their groups were given.
load lib
load shares

@test "40%..100% and 60%..100% share 40/60 on all CPUs, both busy" {
	two_groups 40%..100% 60%..100%
	start db hog --threads "$THREADS"
	start web hog --threads "$THREADS"
	cgqd_start
	sleep 1
	shares_are 2 5 db 40 web 60
}

@test "a live flip shares 60/40, the same processes" {
	two_groups 40%..100% 60%..100%
	cgqd_start
	start db hog --threads "$THREADS"
	start web hog --threads "$THREADS"
	placed db db
	placed web web
	two_groups 60%..100% 40%..100%
	cgq reload
	sleep 1
	shares_are 2 5 db 60 web 40
}

@test "ceilings of 40% and 60% hold, alone and together" {
	local before
	two_groups 40% 60%
	cgqd_start
	start db hog --threads "$THREADS"
	placed db db
	sleep 1
	before=$(throttled_periods db)
	cpu_window 3 db
	within "$(machine_percent db)" 20 42 'db alone'
	[ "$(throttled_periods db)" -gt "$before" ] || fail 'the ceiling of db was never reached'
	start web hog --threads "$THREADS"
	placed web web
	cpu_window 5 db web
	echo "# db $(machine_percent db) %, web $(machine_percent web) % of the machine" >&3
	within "$(machine_percent db)" 0 42 'db'
	within "$(machine_percent web)" 0 62 'web'
	stop db
	cpu_window 3 web
	within "$(machine_percent web)" 30 62 'web alone'
}
