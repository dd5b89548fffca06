#!/usr/bin/env bats
# What a runner skipped, lost or did not say has failed.

count() {
	"$BATS_TEST_DIRNAME/../count" "$@"
}

@test "bats: passed and failed" {
	[ "$(printf '1..3\nok 1 a\nnot ok 2 b\nok 3 c\n' | count bats 1)" = '2 1' ]
	[ "$(printf '1..2\nok 1 a\nok 2 b\n' | count bats 0)" = '2 0' ]
}

@test "bats: a skip is a failure" {
	[ "$(printf '1..2\nok 1 a\nok 2 b # skip no tool\n' | count bats 0)" = '1 1' ]
}

@test "bats: what it did not get round to, a crash, silence" {
	[ "$(printf '1..5\nok 1 a\n' | count bats 1)" = '1 4' ]
	[ "$(printf '1..1\nok 1 a\n' | count bats 125)" = '1 1' ]
	[ "$(printf 'no such file\n' | count bats 1)" = '0 1' ]
	[ "$(count bats 0 </dev/null)" = '0 1' ]
}

ctest_says() {
	cat <<-'EOF'
		1: [==========] Running 3 test(s).
		1: [  PASSED  ] 3 test(s).
		1/4 Test #1: unit/text ....................   Passed    0.01 sec
		2: [  PASSED  ] 1 test(s).
		2: [  FAILED  ] 2 test(s), listed below:
		2/4 Test #2: unit/glob ....................***Failed    0.01 sec
		3/4 Test #3: fuzz/fuzz_policy .............   Passed    0.01 sec
		4: Segmentation fault
		4/4 Test #4: unit/crash ...................***Exception: SegFault  0.01 sec
	EOF
}

@test "ctest: each test of each program counts, a crash as one" {
	[ "$(ctest_says | count ctest 8)" = '5 3' ]
	[ "$(ctest_says | head -n 3 | count ctest 0)" = '3 0' ]
	[ "$(count ctest 0 </dev/null)" = '0 1' ]
}

@test "ctest: a skip is a failure, though its program has passed" {
	[ "$(printf '%s\n' '1: [==========] Running 3 test(s).' '1: [  SKIPPED ] needs_root' '1: [  PASSED  ] 2 test(s).' \
		'1: [  SKIPPED ] 1 test(s), listed below:' '1: [  SKIPPED ] needs_root' \
		'1/1 Test #1: unit/proc ....................   Passed    0.01 sec' | count ctest 0)" = '2 1' ]
}

@test "lines: ok and not ok" {
	[ "$(printf 'ok - a\nnot ok - b\nhello\n' | count lines 1)" = '1 1' ]
	[ "$(printf 'ok - a\n' | count lines 125)" = '1 1' ]
	[ "$(printf 'hello\n' | count lines 0)" = '0 1' ]
}

@test "lines: a skip is a failure, however it is written" {
	[ "$(printf 'ok - a # skip no qemu\nok - b\n' | count lines 0)" = '1 1' ]
	[ "$(printf 'ok - a # SKIP no qemu\n' | count lines 0)" = '0 1' ]
	[ "$(printf '1..1\nok 1 a # SKIP no qemu\n' | count bats 0)" = '0 1' ]
}

@test "a stage without tests is one" {
	[ "$(printf 'hello\n' | count whole 0)" = '1 0' ]
	[ "$(printf 'not ok\n' | count whole 2)" = '0 1' ]
}
