#!/usr/bin/env bats
# cgq set, and a change on trial: in the kernel at once, kept as long as it says, taken back when it must be.
load lib

web() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..%s\n' "$(named web)" "$1"
}

settings() {
	printf '[cgqd]\n%s\n' "$1" >"$ROOM/cgqd.conf"
}

# No limit, or not even a cgroup where one could be.
no_tasks() {
	[[ $(knob "$1" tasks) == [-m]* ]] || fail "$1: tasks is $(knob "$1" tasks)"
}

# What a person sees of the file that went back.
rolled_back() {
	run -1 cgq status
	[[ $output == *"50-web.conf:1: rolled back: $1 ("*"); waits for a change of the file, or for cgq reload"* ]] || fail "$output"
}

back_to() {
	wait_until 12 "back to $1" knob_is web ceiling "$1"
}

@test "set: in the kernel at once, above all files, and shown with who and when" {
	web 50% | policy 50-web.conf
	printf '[web]\ncpu = 20%%..55%%\n' | policy zz-last.conf
	cgqd_start
	knob_is web ceiling 55
	run -0 --separate-stderr cgq set web cpu=20%..70% memory=100M
	[ -z "$output$stderr" ]
	knob_is web ceiling 70
	knob_is web memory $((100 << 20))
	state_is web ok
	run -0 cgq status web --json
	jq -e '.groups[0].knobs[] | select(.key == "cpu") | (.at.file | test("^set by root at 20..-..-.. ..:..:..$")) and .at.line == 0 and (.over.file | endswith("/zz-last.conf")) and .over.line == 2' <<<"$output"
	run -0 cgq status
	[[ $output == *'web: memory = 100M, by root at '* ]]
	run -0 cgq diff
	cgq reload
	knob_is web ceiling 70
	run -0 cgq diff
}

@test "set: another program's file changes around it, and it stays" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..70%
	web 30% | policy_now 50-web.conf
	knob_is web ceiling 70
	cgq set web --clear cpu
	knob_is web ceiling 30
	run -1 --separate-stderr cgq set web --clear
	[ "$stderr" = 'cgq: web: nothing was set while running' ]
}

@test "set: what is refused changes nothing, in the words that a file would get" {
	web 50% | policy 50-web.conf
	printf '[db]\ncpu = 70%%..100%%\n' | policy 60-db.conf
	cgqd_start
	local words
	while IFS=: read -r words text; do
		run -1 --separate-stderr cgq set web memory=1G "$words"
		[[ $stderr == "cgq: $text"* ]] && [ "${#stderr_lines[@]}" = 1 ] || fail "$words: $stderr"
	done <<-EOF
		cpu=lots:cpu: 'lots' is not an amount of CPU
		cpuu=4%:unknown key 'cpuu'; did you mean 'cpu'?
		cpu=31%:cpu: '31%' reserves too much
		match=name=x:match: who belongs to a group stands in files only
		memory=2G:'memory' stands there twice
		tasks=:tasks: has no value
	EOF
	run -1 cgq set nothing cpu=1%
	run -1 cgq set web/php cpu=1%
	knob_is web ceiling 50
	knob_is web memory max
	run -1 cgq set web --clear
	run -0 cgq diff
	[ ! -e "$CONF/90-cgq-set.conf" ]
}

@test "set: kept over a restart and a SIGKILL, and gone when it is taken back" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..70% tasks=77
	cgqd_stop
	cgqd_start
	knob_is web ceiling 70
	cgqd_kill
	web 40% | policy 50-web.conf
	cgqd_start
	knob_is web ceiling 70
	knob_is web tasks 77
	cgq set web --clear tasks
	no_tasks web
	cgqd_kill
	cgqd_start
	knob_is web ceiling 70
	cgq set web --clear
	knob_is web ceiling 40
	cgqd_stop
	cgqd_start
	knob_is web ceiling 40
}

@test "set: until the machine boots; a damaged state costs a line of the log" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..70%
	cgqd_stop
	sed -i '1s/cgq-changes 1 ./cgq-changes 1 x/' "$STATE/changes"
	cgqd_start
	knob_is web ceiling 50
	log_says "state: 'changes' is damaged"
	cgq set web cpu=20%..60%
	knob_is web ceiling 60
}

@test "set: a group whose section is gone is gone with it" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..70%
	rm "$CONF/50-web.conf"
	cgq reload
	no_group web
	log_says 'web: cpu: no file names the group any more; what root set at .* is taken back'
	web 50% | policy_now 50-web.conf
	knob_is web ceiling 50
}

@test "set after a reset: kept, and nothing is enforced before a reload" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq reset
	run -0 --separate-stderr cgq set web cpu=20%..70%
	[[ $stderr == 'cgq: cgqd enforces nothing: cgq reset at '* ]]
	no_tree
	cgq reload
	knob_is web ceiling 70
}

