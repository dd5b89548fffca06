#!/usr/bin/env bats
# cgq status, ps, explain: pages, tables, exit codes.
load lib

@test "status of a group that is as wanted" {
	machine small
	golden status-mysql 0 status mysql
	NO_COLOR=1 same status-mysql-terminal-80 "$(NO_COLOR=1 on_terminal 80 status mysql)"
}

@test "status of groups that are not as wanted: 1, and why" {
	machine sick
	golden status-sick 1 status
	golden status-sick-apache 1 status apache
	golden status-sick-batch 1 status batch
}

@test "status of all groups names those in which the OOM killer killed" {
	mkdir killed
	jq '.parameters.groups[0].events.oom_kills = 2 | .parameters.groups[1].events.oom_kills = 0' "$MACHINES/sick/Status.json" >killed/Status.json
	machine killed "$PWD/killed"
	run -1 cgq status
	[[ $output == *$'\n\n  OOM kills since cgqd watches\n    apache: 2; when: cgq events apache\n\n'* ]] || fail "$output"
}

@test "passive by policy is as wanted" {
	machine sick
	golden status-sick-guests 0 status guests
	teardown && rm "$SOCKET" "$BATS_TEST_TMPDIR/feed"
	mkdir guests # no ceiling is in force there, its own as little as one above
	jq '.parameters.groups[0].tightest = {cpu_percent: null, cpu_group: null, memory_bytes: 4096, memory_group: "above"}' \
		"$MACHINES/sick/Status.guests.json" >guests/Status.json
	machine guests "$PWD/guests"
	golden status-sick-guests 0 status guests
}

@test "a daemon that is passive says why, and how it ends" {
	machine passive
	golden status-passive 0 status
}

@test "status with -o or -r is a table of every value" {
	machine sick
	golden status-sick-raw 1 status -r
	run -1 cgq status -o group,key,at,in_force
	[ "${lines[1]}" = "apache memory     /etc/cgq/conf.d/50-web.conf:9    no" ]
}

@test "status in JSON has the exit code of the page" {
	machine sick
	run -1 cgq status --json
	jq -e '.groups[0].usage.state == "shrinking"' <<<"$output"
	run -0 cgq status guests --json
}

@test "no such group is 4" {
	machine small
	run -4 --separate-stderr cgq status nothing
	says_only "there is no group 'nothing'; cgq list shows those there are"
	run -4 cgq ps nothing
}

@test "no such group: the one that was probably meant is named, by letters, by case, by its last part" {
	local given
	machine astray
	for given in apahce Apache; do
		run -4 --separate-stderr cgq status "$given"
		says_only "there is no group '$given' (did you mean apache?)"
	done
	run -1 --separate-stderr cgq freeze php
	says_only "there is no group 'php' (did you mean web/php?)"
	run -4 --separate-stderr cgq status nothing
	says_only "there is no group 'nothing'; cgq list shows those there are"
}

@test "no such group: it may be in a file that is refused" {
	mkdir refused
	echo '{"error": "io.cgq.NoSuchGroup", "parameters": {"group": "db"}}' >refused/Status.json
	echo '{"parameters": {"groups": [{"group": "web"}], "refused": [{"file": "/etc/cgq/conf.d/60-db.conf", "kept": false}]}}' >refused/List.json
	machine refused "$PWD/refused"
	run -4 --separate-stderr cgq status db
	says_only "there is no group 'db', but /etc/cgq/conf.d/60-db.conf is refused; cgq status says why"
}

@test "the group asked for is sent" {
	machine small
	run -0 cgq ps apache
	run -0 cgq ps
	[ "$(jq -c . "$SOCKET.log")" = '{"method":"io.cgq.Ps","parameters":{"group":"apache"}}
{"method":"io.cgq.Ps","parameters":{"group":null}}' ]
}

@test "ps: who is where, by which rule" {
	machine small
	golden ps-small 0 ps
	golden ps-small-raw 0 ps --raw
	NO_COLOR=1 same ps-small-terminal-80 "$(NO_COLOR=1 on_terminal 80 ps)"
}

@test "no process can speak to the terminal" {
	machine hostile
	golden ps-hostile 0 ps
	golden ps-hostile-raw 0 ps -r
	golden explain-hostile 0 explain 66
	[ -z "$(awk 'NF != 9' <"$GOLDEN/ps-hostile-raw")" ]
	for arguments in 'ps' 'ps -r' 'ps --json' 'explain 66' 'explain 66 --json' 'ps -o name'; do
		# shellcheck disable=SC2086 # a word each
		run -0 cgq $arguments
		[ -z "$(tr -d '\n -~' <<<"$output")" ] || fail "$arguments: $output"
	done
	[[ $(NO_COLOR=1 on_terminal 80 ps) != *[$'\033\007\x9b']* ]]
}

@test "explain: placed is 0" {
	machine small
	golden explain-812 0 explain 812
	TZ=XYZ-9 run -0 cgq explain 812
	[[ $output == *'moved      2026-11-23 08:58:01 XYZ'* ]]
	run -0 cgq explain 812 -o pid,group,rule
	[ "${lines[1]}" = "812 mysql /etc/cgq/conf.d/50-web.conf:2: name:mysqld,mariadbd" ]
	run -0 cgq explain 812 --json
	jq -e '.rule == {"file": "/etc/cgq/conf.d/50-web.conf", "line": 2, "text": "name:mysqld,mariadbd"}' <<<"$output"
}

@test "explain: not placed is 1, and so is no such process" {
	machine small
	golden explain-1 1 explain 1
	run -1 --separate-stderr cgq explain 77
	says_only "there is no process 77"
}

@test "what a real cgqd answered" {
	machine recorded
	golden recorded-list 0 list
	golden recorded-status 1 status
	golden recorded-status-web 0 status web
	golden recorded-ps 0 ps
	golden recorded-explain 0 explain 812
	golden recorded-diff 2 diff
}

@test "a process id is a number and nothing else" {
	machine small
	for pid in '' x1 -1 +1 ' 1' 1x 0x10 0 01 1e3 99999999999 18446744073709551617 $'1\n'; do
		run -2 --separate-stderr cgq explain -- "$pid"
		[ "${#stderr_lines[@]}" = 1 ]
	done
	run -2 --separate-stderr cgq explain $'\033[2J'
	says_only "explain: '\\x1b[2J' is not a process id"
}

@test "one that has ended is what is remembered of it, and as good as placed" {
	machine small
	golden explain-4242 0 explain 4242
	run -0 cgq explain 4242 -n -o pid,group,ended_at
	[ "$output" = "4242 mysql 2026-11-23 00:10:00" ]
}
