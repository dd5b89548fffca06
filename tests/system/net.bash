# Three network namespaces, and how networks are asked for, reached and measured in them.
# shellcheck shell=bash disable=SC2034,SC2154

declare -gA NS=()
LINK=cgq00000001
# Mbit a second: an emulated CPU carries 50, and is at its end with 100.
FAST=$((SLOW > 1 ? 50 : 100))
BOTH=("address=10.77.0.2/24,fd00:77::2/64" "gateway=10.77.0.1,fd00:77::1")

# Each lives as long as a process of the test's.
namespaces_make() {
	local name
	for name in outside inside world; do
		setpriv --pdeathsig KILL unshare -n sleep 600 </dev/null >/dev/null 2>&1 3>&- &
		NS[$name]=$!
		STARTED+=($!)
		wait_until 5 "$name is there" is_apart "$!" || return
	done
	outside ip link set lo up
}

is_apart() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ] && [[ $(<"/proc/$1/comm") == sleep ]]
}

outside() { nsenter "--net=/proc/${NS[outside]}/ns/net" -- "$@"; }
inside() { nsenter "--net=/proc/${NS[inside]}/ns/net" -- "$@"; }
world() { nsenter "--net=/proc/${NS[world]}/ns/net" -- "$@"; }

# ask DEED KEY=VALUE…
ask() {
	local deed=$1
	shift
	if [ "$deed" = forget ]; then
		outside "$PROGRAMS/net_ask" forget "${1-$LINK}"
	else
		outside "$PROGRAMS/net_ask" "$deed" "inside=/proc/${NS[inside]}/ns/net" "link=$LINK" "$@"
	fi
}

# applies WANTED…: and all of it is there, so that a look finds nothing to do.
applies() {
	run -0 ask apply "$@"
	[[ $output == *changes=* ]] || fail "$output" || return
	run -0 ask look "$@"
	[ "${lines[0]}" = changes=0 ] || fail "$output"
}

# refuses ERRNO DEED WANTED…
refuses() {
	local error=$1
	shift
	run ask "$@"
	[[ $status = 1 && $output == "$error: "* ]] || fail "not $error: $status, $output"
}

# links WHERE: their names; the machine's kernel may give each namespace more of its own.
links() {
	"$1" ip -o link | awk -F'[:@ ]+' '$2 !~ /^(ifb|sit|tunl|gre|erspan|ip6|ip_|dummy)/ { print $2 }' | sort | xargs
}

# links_are WHERE NAMES, in order
links_are() {
	[ "$(links "$1")" = "$2" ] || fail "links $1: $(links "$1"), not $2"
}

has_no_rules() {
	[ -z "$(outside nft list ruleset)" ] || fail "$(outside nft list ruleset)"
}

addresses() {
	"$1" ip -o address show scope global | awk '{ print $2, $4 }' | xargs
}

# reaches WHERE ADDRESS: a connection is refused there, or taken: both are an answer.
reaches() {
	local code
	# shellcheck disable=SC2016 # for the inner shell
	run "$1" timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/9"' - "$2"
	[[ $status = 0 || $output == *'Connection refused'* ]] || fail "$1 does not reach $2: $output"
}

# listens WHERE FILE: one conversation of iperf3; what it saw goes to the file.
listens() {
	"$1" setpriv --pdeathsig KILL iperf3 -s -1 -J </dev/null >"$2" 2>&1 3>&- &
	LISTENER=$!
	STARTED+=($!)
	wait_until 5 'iperf3 listens' listening "$1"
}

listening() {
	[ -n "$("$1" ss -Hltn 'sport = :5201')" ]
}

talking() {
	[ -n "$("$1" ss -Htn state established 'sport = :5201')" ]
}