@test "set leaves alone what a person gave back" {
	web 50% | policy 50-web.conf
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	cgqd_start
	cgq reset web
	no_group web
	cgq set db tasks=50
	knob_is db tasks 50
	no_group web
	run -0 --separate-stderr cgq set web tasks=50
	[ "$stderr" = 'cgq: web is passive: nothing of it is enforced' ]
	no_group web
	cgq reload
	knob_is web tasks 50
}

@test "set --save: a valid policy file of root's, merged, and there after a boot" {
	web 50% | policy 50-web.conf
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	cgqd_start
	cgq set web cpu=20%..70%
	run -0 --separate-stderr cgq set web --save cpu=20%..65%
	[ -z "$output$stderr" ]
	knob_is web ceiling 65
	cgq set db --save tasks=50
	cgq set web --save tasks=70
	[ "$(stat -c '%u %a' "$CONF/90-cgq-set.conf")" = '0 644' ]
	run -0 cgq check "$CONF"
	cgqd_stop
	rm -r "$STATE"
	cgqd_start
	knob_is web ceiling 65
	knob_is web tasks 70
	knob_is db tasks 50
	run -1 cgq set web --clear
	run -0 cgq set web --clear --save cpu
	knob_is web ceiling 50
	knob_is web tasks 70
	cgq set web --clear --save
	cgq set db --clear --save
	[ ! -e "$CONF/90-cgq-set.conf" ]
	no_tasks db
	run -0 cgq diff
}

@test "set --save: a drop-in with a fault, or a folder that cannot be written, changes nothing" {
	web 50% | policy 50-web.conf
	cgqd_start
	printf '[web]\ntaks = 4\n' | policy 90-cgq-set.conf
	run -1 --separate-stderr cgq set web --save cpu=20%..70%
	[[ $stderr == "cgq: $CONF/90-cgq-set.conf:2: unknown key 'taks'; did you mean 'tasks'?" ]]
	rm "$CONF/90-cgq-set.conf"
	mkdir "$CONF/90-cgq-set.conf"
	run -1 --separate-stderr cgq set web --save cpu=20%..70%
	[ "${#stderr_lines[@]}" = 1 ]
	rmdir "$CONF/90-cgq-set.conf"
	mv "$CONF" "$CONF.away"
	run -1 --separate-stderr cgq set web --save cpu=20%..70%
	[ "$stderr" = "cgq: $CONF: No such file or directory; nothing was changed" ] || fail "$stderr"
	mv "$CONF.away" "$CONF"
	cgq reload
	knob_is web ceiling 50
	[ "$(ls -A "$CONF")" = 50-web.conf ]
}

@test "set --save: a later file has the last word, which is told" {
	web 50% | policy 50-web.conf
	printf '[web]\ntasks = 9\n' | policy 95-more.conf
	cgqd_start
	run -0 --separate-stderr cgq set web --save tasks=70
	[ "$stderr" = "cgq: tasks: saved, but $CONF/95-more.conf:2 overrides it" ]
	knob_is web tasks 9
}

@test "set: what cgq check would warn of is told, of what is set and of nothing else" {
	web 50% | policy 50-web.conf
	printf '[db]\ncpu.burst = 20ms\n' | policy 60-db.conf
	cgqd_start
	run -0 --separate-stderr cgq set web net.out=1Mbit tasks=70
	[ "$stderr" = "cgq: net.out: does nothing without 'net' in namespace" ] || fail "$stderr"
	run -0 --separate-stderr cgq set web tasks=80
	[ -z "$stderr" ] || fail "$stderr"
	run -0 --separate-stderr cgq set db --save net.out=1Mbit
	[ "$stderr" = "cgq: net.out: does nothing without 'net' in namespace" ] || fail "$stderr"
}

@test "on trial: taken back when nobody confirms, and not taken again before it changes" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	run -0 --separate-stderr cgq reload --confirm 3s
	[[ $stderr == *'cgq confirm keeps it; '*"$CONF/50-web.conf"* ]]
	knob_is web ceiling 70
	back_to 50
	rolled_back 'not confirmed within 3s'
	log_says 'rolled back: not confirmed within 3s'
	# Neither the folder watch nor a restart takes it.
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	knob_becomes db ceiling 10
	knob_is web ceiling 50
	cgqd_stop
	cgqd_start
	knob_is web ceiling 50
	cgqd_kill
	cgqd_start
	knob_is web ceiling 50
	rolled_back 'not confirmed within 3s'
	run -1 cgq diff
	run -1 --separate-stderr cgq confirm
	[ "$stderr" = 'cgq: nothing waits to be confirmed' ]
	web 71% | policy 50-web.conf
	knob_becomes web ceiling 71
	run -0 cgq status
}

@test "on trial: cgq reload takes again what was rolled back" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	cgq reload --confirm 1s
	back_to 50
	run -0 cgq reload
	knob_is web ceiling 70
	sleep 2
	knob_is web ceiling 70
	cgqd_kill
	cgqd_start
	knob_is web ceiling 70
}

