#!/usr/bin/env bats
# The package on a host of cgroup v1 under systemd: what needs CAP_SYS_ADMIN is done by helpers in units of their own. Each test
# begins where the one before it ended.
load ../lib

# As a person would call it, over the usual socket.
cgq() {
	/usr/bin/cgq "$@"
}

# The unit's cgqd is not a test's own. Its /tmp is not ours: what rules name lies elsewhere.
setup() {
	find_layout
	DEBS=("$BUILD"/packages/cgq_*.deb "$BUILD"/packages/cgqd_*.deb)
	ROOM=/opt/cgq-test FILE=/opt/cgq-test/firstact
	HOME_OF_OTHERS=${MOUNT[cpu]}/cgq-test-home
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || {
		systemctl --no-pager status cgqd 'cgqd-*' || true
		journalctl -n 60 --no-pager || true
	}
}

dpkg_quietly() {
	DEBIAN_FRONTEND=noninteractive dpkg "$@" >"$BATS_TEST_TMPDIR/dpkg" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/dpkg")"
}

main_pid() {
	systemctl show -P MainPID cgqd
}

# helper ROLE: its pid, of the unit that systemd started for it
helper() {
	local unit
	unit=$(systemctl list-units --plain --no-legend --state=active "cgqd-$1@*.service" | awk '{ print $1 }')
	[ -z "$unit" ] || systemctl show -P MainPID "$unit"
}

another_gate() {
	local now
	now=$(helper gate)
	[ -n "$now" ] && [ "$now" != "$1" ] && state_is web ok
}

has_caps() { # has_caps PID BIT
	local caps
	caps=$(sed -n 's/^CapEff:\t//p' "/proc/$1/status")
	((0x$caps >> $2 & 1))
}

all_inside() {
	rm -f "$ROOM/said"
	"$PROGRAMS/burst" --count "$1" "$FILE" "$ROOM/said"
	[ "$(grep -c "/cgq/web" "$ROOM/said")" = "$1" ] || fail "$(sort "$ROOM/said" | uniq -c)"
}

@test "installed, cgqd has no CAP_SYS_ADMIN, and a strict group is in force" {
	[ "${VERSION[cpu]}" = 1 ]
	[ "$(</proc/1/comm)" = systemd ]
	dpkg_quietly -i "${DEBS[@]}"
	systemctl is-active cgqd cgqd-gate.socket cgqd-delegation.socket
	systemctl is-enabled cgqd-gate.socket cgqd-delegation.socket
	[ "$(stat -c '%U %a' /run/cgq/gate.sock)" = 'root 600' ]
	mkdir -p "$ROOM"
	cp "$PROGRAMS/firstact" "$FILE"
	printf '[web]\nmatch = exe:%s\nstrict = yes\n' "$FILE" >/etc/cgq/conf.d/50-web.conf
	[ -z "$(helper gate)" ]
	systemctl reload cgqd
	state_is web ok
	run ! has_caps "$(main_pid)" 21
	has_caps "$(helper gate)" 21
	[ "$(cat "/proc/$(helper gate)/comm")" = cgqd-gate ]
	all_inside 300
	[[ $(chrt -p "$(helper gate)") == *SCHED_FIFO* ]]
	run ! journalctl -q --no-pager -u cgqd -p warning -g .
}

@test "a program that only its owner may read is held back too" {
	chown tester "$FILE"
	chmod 4711 "$FILE"
	chmod 0700 "$FILE"
	systemctl reload cgqd
	state_is web ok
	all_inside 50
	chown root "$FILE"
	chmod 755 "$FILE"
}

@test "systemd rates what is exposed" {
	local unit
	for unit in cgqd.service cgqd-gate@x.service cgqd-delegation@x.service; do
		systemd-analyze security --no-pager "$unit" | grep Overall >&3
		systemd-analyze security --no-pager --threshold=30 "$unit" >/dev/null
	done
}

@test "a gate that is killed, and one that is silent, are followed by another" {
	local gate
	gate=$(helper gate)
	kill -KILL "$gate"
	wait_until 10 'another gate' another_gate "$gate"
	all_inside 50
	gate=$(helper gate)
	kill -STOP "$gate"
	timeout $((10 * SLOW)) "$FILE" "$ROOM/said"
	wait_until 10 'it is ended' gone "$gate"
	wait_until 10 'another gate' another_gate "$gate"
	all_inside 50
	[ -z "$(systemctl list-units --plain --no-legend --state=failed 'cgqd*')" ]
}

@test "what is delegated on v1 is seen, and left where it is" {
	mkdir "$HOME_OF_OTHERS"
	setfattr -n trusted.delegate -v 1 "$HOME_OF_OTHERS"
	(echo "$BASHPID" >"$HOME_OF_OTHERS/cgroup.procs" && exec "$FILE" --stay 60 "$ROOM/said") 3>&- &
	sleep 2
	systemctl reload cgqd
	[ "$(cgroup_of $!)" = /cgq-test-home ]
	run -1 cgq explain $!
	[[ $output == *'has trusted.delegate'* ]] || fail "$output"
	run ! has_caps "$(helper delegation)" 23
	kill -KILL $!
	wait $! || true
	rmdir "$HOME_OF_OTHERS"
}

@test "a restart of cgqd, killed or not, has a gate again" {
	local pid
	systemctl restart cgqd
	wait_until 10 'its group is in force' state_is web ok
	all_inside 50
	pid=$(main_pid)
	kill -KILL "$pid"
	wait_until 20 'another cgqd' eval "[ \$(main_pid) -gt $pid ] && state_is web ok"
	all_inside 50
	[ "$(systemctl list-units --plain --no-legend 'cgqd-gate@*' | wc -l)" = 1 ]
}

@test "an upgrade leaves one gate, and it is a new one" {
	local gate
	gate=$(helper gate)
	dpkg_quietly -i "${DEBS[@]}"
	wait_until 10 'another gate' another_gate "$gate"
	gone "$gate"
	[ "$(pgrep -c cgqd-gate)" = 1 ]
	all_inside 50
}

@test "where its socket is stopped, strict is not in force, with the reason" {
	systemctl stop cgqd-gate.socket
	[ ! -e /run/cgq/gate.sock ]
	systemctl restart cgqd
	[ -e /run/cgq/gate.sock ] # wanted by cgqd
	systemctl mask --runtime --now cgqd-gate.socket
	systemctl restart cgqd
	wait_until 10 'it says so' state_is web 'not in force'
	run cgq status web
	[[ $output == *'need CAP_SYS_ADMIN'* ]] || fail "$output"
	systemctl unmask --runtime cgqd-gate.socket
	systemctl start cgqd-gate.socket
	systemctl reload cgqd
	state_is web ok
}

@test "removed and purged, nothing of a helper is left" {
	dpkg_quietly --purge cgqd cgq
	[ ! -e /run/cgq ]
	run ! pgrep cgqd
	[ -z "$(systemctl list-units --all --plain --no-legend 'cgqd*')" ]
	[ -z "$(find /lib/systemd /usr/lib/systemd /etc/systemd -name '*cgqd*')" ]
	rm -r "$ROOM"
}
