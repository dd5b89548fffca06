#!/usr/bin/env bats
# cgq check: no daemon, no root.
load lib

good() {
	printf '[mysql]\nmatch = name:mysqld\ncpu = 40%%\n[apache]\nmatch = name:apache2\ncpu = 60%%\n' >"$1"
}

@test "a good file is 0 and silent" {
	good 50-web.conf
	run -0 --separate-stderr cgq check 50-web.conf
	[ -z "$output$stderr" ]
}

@test "faults are file:line: text, all of them, and 1" {
	printf '[a]\nmemroy = 1G\ncpu = 1e9\n' >bad.conf
	run -1 --separate-stderr cgq check bad.conf
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == "bad.conf:2: "*memory* ]]
	[[ ${lines[1]} == "bad.conf:3: "* ]]
	[ "$stderr" = "cgq: 2 faults in 1 file" ]
}

@test "those across files are told with the others, in reading order, and counted" {
	printf '[mysql]\nmatch = nmae:mysqld\nmemroy = 2G\n[web/php]\nmatch = name:php\n' >10.conf
	printf '[x]\nmatch = name:a\ncpu = 80%%\n[y]\nmatch = name:b\ncpu = 30%%\n' >>10.conf
	printf '[shop/cart]\nmatch = name:c\n' >05.conf
	good 20.conf
	run -1 --separate-stderr cgq check 20.conf 10.conf 05.conf
	[[ ${lines[0]} == "05.conf:1: [shop/cart] has no parent"* ]]
	[[ ${lines[1]} == "10.conf:2: match: unknown kind"* ]]
	[[ ${lines[2]} == "10.conf:3: unknown key 'memroy'"* ]]
	[[ ${lines[3]} == "10.conf:4: [web/php] has no parent"* ]]
	[[ ${lines[4]} == "10.conf:11: cpu: '30%' reserves too much"* ]]
	[ "${#lines[@]}" = 5 ]
	[ "$stderr" = "cgq: 5 faults in 2 of 3 files" ]
}

@test "the name of the file does not matter, nor its mode" {
	good source
	chmod 0744 source
	run -0 cgq check source
	run -0 cgq check - <source
	printf 'x\n' | run -1 cgq check -
}

@test "a folder is read by its rules, several files by their names" {
	mkdir conf
	good conf/50-web.conf
	printf 'debris' >conf/50-web.conf.1234.2026~
	run -0 cgq check conf
	printf '[batch]\nmatch = name:b\ncpu = 30%%\n' >60-batch.conf
	run -1 cgq check conf 60-batch.conf
	[[ ${lines[0]} == "60-batch.conf:3: "* ]]
	run -0 cgq check 60-batch.conf
	mkdir other
	good other/50-web.conf
	printf 'x\n' >50-web.conf
	run -1 cgq check 50-web.conf other/50-web.conf
	[[ $output == "50-web.conf:1: "* ]]
}

@test "--as: judged with the others, in place of its name" {
	mkdir conf
	good conf/50-web.conf
	printf '[batch]\nmatch = name:b\ncpu = 30%%\n' >source
	run -1 cgq check --as 60-batch.conf source conf
	[[ ${lines[0]} == "60-batch.conf:3: "*reserves* ]]
	run -0 cgq check --as 50-web.conf source conf
	run -0 cgq check --as 50-web.conf - conf <source
}

@test "--as: faults tell the file by that name, wherever it lies and from wherever they look" {
	mkdir conf tmp
	good conf/50-web.conf
	printf '[batch]\nmatch = nmae:b\nmemroy = 1G\ncpu = 30%%\nmemroy = 2G\n' >tmp/source
	golden check-as 1 check --as 60-x.conf tmp/source conf
	run -1 --separate-stderr cgq check --as 60-x.conf - conf <tmp/source
	same check-as "$output"
	run -1 cgq check --as 60-x.conf --json tmp/source conf
	[[ $output != *source* ]]
	jq -e 'all(.faults[]; .file == "60-x.conf")' <<<"$output"
	printf 'x\n' >conf/60-x.conf
	golden check-as 1 check --as 60-x.conf tmp/source conf
}

@test "--as: faults that were there before are only noted" {
	mkdir conf
	printf 'x\n' >conf/10-old.conf
	good source
	run -0 --separate-stderr cgq check --as 50-web.conf source conf
	[[ $output == "conf/10-old.conf:1: note: "* ]]
	run -0 cgq check --as 50-web.conf --json source conf
	jq -e '(.faults == []) and (.standing | length == 1)' <<<"$output"
	run -0 cgq check --as 10-old.conf source conf
	[ -z "$output" ]
}

@test "--as: a file that was refused before is only noted, whatever it hears now" {
	mkdir conf
	good conf/50-web.conf
	printf 'memroy = 1\n' >>conf/50-web.conf
	printf '[batch]\nmatch = name:b\ncpu = 30%%\n' >source
	run -0 --separate-stderr cgq check --as 10-batch.conf source conf
	[[ ${lines[0]} == "conf/50-web.conf:6: note: cpu: "*" reserves too much"* ]]
	[[ ${lines[1]} == "conf/50-web.conf:7: note: unknown key 'memroy'"* ]]
	[ "${#lines[@]}" = 2 ]
	[ "$stderr" = "cgq: 2 known faults in 1 of 2 files" ]
}