@test "on trial: confirmed, it stays; also over a restart" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	cgq reload --confirm 3s
	run -0 --separate-stderr cgq confirm
	[ -z "$output$stderr" ]
	sleep 4.5
	knob_is web ceiling 70
	cgqd_kill
	printf 'rubbish' | policy 50-web.conf
	cgqd_start
	knob_is web ceiling 70
}

@test "on trial: what the folder watch took just before is part of it" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	knob_becomes web ceiling 70
	rm "$CONF/50-web.conf"
	wait_until 5 'the group is gone' no_group web
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	knob_becomes db ceiling 10
	cgq reload --confirm 1s
	back_to 50
	no_group db
}

@test "on trial: a cgqd that is killed meanwhile takes it back once the time is over" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	cgq reload --confirm 6s
	cgqd_kill
	cgqd_start
	knob_is web ceiling 70
	run -0 cgq status
	[[ $output == *'on trial for '*' s: cgq confirm keeps it'* ]]
	back_to 50
	cgq reload --confirm 2s
	cgqd_kill
	sleep 2
	knob_is web ceiling 70
	cgqd_start
	knob_is web ceiling 50
	rolled_back 'not confirmed within 2s'
}

@test "on trial: the first policy of all is taken back too" {
	cgqd_start
	web 50% | policy 50-web.conf
	cgq reload --confirm 3s
	knob_is web ceiling 50
	cgqd_kill
	cgqd_start
	wait_until 8 'the group is gone' no_group web
	no_tree
}

@test "on trial: another trial goes back to before the first; set --runtime is not part of it" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 60% | policy 50-web.conf
	cgq reload --confirm 30s
	cgq set web tasks=77
	web 70% | policy 50-web.conf
	cgq reload --confirm 3s
	knob_is web ceiling 70
	back_to 50
	knob_is web tasks 77
}

@test "on trial: set keeps its value while its group is away" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..66%
	rm "$CONF/50-web.conf"
	cgq reload --confirm 3s
	no_group web
	back_to 66
}

@test "on trial: confirmed, what was set in a group that is gone is given up" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..66%
	rm "$CONF/50-web.conf"
	cgq reload --confirm 60s
	no_group web
	run -0 cgq diff
	cgq confirm
	log_says 'web: cpu: no file names the group any more; what root set at .* is taken back'
	web 50% | policy_now 50-web.conf
	knob_is web ceiling 50
}

@test "on trial: where what it would return to is lost, it stays, and what was set in a group that is gone is given up" {
	web 50% | policy 50-web.conf
	cgqd_start
	cgq set web cpu=20%..66%
	rm "$CONF/50-web.conf"
	cgq reload --confirm 60s
	cgqd_kill
	rm "$STATE/good"
	cgqd_start
	log_says 'what an unconfirmed change would return to is not there any more; it stays'
	log_says 'web: cpu: no file names the group any more; what root set at .* is taken back'
	cgqd_kill
	cgqd_start
	web 50% | policy_now 50-web.conf
	knob_is web ceiling 50
}

@test "on trial: cgqd --once says that it does not wait for the end; one whose time is over is taken back" {
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	cgq reload --confirm 5s
	cgqd_kill
	cgqd_ends --once
	[ "$status" = 0 ]
	[[ $output == *'a change waits to be confirmed, '[1-5]' s are left: nobody takes it back before cgqd runs again'* ]]
	knob_is web ceiling 70
	sleep 5
	cgqd_ends --once
	knob_is web ceiling 50
}

@test "on trial: a health command that fails twice takes it back, and says what it said" {
	# shellcheck disable=SC2016 # for the other shell
	printf '#!/bin/sh\necho "$1 is $(cat %s/health)"\ntest "$(cat %s/health)" = well\n' "$ROOM" "$ROOM" >"$ROOM/check"
	chmod +x "$ROOM/check"
	echo well >"$ROOM/health"
	settings "confirm.health = $ROOM/check the\\ web"
	web 50% | policy 50-web.conf
	cgqd_start
	web 70% | policy 50-web.conf
	cgq reload --confirm 60s
	sleep 4
	knob_is web ceiling 70
	echo ill >"$ROOM/health"
	back_to 50
	rolled_back 'health command exited 1: the web is ill'
}

@test "on trial: a kill for want of memory takes it back at once" {
	web 50% | policy 50-web.conf
	start web eater --wait --size 200M
	cgqd_start
	placed web web
	{ web 70% && echo 'memory = 60M' && echo 'swap = 0'; } | policy 50-web.conf
	cgq reload --confirm 60s
	knob_is web ceiling 70
	kill -USR1 "${PID[web]}"
	back_to 50
	rolled_back 'oom kill in web'
	knob_is web memory max
}
