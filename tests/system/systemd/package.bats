#!/usr/bin/env bats
# The packages on a machine under systemd: installed, used, upgraded, removed, purged. Each test begins where the one before
# it ended.
load ../lib

# As a person would call it, over the usual socket.
cgq() {
	/usr/bin/cgq "$@"
}

# The unit's cgqd is not a test's own: nothing is started or ended here but by its package and its unit.
setup() {
	trace_less
	UNIT=cgq-test-package.service
	DEBS=("$BUILD"/packages/cgq_*.deb "$BUILD"/packages/cgqd_*.deb)
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || { systemctl --no-pager status cgqd || true; journalctl -n 30 --no-pager -u cgqd || true; }
}

# A guest's dpkg takes seconds for what a host's does at once.
dpkg_quietly() {
	DEBIAN_FRONTEND=noninteractive dpkg "$@" >"$BATS_TEST_TMPDIR/dpkg" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/dpkg")"
}

# web CEILING: the policy of one group, which is a service
web() {
	printf '[web]\nmatch = unit:%s\ncpu = 20%%..%s\n' "$UNIT" "$1" >/etc/cgq/conf.d/50-web.conf
}

main_pid() {
	systemctl show -P MainPID cgqd
}

# What the kernel holds the service to, in percent of this machine's 2 CPUs; or max, also where nobody asks for a file of it
ceiling() {
	local quota=max period
	read -r quota period 2>/dev/null <"/sys/fs/cgroup/system.slice/$UNIT/cpu.max" || true
	[ "$quota" = max ] || quota=$((quota * 100 / period / 2))
	echo "$quota"
}

# Of the cgqd that runs now.
log_of_unit() {
	journalctl -q --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID cgqd)" "$@"
}

# another_answers PID: a cgqd that is not PID
another_answers() {
	[ "$(main_pid)" -gt "$1" ] && cgq list
}

# Where units are told what they may.
traces() {
	find /run/systemd /etc/systemd -name '*cgq.conf' -o -name '50-*.conf' -path "*$UNIT*"
	find /sys/fs/cgroup -type d -name cgq
}

@test "installed, it runs, and with no policy it changes nothing" {
	dpkg_quietly -i "${DEBS[@]}"
	systemctl is-active cgqd
	systemctl is-enabled cgqd
	[ -z "$(ls -A /etc/cgq/conf.d)" ]
	[ -z "$(traces)" ]
	# Nothing here needs a helper, nor CAP_SYS_ADMIN.
	systemctl is-active cgqd-gate.socket cgqd-delegation.socket
	run ! pgrep cgqd-
	((0x$(sed -n 's/^CapEff:\t//p' "/proc/$(main_pid)/status") >> 21 & 1)) && fail 'it has CAP_SYS_ADMIN'
	run -0 cgq list --json
	[ "$(jq '.groups | length' <<<"$output")" = 0 ]
}

@test "its group may ask, everybody else may not, and only root may change" {
	usermod -aG cgq tester
	# everybody may connect, since run.users may name anybody; each call is checked
	[ "$(stat -c '%U %a' /run/cgq/cgqd.sock)" = 'root 666' ]
	runuser -u tester -- cgq list
	run -3 --separate-stderr runuser -u nobody -- cgq list
	[[ -z $output && $stderr == *'not permitted'* ]] || fail "$output $stderr"
	run -1 runuser -u tester -- cgq reset
}

@test "systemctl reload returns when the result is in force, and fails where a file is refused" {
	printf '[Service]\nExecStart=/bin/sleep infinity\n' >"/run/systemd/system/$UNIT"
	systemctl daemon-reload
	systemctl start "$UNIT"
	web 50%
	systemctl reload cgqd
	[ "$(ceiling)" = 50 ]
	echo 'cpuu = 1' >>/etc/cgq/conf.d/50-web.conf
	run ! systemctl reload cgqd
	systemctl is-active cgqd
	[ "$(ceiling)" = 50 ]
	web 40%
	systemctl reload cgqd
	[ "$(ceiling)" = 40 ]
}

@test "in its sandbox it can do all that it does elsewhere" {
	run -0 cgq status
	[[ $output != *polling* ]] || fail "$output"
	cgq set web --save tasks=50
	[ -s /etc/cgq/conf.d/90-cgq-set.conf ]
	cgq set web --clear --save
	# Neither BPF nor a privilege is refused: what cannot be had is told as a warning, or with -v.
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/cgqd -v\n' | install -D /dev/stdin /run/systemd/system/cgqd.service.d/v.conf
	systemctl daemon-reload
	systemctl restart cgqd
	wait_until 10 'the journal has its start' eval 'log_of_unit | grep -q "full look: by the task iterator"'
	run ! grep 'matched here, not in the kernel' < <(log_of_unit)
	[ -z "$(log_of_unit -p warning)" ]
	rm -r /run/systemd/system/cgqd.service.d
	systemctl daemon-reload
}

@test "the watchdog ends a cgqd that stands still, and the next one takes over" {
	local pid
	printf '[Service]\nWatchdogSec=4\n' | install -D /dev/stdin /run/systemd/system/cgqd.service.d/watchdog.conf
	systemctl daemon-reload
	systemctl restart cgqd
	pid=$(main_pid)
	sleep 6
	[ "$(main_pid)" = "$pid" ]
	kill -STOP "$pid"
	wait_until 30 'another cgqd' another_answers "$pid"
	[ "$(ceiling)" = 40 ]
	rm -r /run/systemd/system/cgqd.service.d
	systemctl daemon-reload
	systemctl restart cgqd
}

@test "an upgrade restarts it, and no limit is dropped meanwhile" {
	local pid looker seen
	pid=$(main_pid)
	while ceiling; do sleep 0.1; done >"$BATS_TEST_TMPDIR/seen" 3>&- &
	looker=$!
	dpkg_quietly -i "${DEBS[@]}"
	wait_until 10 'the new one answers' another_answers "$pid"
	kill "$looker"
	wait "$looker" || true
	seen=$(sort -u "$BATS_TEST_TMPDIR/seen")
	[ "$seen" = 40 ] || fail "$seen"
}

@test "removed, it gives everything back; purged, it leaves nothing" {
	dpkg_quietly --remove cgqd
	[ "$(ceiling)" = max ]
	[ -z "$(traces)" ] || fail "$(traces)"
	run ! systemctl is-active cgqd
	[ -e /etc/cgq/conf.d/50-web.conf ]
	dpkg_quietly --purge cgqd cgq
	[ ! -e /etc/cgq ] && [ ! -e /var/lib/cgq ] && [ ! -e /run/cgq ]
	run ! systemctl cat cgqd
	[ -z "$(find /lib/systemd /usr/lib/systemd /etc/systemd /usr/sbin /usr/bin /usr/share/man -name '*cgq[d.]*' ! -name 'cgq-test*')" ]
	systemctl stop "$UNIT"
	rm "/run/systemd/system/$UNIT"
}
