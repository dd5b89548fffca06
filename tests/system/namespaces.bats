#!/usr/bin/env bats
# namespace = …: there from the moment the group is applied, over restarts and deaths, and gone with the group.
load lib

NETNS=/run/netns

setup() {
	room_make
	KEEPERS=()
	INSIDE=''
}

# What a test leaves behind is let go of, and told.
teardown() {
	local left
	[ -z "$INSIDE" ] || kill "$INSIDE" 2>/dev/null || true
	keepers_note
	room_leave
	kept_end
	left=$(names)
	[ -z "$left" ] || { clear_names; echo "left in $NETNS: $left"; return 1; }
}

# keeper_of GROUP: its pid, as cgqd's book has it.
keeper_of() {
	awk -v group="$1" '$1 == 1 && $(NF - 2) == group { print $2 }' "$STATE/keepers" 2>/dev/null
}

keepers_note() {
	[ ! -e "$STATE/keepers" ] || mapfile -t KEEPERS < <(awk 'NR > 1 && $2 { print $2 }' "$STATE/keepers")
}

# Those of this test only: each is told to go, and does so within moments.
kept_end() {
	local pid
	for pid in "${KEEPERS[@]}"; do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != cgq-keeper ] || kill "$pid" 2>/dev/null || true
	done
}

names() {
	find "$NETNS" -maxdepth 1 -name "$TREE-*" -printf '%f\n' 2>/dev/null | sort
}

clear_names() {
	local name
	for name in $(names); do
		umount -l "$NETNS/$name" 2>/dev/null
		rm -f "$NETNS/$name"
	done
}

is_kept() {
	[ -n "$(keeper_of "$1")" ] && kill -0 "$(keeper_of "$1")" 2>/dev/null
}

inode() {
	stat -Lc %i "$1"
}

is_gone() {
	[ ! -e "/proc/$1" ]
}

names_are() {
	[ "$(names | xargs)" = "$*" ]
}

# cgqd_keeps GROUP: cgqd starts, and keeps the namespaces of that group, by process $keeper.
cgqd_keeps() {
	cgqd_start
	wait_until 5 "is_kept $1" is_kept "$1"
	keeper=$(keeper_of "$1")
}

@test "a group has its namespaces once it is applied, and they end with it" {
	local keeper kind
	policy 50-web.conf <<-'END'
		[web]
		namespace = net uts ipc pid
		tasks = 100
	END
	cgqd_keeps web
	for kind in net uts ipc pid mnt; do
		[ "$(inode "/proc/$keeper/ns/$kind")" != "$(inode "/proc/self/ns/$kind")" ] || fail "$kind is the machine's"
	done
	names_are "$TREE-web"
	[ "$(inode "$NETNS/$TREE-web")" = "$(inode "/proc/$keeper/ns/net")" ]
	[ "$(nsenter -t "$keeper" -u hostname)" = web ]
	wait_until 5 "is_in web $keeper" is_in web "$keeper"
	cgq status web --json | jq -e --arg netns "$TREE-web" '.groups[0] | .netns == $netns and .pending == 0 and
		([.namespaces[] | select(.in_force)] | length == 4) and .usage.state == "ok"'
	cgq ps web --json | jq -e --argjson pid "$keeper" '.processes == [.processes[] | select(.pid == $pid and .how == "keeper")]'
	cgq explain "$keeper" | grep -q "it keeps the group's namespaces"
	policy 50-web.conf <<<'[web]'
	cgq reload
	wait_until 5 "is_gone $keeper" is_gone "$keeper"
	wait_until 5 "names_are" names_are
}

@test "a restart takes the keeper over, also after a SIGKILL; a killed one is made anew" {
	local keeper
	policy 50-web.conf <<<$'[web]\nnamespace = net'
	cgqd_keeps web
	cgqd_kill
	kill -0 "$keeper"
	cgqd_start
	[ "$(keeper_of web)" = "$keeper" ]
	cgqd_stop
	cgqd_start
	[ "$(keeper_of web)" = "$keeper" ]
	kill -KILL "$keeper"
	wait_until 5 "is_gone $keeper" is_gone "$keeper"
	wait_until 10 "is_kept web" is_kept web
	[ "$(keeper_of web)" != "$keeper" ]
	[ "$(inode "$NETNS/$TREE-web")" = "$(inode "/proc/$(keeper_of web)/ns/net")" ]
	cgq reset
	wait_until 5 "names_are" names_are
}