@test "--as: a fault that it causes in another file is its own" {
	mkdir conf
	good conf/50-web.conf
	printf '[batch]\nmatch = name:b\ncpu = 30%%\n' >source
	run -1 cgq check --as 10-batch.conf source conf
	[[ $output == *conf/50-web.conf:* ]]
}

@test "--as: a name that no folder would read, no file, or two" {
	good source
	for name in 50-web .50-web.conf .conf ../50-web.conf a/b.conf ''; do
		run -2 --separate-stderr cgq check --as "$name" source
		[ "${#stderr_lines[@]}" = 1 ]
	done
	run -2 cgq check --as 50-web.conf
	run -2 cgq check --as 50-web.conf source source
}

@test "warnings are 0, and 3 under --strict" {
	printf '[a]\nmatch = name:x\n[b]\nmatch = name:x\n' >warn.conf
	run -0 cgq check warn.conf
	[[ $output == "warn.conf:4: warning: "* ]]
	run -3 cgq check --strict warn.conf
	printf 'x\n' >>warn.conf
	run -1 cgq check --strict warn.conf
}

@test "what cannot be read is 2" {
	run -2 --separate-stderr cgq check missing
	[[ $stderr == "cgq: missing: "* ]]
	run -2 cgq check missing/
}

# unreadable COMMAND...: as a user to whom the file of the folder says nothing
unreadable() {
	mkdir -m 755 conf
	good conf/50-web.conf
	chmod 600 conf/50-web.conf
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	run -2 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"
	[ -z "$output" ]
}

@test "what the caller may not read of a folder has no fault: it is 2 too" {
	unreadable "$BUILD/cgq" check "$PWD/conf"
	says_only "$PWD/conf/50-web.conf: Permission denied"
}

@test "cgqd --check by another user says so too" {
	unreadable "$BUILD/cgqd" --check --config "$PWD/conf" --settings /dev/null
	[[ $stderr == *"$PWD/conf/50-web.conf: Permission denied"* ]]
}

@test "what is no regular file is a fault, and never waited for" {
	mkfifo fifo
	run -1 timeout 5 "$BUILD/cgq" check fifo
	[[ $output == fifo:*FIFO* ]]
}

@test "JSON: faults, warnings and hints, also of bytes that are no text" {
	printf '[a]\nmemroy\xff = 1G\nmatch = name:x\n[b]\nmatch = name:x\n' >$'odd\xff.conf'
	run -1 cgq check --json $'odd\xff.conf'
	jq -e '.faults[0] | (.line == 2) and (.file | length > 0) and (.text | length > 0)' <<<"$output"
	printf '[a]\nmatch = name:x\n[b]\nmatch = name:x\n' >warn.conf
	run -0 cgq check --json warn.conf
	jq -e '(.faults == []) and (.warnings[0] | .file == "warn.conf" and .line == 4)' <<<"$output"
}

@test "a hostile name or text cannot speak to the terminal" {
	printf '[a]\n\033]0;owned\007 = 1\n' >$'\033[31m.conf'
	run -1 cgq check $'\033[31m.conf'
	[ -z "$(tr -d '\n -~' <<<"$output")" ]
}

@test "what was cut is told so in signs that every terminal has" {
	printf '[a]\ncpus = %s\n' "$(seq -s, 0 2 300)" >long.conf
	run -1 cgq check long.conf
	[[ $output == *"...' is too long (at most 255 bytes)"* ]] || fail "$output"
}

@test "-o and -r make a table of it" {
	printf '[a]\nmemroy = 1G\n' >bad.conf
	run -1 --separate-stderr cgq check -rn bad.conf
	[[ $output == "fault bad.conf 2 "* ]]
	[ "$(awk '{ print NF }' <<<"$output")" = 4 ]
	run -1 --separate-stderr cgq check -o line,severity bad.conf
	[ "${lines[1]}" = "   2 fault" ]
}

@test "without arguments the folders are read, whoever asks" {
	run --separate-stderr cgq check
	[ "$status" -le 1 ]
}

# ini_block N: the README's block N of INI, as written
ini_block() {
	awk -v n="$1" '/^```ini$/ { inside = ++i == n; next } /^```$/ { inside = 0 } inside' "$REPO/README.md"
}

@test "the README's own examples are accepted as written" {
	mkdir conf.d net.d
	ini_block 1 >conf.d/50-web.conf
	ini_block 2 >net.d/50-web.conf
	ini_block 3 >cgqd.conf
	grep -q mysqld conf.d/50-web.conf
	grep -q net.out net.d/50-web.conf
	grep -q verify cgqd.conf
	for folder in conf.d net.d; do
		run -0 cgq check --strict $folder
		[ -z "$output" ]
	done
	run -0 "$BUILD/cgqd" --check --config conf.d --settings cgqd.conf
	[ -z "$output" ]
}

@test "a folder without policies is said to be one, to a person" {
	mkdir empty
	[ "$(on_terminal 80 check empty)" = 'cgq: there are no policy files' ]
	run -0 --separate-stderr cgq check empty
	[ -z "$output$stderr" ]
}
