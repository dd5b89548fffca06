#!/usr/bin/env bats
# cgq pin, unpin, freeze, thaw, kill, and how what a person decided is shown.
load lib

@test "done is 0 and silent" {
	machine person
	local command
	for command in 'pin 812 apache' 'pin 812 apache --children' 'unpin 812' 'freeze mysql' 'kill mysql' 'kill mysql -s TERM'; do
		# shellcheck disable=SC2086 # a word each
		run -0 --separate-stderr cgq $command
		[ -z "$output$stderr" ] || fail "$command: $output$stderr"
	done
	[ "$(jq -c . "$SOCKET.log")" = '{"method":"io.cgq.Pin","parameters":{"pid":812,"group":"apache","children":false}}
{"method":"io.cgq.Pin","parameters":{"pid":812,"group":"apache","children":true}}
{"method":"io.cgq.Unpin","parameters":{"pid":812}}
{"method":"io.cgq.Freeze","parameters":{"group":"mysql"}}
{"method":"io.cgq.Kill","parameters":{"group":"mysql","signal":null}}
{"method":"io.cgq.Kill","parameters":{"group":"mysql","signal":"TERM"}}' ]
	run -0 cgq kill mysql --json
	jq -e '. == {"signalled": 12, "left": 0, "note": null}' <<<"$output"
}

@test "what the caller should know is said, and is no failure" {
	machine person
	run -0 --separate-stderr cgq pin 812 batch
	says_only 'batch has no cgroup now: it is passive (enforce = no, or reset); pid 812 is pinned, and stays where it is'
	run -0 --separate-stderr cgq thaw mysql
	says_only 'mysql was not frozen'
}

@test "not done is 1, with one line" {
	machine person
	run -1 --separate-stderr cgq pin 812 nothing
	says_only "there is no group 'nothing'; cgq list shows those there are"
	run -1 --separate-stderr cgq pin 812 docker
	says_only 'pid 812 (\x1b[2J): it is never placed: in a cgroup of docker: /docker/x'
	run -1 --separate-stderr cgq unpin 77
	says_only 'there is no process 77'
	run -1 --separate-stderr cgq freeze web
	says_only 'web cannot be frozen: this machine has no freezer controller mounted'
	run -1 --separate-stderr cgq kill web
	says_only 'web: 3 processes are left; the kernel holds them, or they fork too fast'
}

@test "a signal that there is not is a wrong command line, though cgqd is asked" {
	machine person
	run -2 --separate-stderr cgq kill bad -s $'\033'
	says_only "there is no signal '\\x1b' (like TERM)"
}

@test "a wrong command line is 2, and nothing is asked" {
	machine person
	local line
	for line in 'pin' 'pin 812' 'pin x web' 'pin 0 web' 'pin 812 web more' 'pin -1 web' 'unpin' 'unpin x' 'unpin 1 2' 'freeze' \
		'freeze a b' 'thaw' 'kill' 'kill a b' 'freeze web --children' 'pin 812 web -s TERM' 'kill web --signal' 'list --children'; do
		# shellcheck disable=SC2086 # a word each
		run -2 --separate-stderr cgq $line
		[ "${#stderr_lines[@]}" = 1 ] || fail "$line: $stderr"
	done
	run -2 --separate-stderr cgq pin 812 web more
	says_only "pin takes two arguments; 'more' is too much"
	[ ! -s "$SOCKET.log" ]
}

@test "a pin is shown with who and when, and is a placing" {
	machine person
	golden person-ps 0 ps
	golden person-explain 0 explain 812
	golden person-explain-waiting 0 explain 813
	TZ=XYZ-9 run -0 cgq explain 812
	[[ $output == *'to batch by root, 2026-11-23 08:58:01 XYZ; its descendants too'* ]]
}

@test "what is frozen is seen, on the narrowest terminal too" {
	machine person
	golden person-list 0 list
	[[ $(NO_COLOR=1 on_terminal 40 list) == *FROZEN* ]]
}