@test "a lost book of keepers costs nothing: they are found by their names, and those that go are made anew" {
	local web db
	policy 50-web.conf <<<$'[web]\nnamespace = net pid\n[db]\nnamespace = net uts'
	cgqd_start
	wait_until 5 "is_kept db" is_kept db
	web=$(keeper_of web) db=$(keeper_of db)
	cgqd_kill
	rm "$STATE/keepers"
	policy 50-web.conf <<<$'[web]\nnamespace = net pid\n[db]\nnamespace = net ipc'
	cgqd_start
	wait_until 5 "is_kept web" is_kept web
	[ "$(keeper_of web)" = "$web" ]
	wait_until 5 "is_gone $db" is_gone "$db"
	wait_until 5 "is_kept db" is_kept db
	[ "$(inode "$NETNS/$TREE-db")" = "$(inode "/proc/$(keeper_of db)/ns/net")" ]
	cgq status | grep -q 'not in force' && fail "$(cgq status)"
	true
}

# takes_over OLD: another one keeps the group's namespaces, in the network of the old one.
takes_over() {
	is_kept web && [ "$(keeper_of web)" != "$1" ]
}

one_is_known() {
	[ "$(grep -c ' web ' "$STATE/keepers")" = 1 ]
}

@test "a killed keeper has an heir in the network of who runs there, with all else made anew" {
	local keeper network
	policy 50-web.conf <<-'END'
		[web]
		namespace = net uts ipc mount
		net.address = 10.215.1.2/24
		net.out = 100Mbit
	END
	cgqd_keeps web
	INSIDE=$(cgq run --detach web -- sleep 600)
	network=$(inode "/proc/$INSIDE/ns/net")
	kill -KILL "$keeper"
	wait_until 10 'there is an heir' takes_over "$keeper"
	keeper=$(keeper_of web)
	[ "$(inode "/proc/$keeper/ns/net")" = "$network" ]
	[ "$(inode "/proc/$keeper/ns/uts")" != "$(inode "/proc/$INSIDE/ns/uts")" ]
	names_are "$TREE-web"
	wait_until 5 'the dead one is forgotten' one_is_known
	run -0 cgq run web -- ip -o -4 address show
	[[ $output == *10.215.1.2/24* ]] || fail "$output"
	cgq set web net.out=50Mbit
	wait_until 5 "rate_is 50Mbit" rate_is 50Mbit
	cgqd_kill
	cgqd_start
	[ "$(keeper_of web)" = "$keeper" ]
	cgq reset
	kill "$INSIDE"
	wait_until 5 "names_are" names_are
	[ -z "$(ip -o link | grep "cgq.*$TREE.*web" || true)" ]
}

@test "a dead keeper of a group that is no more leaves the network to who is in it" {
	local keeper
	policy 50-web.conf <<<$'[web]\nnamespace = net\nnet.address = 10.214.1.2/24\n[db]'
	cgqd_keeps web
	INSIDE=$(cgq run --detach web -- sleep 600)
	policy 50-web.conf <<<'[db]'
	cgq reload
	kill -KILL "$keeper"
	wait_until 5 "is_gone $keeper" is_gone "$keeper"
	cgq reload
	names_are "$TREE-web"
	nsenter -t "$INSIDE" -n ip -o link | grep -q eth0
	cgq reset
	nsenter -t "$INSIDE" -n ip -o link | grep -q eth0
	kill "$INSIDE"
	wait_until 5 "is_gone $INSIDE" is_gone "$INSIDE"
	cgq reload
	wait_until 5 "names_are" names_are
}

@test "a name that somebody takes away is given anew" {
	local keeper
	policy 50-web.conf <<<$'[web]\nnamespace = net'
	cgqd_keeps web
	ip netns delete "$TREE-web"
	cgq reload
	wait_until 5 "names_are $TREE-web" names_are "$TREE-web"
	[ "$(inode "$NETNS/$TREE-web")" = "$(inode "/proc/$keeper/ns/net")" ]
	wait_until 5 'it is told' grep -q "put right: /run/netns/$TREE-web is missing" "$LOG"
	[ "$(keeper_of web)" = "$keeper" ]
	ip netns delete "$TREE-web"
	ip netns add "$TREE-web"
	cgq reload
	wait_until 5 "state_is web not in force" state_is web "not in force"
	cgq status web | grep -q "/run/netns/$TREE-web: File exists"
	cgq reset
	ip netns delete "$TREE-web" || true
}

