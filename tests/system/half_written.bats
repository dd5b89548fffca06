#!/usr/bin/env bats
# Files that somebody is writing while cgqd has another reason to read them.
load lib

web() {
	printf '[web]\nmatch = name:%s\ncpu = 20%%..%s\n' "$(named web)" "$1"
}

# Somebody who writes 60-db.conf in place until that has been enough, and what counts at its end: cpu = $1. Before all else on a
# busy machine: a pause of 300 ms would be an end for cgqd.
db_written_slowly() {
	renice -n -20 -p "$BASHPID" >/dev/null
	printf '[db]\n' >"$CONF/60-db.conf"
	until [ -e "$ROOM/enough" ]; do
		nap
		printf '# more\n' >>"$CONF/60-db.conf"
	done
	printf 'cpu = %s\n' "$1" >>"$CONF/60-db.conf"
}

# is_written: by now.
is_written() {
	: >"$ROOM/enough"
	wait "$1"
	rm "$ROOM/enough"
}

@test "set, and a change that is taken back: half of a file that is being written is not taken by the way" {
	web 50% | policy 50-web.conf
	printf '[db]\ncpu = 10%%\n' | policy 60-db.conf
	cgqd_start
	db_written_slowly 15% 3>&- &
	STARTED+=($!)
	nap
	cgq set web tasks=77
	knob_is web tasks 77
	knob_is db ceiling 10
	cgq set web --save tasks=78
	knob_is web tasks 78
	knob_is db ceiling 10
	is_written $!
	knob_becomes db ceiling 15
	cgq reload # what the folder watch took just before would be on trial too
	web 70% | policy 50-web.conf
	cgq reload --confirm 1s
	db_written_slowly 20% 3>&- &
	STARTED+=($!)
	wait_until 12 'back to 50' knob_is web ceiling 50
	knob_is db ceiling 15
	is_written $!
	knob_becomes db ceiling 20
}
