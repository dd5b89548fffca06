#!/usr/bin/env bats
# The network of a group, as the starter makes it. The outside is a network namespace too: the machine's own is not touched.
load lib
load net

setup() {
	room_make
	namespaces_make
}

# --- what is somebody else's ------------------------------------------------------------------------------------

# bats test_tags=any-kernel
@test "a link that has our name and is somebody's is left alone" {
	outside ip link add "$LINK" type bridge
	refuses EEXIST apply "${BOTH[@]}"
	refuses EEXIST look "${BOTH[@]}"
	run ! ask forget
	[[ $output == EEXIST:*"not cgq's"* ]] || fail "$output"
	links_are outside "$LINK lo"
	links_are inside lo
}

# bats test_tags=any-kernel
@test "a link of another group is left alone" {
	applies "${BOTH[@]}"
	refuses EEXIST apply group=db "${BOTH[@]}"
	[[ $output == *'that of group web'* ]] || fail "$output"
	[ "$(ask look "${BOTH[@]}" | head -n 1)" = changes=0 ]
}

# bats test_tags=any-kernel
@test "an eth0 inside that is somebody's is left alone" {
	inside ip link add eth0 type bridge
	refuses EEXIST apply "${BOTH[@]}"
	refuses EEXIST look "${BOTH[@]}"
	links_are outside lo
	links_are inside 'eth0 lo'
	applies mode=none
	links_are inside 'eth0 lo'
}

# bats test_tags=any-kernel
@test "a name that would be more than a name to nftables is refused" {
	local name
	for name in 'x;flush' '' 'a b' '../x' cgq0123456789abcd 1x; do
		refuses EINVAL apply "link=$name" "${BOTH[@]}"
	done
	run ! ask forget 'x { }'
	[[ $output == EINVAL:* ]]
}

# bats test_tags=any-kernel
@test "an address that the machine has itself is refused, and nothing is left" {
	outside ip link add wan type bridge
	outside ip address add 10.77.0.1/16 dev wan
	refuses EADDRINUSE apply "${BOTH[@]}"
	outside ip address flush dev wan
	outside ip address add 10.77.0.2/16 dev wan
	refuses EADDRINUSE apply "${BOTH[@]}"
	links_are outside 'lo wan'
	links_are inside lo
}

# bats test_tags=any-kernel
@test "two groups in one network are refused: only one of them could be reached" {
	applies "${BOTH[@]}"
	refuses EADDRINUSE apply link=cgq00000002 group=db "inside=/proc/${NS[world]}/ns/net" address=10.77.0.3/24 gateway=10.77.0.9
	[[ $output == *10.77.0.1/24* ]] || fail "$output"
	links_are world lo
}

# bats test_tags=any-kernel
@test "an interface that is not there is named, and nothing is left" {
	refuses ENODEV apply mode=macvlan:nope address=10.77.0.2/24
	[[ $output == *nope* ]] || fail "$output"
	links_are outside lo
	links_are inside lo
}

# bats test_tags=any-kernel
@test "the machine's own network is no group's" {
	refuses EINVAL apply "inside=/proc/${NS[outside]}/ns/net" "${BOTH[@]}"
	refuses EINVAL look "inside=/proc/${NS[outside]}/ns/net" mode=none
	links_are outside lo
}

# --- half-way ---------------------------------------------------------------------------------------------------

# bats test_tags=any-kernel
@test "what fails half-way is undone whole" {
	refuses ENETUNREACH apply address=10.77.0.2/24 gateway=10.99.0.1 masquerade=yes out=1000000
	links_are outside lo
	links_are inside lo
	has_no_rules
	outside ip link add wan type veth peer name wan2
	refuses ENETUNREACH apply mode=macvlan:wan address=10.77.0.2/24 gateway=10.99.0.1
	links_are inside lo
}

# bats test_tags=any-kernel
@test "a change that fails half-way leaves what was before" {
	local before
	applies "${BOTH[@]}" out=1000000
	before=$(addresses outside; addresses inside; inside ip route)
	refuses ENETUNREACH apply address=10.78.0.2/24,10.77.0.2/24,fd00:78::2/64 gateway=10.99.0.1,fd00:78::1 out=1000000
	[ "$before" = "$(addresses outside; addresses inside; inside ip route)" ]
	[ "$(ask look "${BOTH[@]}" out=1000000 | head -n 1)" = changes=0 ] || fail "$(ask look "${BOTH[@]}" out=1000000)"
}