@test "a thread alone in a network keeps it" {
	local keeper
	policy 50-web.conf <<<$'[web]\nnamespace = net'
	cgqd_keeps web
	"$PROGRAMS/threads" --enter "$NETNS/$TREE-web" </dev/null >"$ROOM/thread" 2>&1 3>&- &
	INSIDE=$!
	STARTED+=($!)
	wait_until 5 'a thread is in there' grep -q inside "$ROOM/thread"
	cgq reset
	sleep 1
	names_are "$TREE-web"
	kill "$INSIDE"
	wait_until 5 "is_gone $keeper" is_gone "$keeper"
}

@test "a process that matches is limited at once, and pending until it is started in the group" {
	policy 50-web.conf <<-END
		[web]
		match = name:$(named web)
		namespace = net
		tasks = 50
	END
	start web hog
	cgqd_start
	wait_until 5 "is_kept web" is_kept web
	is_in web "${PID[web]}"
	cgq status web | grep -q '1 process is pending: from the next start'
	cgq explain "${PID[web]}" | grep -q 'pending: net, from its next start by cgq run web'
	cgq ps web --json | jq -e --argjson pid "${PID[web]}" '.processes[] | select(.pid == $pid) | .namespace == "pending" and .pending == ["net"]'
}

@test "changed kinds wait for whoever is in the old network, and status, explain and list name him" {
	policy 50-web.conf <<<$'[web]\nnamespace = net'
	cgqd_start
	wait_until 5 "is_kept web" is_kept web
	INSIDE=$(cgq run --detach web -- sleep 1000)
	policy 50-web.conf <<<$'[web]\nnamespace = net uts'
	cgq reload 2>&1 | grep -qx 'cgq: web: net uts: waits for whoever is in the old network'
	local waits="waits for pid $INSIDE (sleep) in the old network"
	[ "$(cgq list --json | jq -r '.groups[0] | .state + ", " + .reason')" = "not in force, $waits" ]
	[ "$(cgq status web | head -n 1)" = "web: not in force, $waits" ]
	cgq explain "$INSIDE" | grep -qx "  waits for  pid $INSIDE (sleep) in the old network"
	cgq ps web --json | jq -e --argjson pid "$INSIDE" '.processes[] | select(.pid == $pid) | .pending == ["net", "uts"]'
	run -125 --separate-stderr cgq run web -- true
	[ "$stderr" = "cgq: the namespaces of web are not there: $waits" ]
	kill "$INSIDE"
	wait_until 10 "is_kept web" is_kept web
	[ "$(cgq run web -- hostname)" = web ]
}

@test "a name that is somebody else's is refused, with the limits in force, and left alone" {
	ip netns add "$TREE-web"
	policy 50-web.conf <<<$'[web]\nnamespace = net\ntasks = 50'
	cgqd_start
	wait_until 5 "state_is web not in force" state_is web "not in force"
	cgq status web --json | jq -e '.groups[0].knobs[] | select(.key == "tasks") | .in_force'
	cgq reset
	names_are "$TREE-web"
	ip netns delete "$TREE-web"
}

@test "a rate of the network changes while it stands, and status has what was read back" {
	local keeper
	policy 50-web.conf <<-END
		[web]
		namespace = net
		net.address = 10.213.$((RANDOM % 250)).2/24
		net.out = 100Mbit
	END
	cgqd_keeps web
	wait_until 5 "rate_is 100Mbit" rate_is 100Mbit
	cgq events web | grep -q 'its network is made'
	cgq set web net.out=50Mbit
	wait_until 5 "rate_is 50Mbit" rate_is 50Mbit
	[ "$(keeper_of web)" = "$keeper" ]
	[ "$(ip -n "$TREE-web" -j address show dev eth0 | jq '.[0].addr_info | length')" -ge 1 ]
}

rate_is() {
	cgq status web --json | jq -e --arg rate "$1" '.groups[0].knobs[] | select(.key == "net.out") | .effective == $rate and .in_force' >/dev/null
}

@test "what a reset leaves to the programs inside goes moments after the last of them, though cgqd is passive" {
	policy 50-web.conf <<<$'[web]\nnamespace = net'
	cgqd_start
	INSIDE=$(cgq run --detach web -- sleep 600)
	run -0 --separate-stderr cgq reset
	[ "$stderr" = "cgq: web: its network stays for pid $INSIDE (sleep): $TREE-web in ip netns" ] || fail "$stderr"
	names_are "$TREE-web"
	kill "$INSIDE"
	wait_until 5 "names_are" names_are
	run -0 --separate-stderr cgq reset
	[ -z "$stderr" ] || fail "$stderr"
}
