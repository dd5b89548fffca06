#!/usr/bin/env bats
# What failed is told again at the end: its name, its message, and what never ran.

failures() {
	"$BATS_TEST_DIRNAME/../failures" "$@"
}

@test "bats: what failed or was skipped with its message, and nothing of what passed" {
	run failures bats <<-'EOF'
		1..4
		begin 1 good
		# loud
		ok 1 good in 3ms
		begin 2 bad
		not ok 2 bad in 4ms
		# (in test file a.bats, line 2)
		# hello
		begin 3 skipped
		ok 3 skipped in 1ms # skip why
		# of the next
		begin 4 fine
		ok 4 fine in 1ms
		# left behind
	EOF
	[ "$output" = "$(printf '%s\n' 'not ok 2 bad in 4ms' '# (in test file a.bats, line 2)' '# hello' \
		'ok 3 skipped in 1ms # skip why' '# of the next')" ]
}

@test "bats: of a long message the first lines" {
	run failures bats < <(echo 1..2 && echo not ok 1 a && seq -f '# %g' 100 && echo ok 2 b)
	[ "${lines[29]}" = '# 29' ] && [ "${lines[30]}" = '# …' ] && [ ${#lines[@]} = 31 ]
}

@test "bats: what was running when all ended, and what never ran" {
	run failures bats <<-'EOF'
		1..5
		begin 1 good
		ok 1 good
		begin 2 endless
		guest: layout v2: the command did not end within 10 s; the end of its console:
		  | Oops
	EOF
	[ "$output" = "$(printf '%s\n' 'guest: layout v2: the command did not end within 10 s; the end of its console:' \
		'  | Oops' 'was running at the end: 2 endless' 'never ran: 3 of 5, from test 3 on')" ]
}

@test "bats: a runner that did not start, and what its tests left behind" {
	[ "$(failures bats <<<'bats: not found')" = 'bats: not found' ]
	run failures bats < <(printf '1..1\nbegin 1 a\nok 1 a\nnot ok - left behind: /x\n')
	[ "$output" = 'not ok - left behind: /x' ]
}

@test "ctest: what a program said that failed, without its tests that passed" {
	run failures ctest <<-'EOF'
		1: [ RUN      ] well
		2: [ RUN      ] ill
		1: [       OK ] well
		2: [  ERROR   ] --- 1 != 2
		2: [  FAILED  ] ill
		1/3 Test #1: unit/text ....................   Passed    0.01 sec
		2/3 Test #2: unit/glob ....................***Failed    0.01 sec
		3: Segmentation fault
		3/3 Test #3: unit/crash ...................***Exception: SegFault  0.01 sec
	EOF
	[ "$output" = "$(printf '%s\n' '2/3 Test #2: unit/glob ....................***Failed    0.01 sec' \
		'2: [  ERROR   ] --- 1 != 2' '2: [  FAILED  ] ill' \
		'3/3 Test #3: unit/crash ...................***Exception: SegFault  0.01 sec' '3: Segmentation fault')" ]
}

@test "lines and a stage without tests" {
	[ "$(printf 'ok - a\nnot ok - b\n' | failures lines)" = 'not ok - b' ]
	[ "$(seq 100 | failures whole | tr '\n' ' ')" = "$(seq 71 100 | tr '\n' ' ')" ]
}
