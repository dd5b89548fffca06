#!/usr/bin/env bats
# The man pages: as they render, and that they say what --help says.
load lib

# page NAME: as text, all in one line
page() {
	MANWIDTH=1000 man -E UTF-8 -l "$BUILD/pages/$1" | col -bx | tr -s '[:space:]' ' '
}

# has TEXT WORDS: with any blanks between the words
has() {
	local words
	read -r -a words <<<"$2"
	[[ $1 == *"${words[*]}"* ]] || fail "not there: $2"
}

@test "all three render without a warning, and break no word at 80 columns" {
	local name
	for name in cgq.1 cgq.conf.5 cgqd.8; do
		[ -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$BUILD/pages/$name" 2>&1 >/dev/null)" ]
		run mandoc -Tlint -W warning "$BUILD/pages/$name"
		[ -z "$output" ] || fail "$output"
		run ! grep -n '‐' < <(MANWIDTH=80 man -E UTF-8 -l "$BUILD/pages/$name")
	done
}

# What heads a column in the usual table stands in brackets in the page only, and a summary begins with a capital there.
@test "cgq(1) has every command with its options, columns and exit statuses, in the words of --help" {
	local text command line
	text=$(page cgq.1 | sed -E 's/ \([A-Z_]+\)//g')
	for command in $("$BUILD/cgq" --help | awk '/^Commands/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'); do
		while read -r line; do
			has "${text,,}" "${line,,}"
		done < <("$BUILD/cgq" "$command" --help | sed -E "s/^$command: //; s/^[* ] +//" |
			grep -vE '^(Usage:.*|Options.*:|Columns.*:|Exit status:|2  the command line is wrong)?$')
	done
}

@test "cgqd(8) has every option, setting and exit status" {
	local text line
	text=$(page cgqd.8)
	while read -r line; do
		has "$text" "$line"
	done < <("$BUILD/cgqd" --help | grep -E '^ +-|^[0-9] ')
	for line in system.cpu verify drift latency containers; do
		has "$text" "$line = "
	done
	# What holds where it is not set is no value: with "= none", cgqd would not start.
	has "$text" 'confirm.health'
	[[ $text != *'confirm.health ='* ]]
}

@test "cgq.conf(5) has every key and kind of the policy language" {
	local text name
	text=$(page cgq.conf.5)
	while read -r name; do
		has "$text" "$name = "
	done < <(grep -oE '^[a-z.]+' "$REPO/tests/policies/good/every-key.conf" | sort -u | grep -v match)
	for name in name exe user group args unit cgroup parent tag; do
		has "$text" "$name:"
	done
}

@test "cgq(1) explains every state that a group can be in" {
	local text state
	text=$(page cgq.1)
	while read -r state; do
		has "$text" "$state "
	done < <(sed -nE '/define STATE_TABLE/,/^$/s/.*X\([A-Z_]+, "([^"]+)"\).*/\1/p' "$REPO/daemon/view.h")
}

@test "the examples of cgq.conf(5) are taken without a warning" {
	local n
	for n in 1 2 3; do
		sed -nE '/^\.RS/,/^\.RE/p' "$BUILD/pages/cgq.conf.5" | sed 's/\\-/-/g' |
			awk -v n=$n '/^\.RS/ { i++; next } /^\./ { next } i == n' >example.conf
		grep -q '^\[' example.conf
		run -0 "$BUILD/cgq" check --strict - <example.conf
	done
}