# measured SENDER RECEIVER ADDRESS SECONDS: kbit a second that arrive at the receiver, which connects to the sender.
measured() {
	listens "$1" "$ROOM/iperf" >&2 || return
	"$2" timeout 60 iperf3 -c "$3" -R -t "$4" -i 0.5 -J >"$ROOM/measured" || { cat "$ROOM/measured" >&2; return 1; }
	wait "$LISTENER" || true
	jq '.end.sum_received.bits_per_second / 1e3 | floor' "$ROOM/measured"
}

# rate_is SENDER RECEIVER ADDRESS MBIT: within 5 % of it. Another machine on the same CPUs may spoil one window.
rate_is() {
	local try got
	for try in 1 2 3; do
		got=$(measured "$1" "$2" "$3" 3) || return
		echo "# $1 to $2 by $3: $got kbit of $4 Mbit"
		within "$got" $(($4 * 950)) $(($4 * 1050)) "kbit of $1 to $2" && return
	done
	return 1
}

# changes_under_way SENDER RECEIVER ADDRESS KEY AFTER: from $FAST; one connection, and both rates seen by it.
changes_under_way() {
	local before after
	applies "${BOTH[@]}" "out=$(bytes_of "$FAST")" "in=$(bytes_of "$FAST")" || return
	(wait_until 20 'they talk' talking "$1" && sleep 2.4 &&
		ask apply "${BOTH[@]}" "out=$(bytes_of "$FAST")" "in=$(bytes_of "$FAST")" "$4=$(bytes_of "$5")") >"$ROOM/changed" &
	measured "$1" "$2" "$3" 5 >/dev/null || return
	wait $! || true
	[[ $(<"$ROOM/changed") == changes=1* ]] || fail "$(<"$ROOM/changed")" || return
	[ "$(jq '.start.connected | length' "$ROOM/measured")" = 1 ] || fail 'another connection' || return
	before=$(mean 1 2)
	after=$(mean 3.5 5)
	echo "# $1 to $2: $before, then $after Mbit"
	within "$before" $((FAST * 93 / 100)) $((FAST * 107 / 100)) 'Mbit before' || return
	within "$after" $(($5 * 93 / 100)) $(($5 * 107 / 100)) 'Mbit after'
}

# counted WHERE LINK AFTER: the queue of 2.5 s at $FAST and 2.5 s at the rate after is one and the same: it has counted both.
counted() {
	local bytes sum=$(($(bytes_of "$FAST") * 5 / 2 + $(bytes_of "$3") * 5 / 2))
	bytes=$("$1" tc -s -j qdisc show dev "$2" | jq '.[] | select(.root) | .bytes')
	within "$bytes" $((sum * 8 / 10)) $((sum * 14 / 10)) 'bytes that the queue counted'
}

bytes_of() {
	echo $(($1 * 125000))
}

# mean FROM TO: Mbit a second in that part of what was measured.
mean() {
	jq "[.intervals[].sum | select(.start >= $1 - 0.1 and .end <= $2 + 0.1) | .bits_per_second] | add / length / 1e6 | floor" \
		"$ROOM/measured"
}

# The world is behind a link of the outside, and knows no way back to the group.
wan_make() {
	outside ip link add wan type veth peer name eth0 netns "${NS[world]}"
	outside ip link set wan up
	outside ip address add 192.0.2.1/24 dev wan
	outside ip address add 2001:db8::1/64 dev wan nodad
	world ip link set eth0 up
	world ip address add 192.0.2.9/24 dev eth0
	world ip address add 2001:db8::9/64 dev eth0 nodad
}

# seen_as WHERE ADDRESS [OPTION…]: as whom the world sees a connection from there.
seen_as() {
	local where=$1 address=$2 r=0
	shift 2
	listens world "$ROOM/seen" >&2 || return
	"$where" timeout 10 iperf3 -c "$address" -n 1K --connect-timeout 1500 "$@" >/dev/null 2>&1 || r=1
	[ $r = 0 ] || kill "$LISTENER"
	wait "$LISTENER" || true
	[ $r = 0 ] && jq -r '.start.accepted_connection.host' "$ROOM/seen"
}
