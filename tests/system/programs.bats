#!/usr/bin/env bats
# What tests start: ready for what a test does with it next.
load lib

@test "a program that has been started takes what it is told at once" {
	local i
	for ((i = 0; i < 30; i++)); do
		start "told$i" renamer "comm=$(named told)"
		kill -USR1 "${PID[told$i]}"
	done
	for ((i = 0; i < 30; i++)); do
		wait_until 5 "told$i takes it" renamed "${PID[told$i]}"
	done
}

renamed() {
	[ "$(<"/proc/$1/comm")" = "$(named told)" ]
}