# bats test_tags=any-kernel
@test "300 networks made and forgotten leave nothing" {
	local began=$SECONDS
	run -0 ask cycle:300 "${BOTH[@]}"
	[ "$output" = descriptors=0 ] || fail "$output"
	within $((SECONDS - began)) 0 $((30 * SLOW)) 'seconds for 300'
	run -0 ask cycle:20 "${BOTH[@]}" masquerade=yes out=1000000 in=1000000
	[ "$output" = descriptors=0 ] || fail "$output"
	links_are outside lo
	links_are inside lo
	has_no_rules
	run -0 ask forget
}

# --- made, and made right again ---------------------------------------------------------------------------------

# bats test_tags=any-kernel
@test "a pair has addresses, routes and loopback, and can be used at once" {
	applies "${BOTH[@]}"
	reaches inside 10.77.0.1
	reaches inside fd00:77::1
	reaches inside 127.0.0.1
	[ "$(addresses outside)" = "$LINK 10.77.0.1/24 $LINK fd00:77::1/64" ] || fail "$(addresses outside)"
	[ "$(addresses inside)" = 'eth0 10.77.0.2/24 eth0 fd00:77::2/64' ] || fail "$(addresses inside)"
	[[ $(inside ip route show default) == 'default via 10.77.0.1 dev eth0'* ]]
	[[ $(inside ip -6 route show default) == 'default via fd00:77::1 dev eth0'* ]]
	[[ $(outside ip link show "$LINK") == *'alias cgq web'* ]]
}

# bats test_tags=any-kernel
@test "nobody inside gives the machine a default route, nor anybody outside the group" {
	applies "${BOTH[@]}"
	[ "$(outside cat "/proc/sys/net/ipv6/conf/$LINK/accept_ra")" = 0 ]
	[ "$(inside cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" = 0 ]
}

# What the kernel gives a link for itself (link-local addresses) changes once more, when nobody else has claimed it.
none_tentative() {
	[ -z "$(outside ip address show tentative)$(inside ip address show tentative)" ]
}

# bats test_tags=any-kernel
@test "a second call writes nothing" {
	local wanted=("${BOTH[@]}" masquerade=yes out=1000000 in=2000000) where told=()
	applies "${wanted[@]}"
	wait_until 10 'its own addresses count' none_tentative
	for where in outside inside; do
		"$where" timeout 2 ip monitor link address route >>"$ROOM/said" 3>&- &
		told+=($!)
		"$where" timeout 2 tc monitor >>"$ROOM/said" 3>&- &
		told+=($!)
	done
	sleep 0.5
	run -0 ask apply "${wanted[@]}"
	[ "${lines[0]}" = changes=0 ] || fail "$output"
	wait "${told[@]}" || true
	[ ! -s "$ROOM/said" ] || fail "$(cat "$ROOM/said")"
}

# bats test_tags=any-kernel
@test "a look tells what is due and changes nothing" {
	run -0 ask look "${BOTH[@]}"
	[[ ${lines[0]} != changes=0 && ${lines[1]} == first=* ]] || fail "$output"
	links_are outside lo
	links_are inside lo
}

# bats test_tags=any-kernel
@test "what somebody took away is noticed and comes back" {
	local wanted=("${BOTH[@]}" masquerade=yes out=1000000 in=2000000)
	applies "${wanted[@]}"
	while read -r where deed; do
		# shellcheck disable=SC2086 # a word each
		"$where" $deed
		run -0 ask look "${wanted[@]}"
		[[ ${lines[0]} =~ ^changes=[1-9] ]] || fail "not noticed: $where $deed: $output" || return
		run -0 ask apply "${wanted[@]}"
		run -0 ask look "${wanted[@]}"
		[ "${lines[0]}" = changes=0 ] || fail "not back: $where $deed: $output" || return
	done <<-END
		inside tc qdisc delete dev eth0 root
		outside tc qdisc delete dev $LINK root
		outside tc qdisc replace dev $LINK root bfifo limit 100000
		inside tc qdisc replace dev eth0 parent c690:1 handle c691: bfifo limit 1000
		inside tc class change dev eth0 parent c690: classid c690:1 htb rate 5mbit
		inside ip address delete 10.77.0.2/24 dev eth0
		inside ip address add 10.88.0.2/24 dev eth0
		outside ip address delete fd00:77::1/64 dev $LINK
		inside ip route delete default
		inside ip address change 10.77.0.2/24 dev eth0 valid_lft 600 preferred_lft 600
		inside ip address change fd00:77::2/64 dev eth0 valid_lft 600 preferred_lft 600
		inside ip route replace default via 10.77.0.66
		inside ip -6 route replace default via fd00:77::66
		outside ip link set $LINK down
		inside ip link set eth0 down
		inside ip link set lo down
		outside ip link set $LINK alias nobody's
		inside ip link delete eth0
		outside nft flush table inet $LINK
		outside nft delete table inet $LINK
	END
}

