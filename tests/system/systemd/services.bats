#!/usr/bin/env bats
# The main job on a machine under systemd: the packages, the real MariaDB and Apache, a container beside them. Each test begins
# where the one before it ended.
load ../lib

POLICY=/etc/cgq/conf.d/50-web.conf

# As a person would call it, over the usual socket.
cgq() {
	/usr/bin/cgq "$@"
}

setup_file() {
	systemctl start mariadb.service apache2.service
	dump >"$BATS_FILE_TMPDIR/before"
}

teardown_file() {
	podman rm -f cgq-test-container >/dev/null 2>&1 || true
	systemctl stop mariadb.service apache2.service
}

setup() {
	trace_less
	SLOW=${CGQ_TEST_SLOW:-1}
	BEFORE=$BATS_FILE_TMPDIR/before
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || { cgq list || true; journalctl -n 30 --no-pager -u cgqd || true; }
}

# What a machine without cgqd looks like: every limit of units and slices, and every file of systemd's that says one.
dump() {
	local unit
	find /run/systemd/system /run/systemd/system.control /etc/systemd/system -type f -exec sha256sum {} + 2>/dev/null | grep -v cgq | sort
	for unit in -.slice system.slice user.slice mariadb.service apache2.service; do
		systemctl show -- "$unit" | grep -E '^(CPU(Weight|Quota|Shares)|Memory(Max|High|Low|Min|Swap)|TasksMax|Allowed|IO|Slice=|Delegate=)' |
			grep -vE 'Current|NSec|Available|Effective|Peak|Read|Write'
	done
	for unit in mariadb apache2; do
		grep -H . "/sys/fs/cgroup/system.slice/$unit.service"/memory.{max,high,low,min,swap.max} "/sys/fs/cgroup/system.slice/$unit.service/pids.max"
	done
}

policy() {
	cat >"$POLICY"
	systemctl reload cgqd
}

# shares MYSQL APACHE
shares() {
	policy <<-EOF
		[mysql]
		match  = name:mysqld,mariadbd
		cpu    = $1%
		memory = 300M

		[apache]
		match  = name:apache2,httpd
		cpu    = $2%
		memory = 200M
	EOF
}

# is_held UNIT PERCENT BYTES: by the kernel and by systemd
is_held() {
	local quota period dir=/sys/fs/cgroup/system.slice/$1.service
	read -r quota period <"$dir/cpu.max"
	[ "$quota" != max ] && [ $((quota * 100 / period / $(nproc))) = "$2" ] || fail "$1: cpu.max is $quota $period" || return
	[ "$(<"$dir/memory.max")" = "$3" ] || fail "$1: memory.max is $(<"$dir/memory.max")" || return
	[ "$(systemctl show -P MemoryMax "$1.service")" = "$3" ] || fail "$1: MemoryMax is $(systemctl show -P MemoryMax "$1.service")"
}

both_held() {
	is_held mariadb "$1" $((300 << 20)) && is_held apache2 "$2" $((200 << 20))
}

both_ok() {
	[ "$(cgq list --json | jq -r '[.groups[].state] | join(" ")')" = 'ok ok' ]
}

main_pids() {
	systemctl show -P MainPID mariadb.service apache2.service | paste -sd' '
}

serves() {
	exec 9<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\r\n\r\n' >&9 && grep -q '200 OK' <&9 && exec 9>&-
}

answers() {
	[ "$(mariadb -N -e 'SELECT 6 * 7')" = 42 ]
}

@test "installed with apt, it changes nothing before there is a policy" {
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$BUILD"/packages/cgq_*.deb "$BUILD"/packages/cgqd_*.deb >"$BATS_TEST_TMPDIR/apt" 2>&1 ||
		fail "$(<"$BATS_TEST_TMPDIR/apt")"
	systemctl is-active cgqd
	diff "$BEFORE" <(dump)
}

