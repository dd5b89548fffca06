#!/usr/bin/env bats
# Programs that fork and are gone at once: what they leave is placed as they would have been.
load lib

# depart COUNT [ARGUMENT]…: so many that are gone at once and leave a child, a child's child …
depart() {
	local count=$1 i file
	shift
	file=$(program_file web departs)
	for ((i = 0; i < count; i++)); do
		"$file" "$@" </dev/null >/dev/null 2>&1 3>&-
		[ $((i % 2)) = 0 ] || nap
	done
}

all_are_in_web() {
	local all
	all=$(instances web)
	[ "$(wc -w <<<"$all")" = "$1" ] || fail "$(wc -w <<<"$all") of $1 are there" || return
	# shellcheck disable=SC2086 # a pid a word
	is_in web $all
}

@test "what a daemon leaves that forks and is gone at once is placed within moments" {
	policy_of_web
	cgqd_start
	depart 60
	wait_until 2 'the children are inside' all_are_in_web 60
	depart 40 again and again
	wait_until 2 'their children are, too' all_are_in_web 100
}