# bats test_tags=any-kernel
@test "however much somebody adds inside, what is wanted is there" {
	applies "${BOTH[@]}" out=1000000
	for i in {1..100}; do
		echo "address add 10.98.0.$i/32 dev eth0"
		echo "route add default via 10.77.0.$((i + 1)) metric $i proto static"
	done | inside ip -batch -
	inside ip route add default via 10.77.0.200 metric 200
	inside tc qdisc delete dev eth0 root
	run -0 ask apply "${BOTH[@]}" out=1000000
	[[ $output == *out=1000000* && $(inside ip route) == *'default via 10.77.0.1 dev eth0 proto static'* ]] || fail "$output"
	run -0 ask apply "${BOTH[@]}" out=1000000
	for _ in {1..3}; do
		run -0 ask apply "${BOTH[@]}" out=1000000
	done
	[ "$(addresses inside)" = 'eth0 10.77.0.2/24 eth0 fd00:77::2/64' ] || fail "$(addresses inside)"
	[ "$(inside ip route show default | wc -l)" = 2 ] || fail "$(inside ip route)"
}

# bats test_tags=any-kernel
@test "a gateway changes; the route that somebody else gave stays" {
	applies "${BOTH[@]}"
	inside ip route add default via 10.77.0.9 metric 500
	applies address=10.77.0.2/24 gateway=10.77.0.254
	[ "$(addresses outside)" = "$LINK 10.77.0.254/24" ] || fail "$(addresses outside)"
	[ "$(inside ip route show default | awk '{ print $3 }' | xargs)" = '10.77.0.254 10.77.0.9' ] || fail "$(inside ip route)"
	[ -z "$(inside ip -6 route show default)" ] || fail "$(inside ip -6 route)"
}

# bats test_tags=any-kernel
@test "an address changes, and a prefix" {
	applies address=10.77.0.2/24,10.77.0.3/24,fd00:77::2/64 gateway=10.77.0.1
	applies address=10.77.0.3/24,fd00:77::2/48 gateway=10.77.0.1
	[ "$(addresses inside)" = 'eth0 10.77.0.3/24 eth0 fd00:77::2/48' ] || fail "$(addresses inside)"
	[[ $(inside ip route show default) == 'default via 10.77.0.1 dev eth0'* ]] || fail "$(inside ip route)"
	reaches inside 10.77.0.1
	applies address=10.77.0.3/24,10.77.0.4/24 gateway=10.77.0.1
	applies address=10.77.0.5/24 gateway=10.77.0.1
	[ "$(addresses inside)" = 'eth0 10.77.0.5/24' ] || fail "$(addresses inside)"
}

# bats test_tags=any-kernel
@test "a mode is changed, and back" {
	outside ip link add wan type veth peer name wan2
	applies "${BOTH[@]}" masquerade=yes
	applies mode=macvlan:wan "${BOTH[@]}"
	links_are outside 'lo wan wan2'
	links_are inside 'eth0 lo'
	has_no_rules
	applies mode=none "${BOTH[@]}"
	links_are inside lo
	applies "${BOTH[@]}"
	applies mode=veth
	links_are outside 'lo wan wan2'
	links_are inside lo
}

# bats test_tags=any-kernel
@test "a macvlan sees whoever is on its interface" {
	outside ip link add wan type veth peer name eth0 netns "${NS[world]}"
	outside ip link set wan up
	world ip link set eth0 up
	world ip address add 10.77.0.1/24 dev eth0
	world ip address add fd00:77::1/64 dev eth0 nodad
	applies mode=macvlan:wan "${BOTH[@]}" out=12500000
	reaches inside 10.77.0.1
	reaches inside fd00:77::1
	run -0 ask apply mode=macvlan:wan "${BOTH[@]}" out=12500000 in=12500000
	[[ $output == *'not in force: net.in: '*macvlan* && ${lines[0]} == changes=0 ]] || fail "$output"
	rate_is inside world 10.77.0.2 100
}