@test "both are held in place within the reload, where systemd put them, and serve on" {
	local pids
	pids=$(main_pids)
	shares 40 60
	both_held 40 60
	both_ok
	[ "$(main_pids)" = "$pids" ]
	serves
	answers
	[ "$(systemctl show -P TasksCurrent mariadb.service)" -gt 1 ]
	run -0 cgq explain "$(systemctl show -P MainPID mariadb.service)"
	[[ $output == *"$POLICY:2: match = name:mysqld,mariadbd"* && $output == */system.slice/mariadb.service* ]]
}

@test "turned round live, nothing is restarted" {
	local pids
	pids=$(main_pids)
	shares 60 40
	both_held 60 40
	[ "$(main_pids)" = "$pids" ]
	shares 40 60
	both_held 40 60
}

@test "twenty daemon-reloads under load take nothing away" {
	local load i
	(while sleep 1; do serves; answers; done) >/dev/null 2>&1 3>&- &
	load=$!
	for ((i = 0; i < 20; i++)); do
		systemctl daemon-reload
		both_held 40 60 || break
	done
	kill "$load"
	[ "$i" = 20 ]
	wait_until 10 'both are ok' both_ok
}

@test "restarted and stopped by systemctl, they are held from the start, and the journal has all they say" {
	systemctl restart mariadb.service
	is_held mariadb 40 $((300 << 20))
	answers
	systemctl stop apache2.service
	[ -z "$(pgrep -x apache2)" ]
	systemctl start apache2.service
	is_held apache2 60 $((200 << 20))
	serves
	journalctl -q --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID mariadb.service)" | grep -q 'ready for connections'
	wait_until 20 'both are ok' both_ok
	[ "$(systemctl show -P TasksCurrent apache2.service)" -gt 1 ]
}

@test "a cgqd that is restarted, or killed, takes over what it finds" {
	local before
	systemctl restart cgqd
	both_held 40 60
	wait_until 10 'both are ok' both_ok
	before=$(systemctl show -P MainPID cgqd)
	kill -KILL "$before"
	both_held 40 60
	wait_until 30 'another cgqd' another "$before"
	wait_until 10 'both are ok' both_ok
	both_held 40 60
}

another() {
	[ "$(systemctl show -P MainPID cgqd)" != "$1" ] && cgq list
}

@test "a container of podman is left alone, and explain says why" {
	local root=$BATS_FILE_TMPDIR/container pid where lib
	mkdir -p "$root"/{bin,proc,sys,dev,etc,tmp,lib64,lib/x86_64-linux-gnu}
	cp /bin/sleep "$root/bin/contained"
	lib=$(ldconfig -p | awk '$1 == "libc.so.6" { print $NF; exit }')
	cp "$lib" "$root/lib/x86_64-linux-gnu/"
	cp /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
	podman run -d --network=host --security-opt seccomp=unconfined --name cgq-test-container --rootfs "$root" /bin/contained 1000 >/dev/null
	pid=$(podman inspect -f '{{.State.Pid}}' cgq-test-container)
	where=$(cat "/proc/$pid/cgroup")
	cat >/etc/cgq/conf.d/60-contained.conf <<-EOF
		[contained]
		match = name:contained
		memory = 50M
	EOF
	systemctl reload cgqd
	[ "$(cat "/proc/$pid/cgroup")" = "$where" ]
	run -1 cgq explain "$pid"
	[[ $output == *'pid namespace'* || $output == *podman* ]]
	rm /etc/cgq/conf.d/60-contained.conf
	systemctl reload cgqd
	podman rm -f -t 0 cgq-test-container >/dev/null
}

@test "purged, the machine is as it was" {
	local pids
	pids=$(main_pids)
	DEBIAN_FRONTEND=noninteractive apt-get purge -y -q cgqd cgq >"$BATS_TEST_TMPDIR/apt" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/apt")"
	diff "$BEFORE" <(dump)
	[ ! -e /etc/cgq ] && [ ! -e /var/lib/cgq ] && [ ! -e /run/cgq ]
	[ "$(main_pids)" = "$pids" ]
	serves
	answers
}
