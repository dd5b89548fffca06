#!/usr/bin/env bats
# Words of a command line that no question to cgqd can hold.
load lib

@test "a word that is not UTF-8 is a wrong command line, and nothing is asked" {
	machine small
	local command
	for command in status ps events 'events --follow' kill freeze thaw reset 'pin 812'; do
		# shellcheck disable=SC2086 # a word each
		run -2 --separate-stderr cgq $command $'web\xff'
		says_only "${command%% *}: not a text in UTF-8"
	done
	[ ! -s "$SOCKET.log" ]
}

@test "set --clear: a key that cannot be asked for does not become all of them" {
	machine small
	run -2 --separate-stderr cgq set mysql --clear $'cpu\xff'
	says_only "set: --clear takes keys, not 'cpu\\xff'"
	run -2 cgq set mysql --clear cpu $'cpu\xff'
	[ ! -s "$SOCKET.log" ]
}
