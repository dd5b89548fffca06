# MariaDB and Apache as Debian ships them, with data, sockets and configuration of their own, and load that keeps a CPU busy.
# shellcheck shell=bash disable=SC2034,SC2154

SERVER_CPU=1
LOAD_CPU=0

# As in shares.bats: a window that the rest of the machine disturbed is measured again.
setup_file() {
	export BATS_TEST_RETRIES=1
}

# The policy names the servers as they are called; another one on this machine would be moved. One that nobody has
# reaped (pid 1 of a bare container does not) is none.
no_foreign_servers() {
	local foreign
	foreign=$(ps -C mysqld,mariadbd,apache2,httpd -o pid=,stat=,comm= | awk '$2 !~ /^Z/')
	[ -z "$foreign" ] || fail "servers that are not ours run on this machine: $foreign"
}

free_port() {
	local port=$((20000 + RUN % 10000))
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
	echo $port
}

# keep LABEL COMMAND…: in the background; PID[LABEL], and it ends with the test.
keep() {
	local label=$1
	shift
	setpriv --pdeathsig KILL "$@" </dev/null >>"$ROOM/$label.log" 2>&1 3>&- &
	PID[$label]=$!
	STARTED+=($!)
}

# Its data goes with the test: a thousand waits for a slow disk would tell nothing of CPU shares.
MARIADB=(--no-defaults --user=mysql --debug-no-sync --innodb-flush-method=nosync)

query() {
	mariadb --no-defaults --socket "$ROOM/mysql/socket" -u root -e "$1"
}

mariadb_start() {
	local data=$ROOM/mysql
	install -d -o mysql -g mysql -m 755 "$data"
	mariadb-install-db "${MARIADB[@]}" --datadir="$data/data" --skip-test-db \
		--auth-root-authentication-method=normal >"$ROOM/mysql-install.log" 2>&1 ||
		fail "mariadb-install-db: $(tail -n 5 "$ROOM/mysql-install.log")"
	keep mysql mariadbd "${MARIADB[@]}" --datadir="$data/data" --socket="$data/socket" \
		--pid-file="$data/pid" --skip-networking --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --skip-log-bin
	wait_until 30 'MariaDB answers' query 'select 1'
	query 'create database sbtest'
	sysbench_command
	"${COMMAND[@]}" prepare >"$ROOM/sysbench-prepare.log" 2>&1 || fail "$(tail -n 5 "$ROOM/sysbench-prepare.log")"
}

# sysbench_command: its queries sort a thousand rows each, so that the server works and the client waits.
sysbench_command() {
	COMMAND=(sysbench oltp_read_only "--mysql-socket=$ROOM/mysql/socket" --mysql-user=root --tables=1 --table-size=20000
		--point-selects=0 --simple-ranges=0 --sum-ranges=0 --order-ranges=2 --distinct-ranges=2 --range-size=1000
		--skip-trx=on --threads=8 --time=0)
}

apache_start() {
	local www=$ROOM/www
	PORT=$(free_port)
	mkdir -p "$www"
	# Half a megabyte of text that takes work to pack.
	openssl enc -aes-128-ctr -K 00 -iv 00 -nosalt </dev/zero 2>/dev/null | head -c 400000 | base64 >"$www/page.txt"
	cat >"$ROOM/apache2.conf" <<-EOF
		ServerRoot "$ROOM"
		ServerName localhost
		Listen 127.0.0.1:$PORT
		PidFile "$ROOM/apache2.pid"
		ErrorLog "$ROOM/apache2-error.log"
		DefaultRuntimeDir "$ROOM"
		User www-data
		Group www-data
		LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
		LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
		LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so
		LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
		DocumentRoot "$www"
		SetOutputFilter DEFLATE
		DeflateCompressionLevel 9
	EOF
	keep apache apache2 -f "$ROOM/apache2.conf" -DFOREGROUND
	wait_until 10 'Apache answers' apache_answers
}

apache_answers() {
	(exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

# Each of the two has more to do than it can.
load_start() {
	sysbench_command
	keep sysbench taskset -c $LOAD_CPU "${COMMAND[@]}" run
	keep wrk taskset -c $LOAD_CPU wrk -t 1 -c 16 -d 600 --timeout 30s -H 'Accept-Encoding: gzip' "http://127.0.0.1:$PORT/page.txt"
}

# pin CPUS: every thread of both servers, and what they fork from now on.
pin() {
	local pid
	for pid in "${PID[mysql]}" "${PID[apache]}" $(descendants "${PID[apache]}"); do
		taskset -a -p -c "$1" "$pid" >/dev/null
	done
}

# Workers do not end with an Apache that is killed: they are stopped with it, while it is known whose they are.
apache_stop() {
	local pid
	[ -n "${PID[apache]:-}" ] || return 0
	# shellcheck disable=SC2046 # a pid a word
	for pid in "${PID[apache]}" $(descendants "${PID[apache]}"); do kill -KILL "$pid" 2>/dev/null || true; done
}

teardown() {
	apache_stop
	room_leave
}

# Apache's children would outlive it.
servers_stop() {
	local pid
	for pid in ${PID[apache]:+"${PID[apache]}" $(descendants "${PID[apache]}")}; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}
