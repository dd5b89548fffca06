#!/usr/bin/env bats
# cgq list: columns, numbers, headings, JSON.
load lib

@test "a row per group, numbers as people read them, and the outside last" {
	machine small
	golden list-small 0
	golden list-small 0 list
	[ "${lines[-1]%% *}" = outside ]
}

@test "raw: unrounded, one blank between fields, nothing is never empty" {
	machine small
	golden list-small-raw 0 list -r
	[ -z "$(awk 'NF != 13' <<<"$output")" ]
}

@test "a column about which nothing is known is shown to scripts only" {
	machine small
	run -0 cgq list
	[[ $output != *PRESSURE* ]]
	run -0 cgq list -o group,pressure
	[[ ${lines[0]} == "GROUP   PRESSURE" ]]
}

@test "columns: either case, with or without unit, headed as they are called, or added" {
	machine small
	run -0 cgq list -o GROUP,cpu_percent,Memory
	[ "${lines[0]}" = "GROUP   CPU_PERCENT MEMORY" ]
	run -0 cgq -n -o group,cpu_max_percent list
	[ "${lines[0]}" = "apache   60%" ]
	run -0 cgq list -o +reason
	[[ ${lines[0]} == GROUP*STATE\ REASON ]]
	run -0 cgq list --bytes -no group,memory,limit
	[ "${lines[1]}" = "mysql   1932735283 2147483648" ]
}

@test "an unknown column is 2, with the likely one and all that there are" {
	machine small
	run -2 --separate-stderr cgq list -o group,memry
	says_only "there is no column 'MEMRY' (did you mean MEMORY?): there are GROUP, PROCS, CPU_PERCENT, CPU_MIN_PERCENT, CPU_MAX_PERCENT, THROTTLED_PERCENT, MEMORY_BYTES, MEMORY_MAX_BYTES, IO_BYTES_PER_SECOND, PRESSURE_PERCENT, STATE, REASON, FROZEN"
	for columns in '' ',' 'group,,' '+'; do
		run -2 --separate-stderr cgq list -o "$columns"
	done
	[ ! -s "$SOCKET.log" ] || fail "cgqd was asked for nothing"
}

@test "JSON is the answer itself, or the chosen keys of its rows" {
	machine small
	run -0 cgq list --json
	jq -e --slurpfile a "$MACHINES/small/List.json" '. == $a[0].parameters' <<<"$output"
	run -0 cgq list --json -o group,memory_max
	jq -e '.groups[1] == {"group": "mysql", "memory_max_bytes": 2147483648} and (.outside | keys == ["group", "memory_max_bytes"])' <<<"$output"
}

@test "sorted: the most first, no limit before limits, unknown last, equal ones as they stand, the outside among them" {
	local how
	sorted() {
		run -0 cgq list -n -o group --sort "$1"
		[ "${lines[*]}" = "$2" ] || fail "$how: $1: ${lines[*]}"
	}
	for how in machine columns_machine; do
		$how nested
		sorted cpu 'web batch web/php web/php/pool-a outside web/static'
		sorted procs 'outside web web/php web/php/pool-a batch web/static'
		sorted LIMIT 'batch web/php web/static web web/php/pool-a outside'
		sorted state 'web/php/pool-a batch web web/php outside web/static'
		[ $how = machine ] || break
		run -0 cgq list --sort procs --json
		jq -e '[.groups[].group] == ["web", "web/php", "web/php/pool-a", "batch", "web/static"] and .outside.procs == 120' <<<"$output"
		teardown
		rm "$SOCKET" "$BATS_TEST_TMPDIR/feed"
	done
	[[ $(NO_COLOR=1 on_terminal 80 list -n --sort cpu) == 'web  '*$'\nweb/php/pool-a '* ]]
	teardown
	rm "$SOCKET" "$BATS_TEST_TMPDIR/feed"
	mkdir unknown # which is less than nothing
	jq '.parameters.groups[0].cpu_percent = null | .parameters.groups[1].cpu_percent = 0' "$MACHINES/small/List.json" >unknown/List.json
	machine unknown "$PWD/unknown"
	sorted cpu 'outside mysql apache'
}

@test "sorted by what is no column, or as a tree: 2, and nothing is asked" {
	machine small
	run -2 --separate-stderr cgq list --sort memry
	[[ $stderr == "cgq: there is no column 'MEMRY' (did you mean MEMORY?): there are "* ]]
	run -2 --separate-stderr cgq list --sort cpu --tree
	says_only 'list: --sort and --tree exclude each other'
	[ ! -s "$SOCKET.log" ]
}

@test "unlimited, unknown and nested" {
	machine nested
	golden list-nested 0 list
}

