#!/usr/bin/env bats
# The main job: MariaDB and Apache under load, held by the policy that the README shows, and never restarted.
load ../lib
load servers

teardown() {
	servers_stop
	room_leave
}

# readme_policy RANGE-END: the README's first example; "" as it stands, "100%" with room above each reservation.
readme_policy() {
	awk '/^```ini$/ { on = 1; next } /^```$/ && on { exit } on' "$REPO/README.md" >"$ROOM/readme.conf"
	grep -q '^\[mysql\]' "$ROOM/readme.conf" || fail 'README.md has no first ini example with a group mysql' || return
	if [ -n "$1" ]; then
		sed -E "s/^(cpu[ \t]*=[ \t]*[0-9]+%).*/\1..$1/" "$ROOM/readme.conf" | policy 50-web.conf
	else
		sed -E 's/^(cpu[ \t]*=[ \t]*[0-9]+%).*/\1/' "$ROOM/readme.conf" | policy 50-web.conf
	fi
	grep -q '^cpu' "$CONF/50-web.conf"
}

servers_under_load() {
	no_foreign_servers
	mariadb_start
	apache_start
	load_start
}

main_pids() {
	cat "$ROOM/mysql/pid" "$ROOM/apache2.pid"
}

both_are_placed() {
	# shellcheck disable=SC2046 # a pid a word
	is_in mysql "${PID[mysql]}" && is_in apache "${PID[apache]}" && are_in apache $(descendants "${PID[apache]}")
}

# Nothing can be said of shares unless both always want more: together they use the whole CPU.
saturated_shares_are() {
	shares_are "$@" && within "$(percent_of $((WINDOW_NS[mysql] + WINDOW_NS[apache])) "${WINDOW_NS[total]}")" 90 101 'both servers, of their one CPU'
}

@test "pinned and saturated they share 40/60, and 60/40 after a live flip, within a point" {
	servers_under_load
	pin "$SERVER_CPU"
	sleep 1
	readme_policy 100%
	local pids
	pids=$(main_pids)
	cgqd_start
	both_are_placed
	sleep 1
	saturated_shares_are 1 12 mysql 40 apache 60

	sed -i 's/40%\.\./TMP../; s/60%\.\./40%../; s/TMP\.\./60%../' "$CONF/50-web.conf"
	cgq reload
	sleep 1
	saturated_shares_are 1 12 mysql 60 apache 40
	[ "$(main_pids)" = "$pids" ]
	both_are_placed
}

@test "ceilings of 40% and 60% are never exceeded, and memory limits are in the kernel" {
	servers_under_load
	readme_policy ''
	cgqd_start
	both_are_placed
	knob_is mysql memory $((2 << 30))
	knob_is apache memory $((1 << 30))
	sleep 1
	cpu_window 10 mysql apache
	echo "# mysql $(machine_percent mysql) %, apache $(machine_percent apache) % of the machine" >&3
	within "$(machine_percent mysql)" 1 42 'mysql, of the machine'
	within "$(machine_percent apache)" 1 62 'apache, of the machine'
	# One alone does not get beyond it either.
	stop wrk
	sleep 1
	cpu_window 10 mysql
	echo "# mysql alone $(machine_percent mysql) % of the machine" >&3
	within "$(machine_percent mysql)" 30 42 'mysql alone, of the machine'
	[ "$(throttled_periods mysql)" -gt 0 ] || fail 'mysql never reached its ceiling'
}
