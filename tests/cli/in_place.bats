#!/usr/bin/env bats
# Groups that are limited in place: their units, what was changed on the way up, and why a process is not limited.
load lib

@test "list --tree: groups with their units, and processes by name where there are none" {
	machine in-place
	golden in-place-tree 0 list --tree
	[ "$(jq -c .parameters "$SOCKET.log")" = '{"members":true}' ]
	same in-place-tree-terminal-80 "$(NO_COLOR=1 on_terminal 80 list --tree)"
	LC_ALL=C run -0 cgq list --tree
	[ -z "$(tr -d '\n -~' <<<"$output")" ] || fail 'lines of a tree that the locale does not have'
}

@test "without --tree nobody asks for members, and there are none" {
	machine in-place
	run -0 cgq list -no group
	[ "$output" = $'mysql\nweb\nweb/php\nmail\nbatch\noutside' ]
	run -1 grep -q '"members"' "$SOCKET.log"
}

@test "list --tree: for scripts a member stands behind its group, and JSON is the answer itself" {
	machine in-place
	run -0 cgq list --tree -rn -o group,procs
	[ "${lines[1]}" = 'mysql/mariadb.service 1' ]
	[ "${lines[4]}" = 'web/lighttpd.service 0' ]
	[ "${lines[5]}" = 'web/php 3' ]
	[ "${lines[8]}" = 'mail/mail.service -' ]
	run -0 cgq list --tree --json
	jq -e --slurpfile a "$MACHINES/in-place/List.json" '. == $a[0].parameters' <<<"$output"
}

@test "a member that is called like a group, or has a slash in its name, has no children" {
	machine in-place
	run -0 cgq list --tree -no group
	[[ $output == *$'├─a/b\\x1b[31m'* ]] || fail "$output"
}

@test "status names the unit of each value, and what was changed on the way up" {
	machine in-place
	golden in-place-status-web 0 status web
	golden in-place-status 0 status
	run -0 cgq status web -rn -o unit,file
	[ "${lines[3]}" = 'nginx.service cpu.weight' ]
}

@test "status: memory that is charged elsewhere" {
	machine in-place
	golden in-place-status-jobs 0 status jobs
}

@test "explain: left alone because of strangers, because of a manager, and the stranger itself" {
	machine in-place
	golden in-place-explain-900 0 explain 900
	golden in-place-explain-912 1 explain 912
	golden in-place-explain-77 1 explain 77
	run -0 cgq explain 900 -no unit,unlimited
	[ "$output" = 'mail.service mail.service also holds pid 912 (sh), which no rule takes; the unit is left as it is' ]
}