@test "states, and why" {
	machine sick
	golden list-sick 0 list
	[ "$stderr" = 'cgq: /etc/cgq/conf.d/60-batch.conf: refused; its last good version stays in force; see cgq status
cgq: /etc/cgq/conf.d/70-new.conf: refused; nothing of it is in force; see cgq status' ] || fail "$stderr"
}

# The same machine as a newer cgqd answers of it, which has lists for the keys that are asked for.
columns_machine() {
	local keys
	keys='["group","procs","cpu_percent","cpu_min_percent","cpu_max_percent","throttled_percent","memory_bytes","memory_max_bytes","io_bytes_per_second","pressure_percent","state","reason","frozen"]'
	mkdir "$BATS_TEST_TMPDIR/columns"
	jq -c --argjson keys "$keys" '.parameters |= (.groups as $rows | .groups = ($keys | map(. as $k | {key: $k, value: ($rows | map(.[$k]))}) |
		from_entries | map_values(if all(. == null) then null else . end)))' "$MACHINES/$1/List.json" >"$BATS_TEST_TMPDIR/columns/ListColumns.json"
	machine "$1" "$BATS_TEST_TMPDIR/columns"
}

@test "answers by columns look as answers by rows" {
	local name
	for name in small nested sick; do
		columns_machine "$name"
		golden "list-$name" 0 list
		[ "$name" != small ] || golden list-small-raw 0 list -r
		[ "$name" != nested ] || same list-nested-terminal-80 "$(NO_COLOR=1 on_terminal 80 list)"
		[ "$name" != sick ] || [[ $(on_terminal 80 list) == *$'\033[1;31mrefused file\033[0m'* ]]
		run -0 jq -se 'all(.[]; .method == "io.cgq.ListColumns" and (.parameters.keys | index("state")))' "$SOCKET.log"
		teardown
		rm -r "$SOCKET" "$BATS_TEST_TMPDIR/columns" "$BATS_TEST_TMPDIR/feed"
	done
}

@test "what is asked of columns is what is shown, and a row's place and limit" {
	columns_machine small
	run -0 cgq list -o group,state
	run -0 jq -ce '.parameters.keys | unique' "$SOCKET.log"
	[ "$output" = '["group","memory_max_bytes","state"]' ]
}

@test "columns of a strange shape are unknown" {
	local groups
	for groups in null 7 '[]' '{}' '{"group":7}' '{"group":["a","b"],"procs":[1],"state":{"x":1},"memory_bytes":"x"}' '{"group":[1,null]}'; do
		mkdir "$BATS_TEST_TMPDIR/columns"
		echo "{\"parameters\":{\"groups\":$groups,\"outside\":{\"group\":\"outside\",\"procs\":7,\"state\":\"ok\"},\"refused\":null}}" \
			>"$BATS_TEST_TMPDIR/columns/ListColumns.json"
		machine small "$BATS_TEST_TMPDIR/columns"
		run -0 cgq list -o group,procs,state
		[[ ${lines[-1]} =~ ^outside\ +7\ ok$ ]] || fail "$groups: $output"
		[ "${#lines[@]}" -le 4 ] || fail "$groups: $output"
		teardown
		rm -r "$SOCKET" "$BATS_TEST_TMPDIR/columns" "$BATS_TEST_TMPDIR/feed"
	done
}

@test "a cgqd that knows rows only is asked for these" {
	machine small
	golden list-small 0 list
	[ "$(jq -r .method "$SOCKET.log" | tr '\n' ' ')" = "io.cgq.ListColumns io.cgq.List " ]
}

@test "a hundred groups" {
	machine many
	run -0 cgq list -n
	[ "${#lines[@]}" = 101 ]
}

@test "on a terminal groups are a tree, and what has no room goes before it is cut" {
	machine nested
	export NO_COLOR=1
	same list-nested-terminal-80 "$(on_terminal 80 list)"
	same list-nested-terminal-200 "$(on_terminal 200 list)"
	same list-nested-terminal-40 "$(on_terminal 40 list)"
	teardown && rm "$SOCKET" "$BATS_TEST_TMPDIR/feed"
	machine sick
	same list-sick-terminal-110 "$(on_terminal 110 list)"
}

@test "colours: on a terminal, not with NO_COLOR, always when asked" {
	machine sick
	[[ $(on_terminal 80 list) == *$'\033[1;31mrefused file\033[0m'* ]]
	[[ $(NO_COLOR=1 on_terminal 80 list) != *$'\033'* ]]
	[[ $(TERM=dumb on_terminal 80 list) != *$'\033'* ]]
	[[ $(on_terminal 80 list --color=never) != *$'\033'* ]]
	run -0 cgq list
	[[ $output != *$'\033'* ]]
	NO_COLOR=1 run -0 cgq list --color=always
	[[ $output == *$'\033[33mshrinking'* ]]
	run -0 cgq list --color=always -r
	[[ $output != *$'\033'* ]]
}
