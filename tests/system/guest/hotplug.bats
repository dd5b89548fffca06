#!/usr/bin/env bats
# A machine whose CPUs come and go. Only where the machine is ours to break.
load ../lib

LAST=/sys/devices/system/cpu/cpu1/online

teardown() {
	echo 1 >$LAST
	room_leave
}

recount() {
	CPUS=$(nproc)
}

cpu_goes() {
	echo 0 >$LAST
	recount
}

cpu_comes() {
	echo 1 >$LAST
	recount
}

half() {
	policy 50-half.conf <<-EOF
		[half]
		match = name:$(named half)
		cpu = 50%

		[half/inner]
		cpu = 50%
	EOF
}

@test "percentages are computed anew when a CPU goes, and when it comes" {
	[ "$CPUS" = 2 ]
	half
	cgqd_start
	knob_is half ceiling 50
	knob_is half/inner ceiling 25
	cpu_goes
	[ "$CPUS" = 1 ]
	knob_becomes half ceiling 50
	knob_becomes half/inner ceiling 25
	within "$(said half cpu_max_percent)" 49 51 'what list says'
	cpu_comes
	knob_becomes half ceiling 50
	knob_becomes half/inner ceiling 25
}

@test "members keep their group, and their CPUs, over a CPU that goes and comes" {
	policy 50-cpus.conf <<-EOF
		[one]
		match = name:$(named one)
		cpus = 1
	EOF
	cgqd_start
	start one threads
	placed one one
	cpu_goes
	sleep 2
	alive "${PID[one]}"
	run cgq status one
	cpu_comes
	wait_until 15 'it is back in its group' is_in one "${PID[one]}"
	knob_becomes one cpus 1
	state_becomes one ok
}
