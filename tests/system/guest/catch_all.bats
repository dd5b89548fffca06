#!/usr/bin/env bats
# A rule that fits everything. Only where every process is ours.
load ../lib

@test "a rule for everyone takes all but the kernel, pid 1 and cgqd" {
	policy 99-rest.conf <<-EOF
		[rest]
		match = name:*
		cpu = 10%..100%
	EOF
	start some threads
	cgqd_start
	is_in rest "${PID[some]}" $$
	is_outside 1 2 "$CGQD"
	run -0 cgq explain $$
	run -1 cgq explain 1
	[[ $output == *"pid 1"* ]] || fail "$output"
	run -1 cgq explain 2
	[[ $output == *kernel* ]] || fail "$output"
	run -1 cgq explain "$CGQD"
	run -0 cgq list
	cgq reset
	no_tree
	is_outside "${PID[some]}" $$
}

@test "rules before it win, what is delegated is left alone" {
	policy 99-rest.conf <<-EOF
		[some]
		match = name:$(named some)

		[rest]
		match = name:*
	EOF
	local controller=cpu dir
	dir=${MOUNT[$controller]}/cgq-test-$RUN-owner
	mkdir "$dir"
	setfattr -n user.delegate -v 1 "$dir" 2>/dev/null || setfattr -n trusted.delegate -v 1 "$dir" 2>/dev/null || dir=''
	[ -n "$dir" ] || { rmdir "${MOUNT[$controller]}/cgq-test-$RUN-owner"; fail 'setfattr is missing, or refuses'; }
	start held threads
	echo "${PID[held]}" >"$dir/cgroup.procs"
	start some threads
	cgqd_start
	is_in some "${PID[some]}"
	is_in rest $$
	local ok=yes
	is_outside "${PID[held]}" || ok=''
	programs_stop
	rmdir "$dir"
	[ -n "$ok" ]
}

@test "a burst of new processes is placed, all of it" {
	policy 99-rest.conf <<-EOF
		[rest]
		match = name:*
	EOF
	cgqd_start
	start many forker --storm 3 --live 5 --alive 50
	storm_ends many
	# shellcheck disable=SC2046 # a pid a word
	is_in rest "${PID[many]}" $(descendants "${PID[many]}")
}