# bats test_tags=any-kernel
@test "the starter makes it all with the capabilities it keeps, and tells how it stands" {
	run -0 ask look by=starter "${BOTH[@]}"
	[[ ${lines[0]} != changes=0 ]] || fail "$output"
	links_are outside lo
	run -0 ask apply by=starter "${BOTH[@]}" masquerade=yes out=1000000 in=2000000
	[[ $output == *out=1000000*in=2000000*'not in force: net.masquerade: net.ipv4.ip_forward is 0'* ]] || fail "$output"
	run -0 ask look by=starter "${BOTH[@]}" masquerade=yes out=1000000 in=2000000
	[ "${lines[0]}" = changes=0 ] || fail "$output"
	refuses ENETUNREACH apply by=starter address=10.77.0.2/24 gateway=10.99.0.1
	refuses EBADMSG apply by=starter address=10.77.0.2/33
	reaches inside 10.77.0.1
}

# --- rates ------------------------------------------------------------------------------------------------------

@test "out and in are held to within 5 %" {
	applies "${BOTH[@]}" "out=$(bytes_of "$FAST")" "in=$(bytes_of $((FAST / 2)))"
	rate_is inside outside 10.77.0.2 "$FAST"
	rate_is outside inside 10.77.0.1 $((FAST / 2))
}

@test "IPv6 is held to the same" {
	applies "${BOTH[@]}" "out=$(bytes_of "$FAST")" "in=$(bytes_of 10)"
	rate_is inside outside fd00:77::2 "$FAST"
	rate_is outside inside fd00:77::1 10
}

@test "a rate changes under a connection, which lives on" {
	changes_under_way inside outside 10.77.0.2 out 20
	counted inside eth0 20
	changes_under_way outside inside 10.77.0.1 in 20
	counted outside "$LINK" 20
}

# bats test_tags=any-kernel
@test "a limit taken away is gone" {
	applies "${BOTH[@]}" out=1250000
	applies "${BOTH[@]}"
	[[ $(inside tc qdisc show dev eth0) != *htb* ]]
	[ "$(measured inside outside 10.77.0.2 2)" -gt 100000 ]
}

# bats test_tags=any-kernel
@test "a limit on loopback alone is not in force, and says so" {
	run -0 ask apply mode=none out=1000000 in=1000000
	[[ $output == *'not in force: net.out: '* && $output == *'not in force: net.in: '* ]]
}

# --- masquerading -----------------------------------------------------------------------------------------------

# bats test_tags=any-kernel
@test "masquerading is for the group's own addresses, and for both families" {
	wan_make
	outside sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	applies "${BOTH[@]}"
	run ! seen_as inside 192.0.2.9
	applies "${BOTH[@]}" masquerade=yes
	[ "$(seen_as inside 192.0.2.9)" = 192.0.2.1 ]
	[ "$(seen_as inside 2001:db8::9)" = 2001:db8::1 ]
	inside ip address add 10.77.0.66/24 dev eth0
	run ! seen_as inside 192.0.2.9 -B 10.77.0.66
	run -0 ask forget
	has_no_rules
}

# As the README has it.
# bats test_tags=any-kernel
@test "a firewall that drops what it forwards drops the group's too, until it lets links of cgq's through" {
	wan_make
	outside sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	applies "${BOTH[@]}" masquerade=yes
	outside nft 'add table inet filter; add chain inet filter forward { type filter hook forward priority 0; policy drop; }'
	run ! seen_as inside 192.0.2.9
	outside nft 'add rule inet filter forward iifname "cgq*" accept'
	outside nft 'add rule inet filter forward oifname "cgq*" ct state established,related accept'
	[ "$(seen_as inside 192.0.2.9)" = 192.0.2.1 ]
	[ "$(seen_as inside 2001:db8::9)" = 2001:db8::1 ]
}

# bats test_tags=any-kernel
@test "a machine that forwards nothing is told of, and left so" {
	run -0 ask apply "${BOTH[@]}" masquerade=yes out=1000000
	[[ $output == *'not in force: net.masquerade: net.ipv4.ip_forward is 0'* && $output == *out=1000000* ]] || fail "$output"
	[ "$(outside cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
	reaches inside 10.77.0.1
}

# bats test_tags=any-kernel
@test "without libnftables all else is in force" {
	local library
	library=$(ldconfig -p | awk '$1 == "libnftables.so.1" { print $NF; exit }')
	# shellcheck disable=SC2016 # for the inner shell
	run -0 outside unshare -m bash -c 'mount --bind /dev/null "$1" && shift && "$@"' - "$(realpath "$library")" \
		"$PROGRAMS/net_ask" apply "inside=/proc/${NS[inside]}/ns/net" "link=$LINK" "${BOTH[@]}" masquerade=yes in=1000000
	[[ $output == *'not in force: net.masquerade: libnftables'* && $output == *in=1000000* ]] || fail "$output"
	reaches inside 10.77.0.1
}
