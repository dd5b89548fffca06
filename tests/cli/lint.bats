#!/usr/bin/env bats
# cgq check: what it says beyond faults, and how loudly.
load lib

# A policy with three warnings and four hints, on any machine.
doubtful() {
	cat >"$1" <<-'END'
		[db]
		match = name:mysqld,postgres
		cpu = 30%
		[search]
		match = name:java args:*search*
		memory.min = 1M
		[ci]
		match = name:java user:ci
		match.db = name:postgres,redis-server
		match.search = name:java args:*search* user:ci
		[rest]
		match = name:*
		cpu = 0%..10%
		tasks = 100
		[spare]
		tasks = 5
	END
}

@test "warnings are told, hints to those who ask" {
	doubtful 50-all.conf
	golden check-lint 0 check 50-all.conf
	[ "$stderr" = "cgq: 3 warnings in 1 file" ]
	golden check-lint-hints 0 check --hints 50-all.conf
	[ "$stderr" = "cgq: 3 warnings, 4 hints in 1 file" ]
}

@test "JSON has all of it, with or without --hints" {
	doubtful 50-all.conf
	golden check-lint-json 0 check --json 50-all.conf
	golden check-lint-json 0 check --json --hints 50-all.conf
}

@test "a table holds what the lines hold" {
	doubtful 50-all.conf
	run -0 --separate-stderr cgq check -rn 50-all.conf
	[ "$(cut -d' ' -f1 <<<"$output" | sort | uniq -c | xargs)" = "3 warning" ]
	run -0 --separate-stderr cgq check -rn --hints 50-all.conf
	[ "$(cut -d' ' -f1 <<<"$output" | sort | uniq -c | xargs)" = "4 hint 3 warning" ]
}

@test "hints never fail, nor speak where nobody reads them" {
	printf '[a]\nmatch = name:x\ncpu = 10%%\n' >hinted.conf
	run -0 --separate-stderr cgq check --strict hinted.conf
	[ -z "$output$stderr" ]
	run -0 --separate-stderr cgq check --strict --hints hinted.conf
	[[ $output == "hinted.conf:2: hint: any user's process "* ]]
	[ "$stderr" = "cgq: 1 hint in 1 file" ]
	run -0 --separate-stderr cgq check --json hinted.conf
	jq -e '(.warnings == []) and (.hints | length == 1) and (.hints[0].severity == "hint")' <<<"$output"
}

@test "a terminal is told that there are hints" {
	printf '[a]\nmatch = name:x\ncpu = 10%%\n' >hinted.conf
	run -0 on_terminal 80 check hinted.conf
	[ "${lines[0]}" = "cgq: no faults in 1 file" ]
	[ "${lines[1]}" = "cgq: 1 hint more: see --hints" ]
	[ "${#lines[@]}" = 2 ]
}

@test "--as: hints and warnings of other files are theirs" {
	mkdir conf
	doubtful conf/50-all.conf
	printf '[a]\nmatch = exe:/a user:a\n' >source
	run -3 --separate-stderr cgq check --strict --hints --as 60-a.conf source conf
	[[ $output == "60-a.conf:2: warning: can never win: 'name:*' of [rest] in conf/50-all.conf:12 "* ]] || fail "$output"
	run -0 --separate-stderr cgq check --strict --hints --as 40-a.conf source conf
	[ -z "$output$stderr" ]
}

@test "a ceiling below what runs now is warned of, but not on standard input" {
	local tries eater
	cp "$BUILD/programs/eater" eats
	./eats --size 64M --seconds 60 >/dev/null 3>&- &
	eater=$!
	printf '[eats]\nmatch = exe:%s/eats\nmemory = 32M\n' "$PWD" >eats.conf
	for tries in {1..100}; do
		run cgq check eats.conf
		[[ $output == *' at least 64.'* ]] && break
		sleep 0.05
	done
	run -3 --separate-stderr cgq check --strict eats.conf
	run -0 --separate-stderr cgq check --strict - <eats.conf
	local told=$output
	run -0 cgq check eats.conf
	kill "$eater"
	wait "$eater" || true
	[[ $output == "eats.conf:3: warning: memory: processes that fit now use at least 64."*"M (1 of them), more than the ceiling of '32M'"* ]] ||
		fail "after $tries looks: $output"
	[ -z "$told" ]
	run -0 cgq check --strict eats.conf
	[ -z "$output" ]
}
