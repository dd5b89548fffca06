#!/usr/bin/env bats
# The Debian packages as they are built; tests/system/systemd/package.bats installs them in a guest.
bats_require_minimum_version 1.5.0

REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PACKAGES=$REPO/build/packages

fail() {
	echo "$*"
	return 1
}

setup_file() {
	"$BATS_TEST_DIRNAME/../../daemon/packaging/build" "$BATS_TEST_DIRNAME/../../build/packages" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		{ tail -n 50 "$BATS_FILE_TMPDIR/log"; return 1; }
}

# unpacked NAME: its files and, in DEBIAN/, what dpkg does with them
unpacked() {
	[ -d "$BATS_FILE_TMPDIR/$1" ] || dpkg-deb -R "$PACKAGES/$1"_*.deb "$BATS_FILE_TMPDIR/$1"
	cd "$BATS_FILE_TMPDIR/$1" || return
}

# of_unit KEY [UNIT]: its value
of_unit() {
	sed -n "s/^$1=//p" "lib/systemd/system/${2:-cgqd.service}"
}

# The helpers' units, without their ending.
helper_units() {
	local socket
	for socket in lib/systemd/system/*.socket; do
		basename "$socket" .socket
	done
}

@test "lintian finds neither an error nor a warning" {
	run -0 lintian --allow-root --fail-on error,warning "$PACKAGES"/*.deb
	[ -z "$output" ] || fail "$output"
}

@test "there is one policy folder, and it is empty" {
	unpacked cgqd
	[ "$(find etc -mindepth 1 | sort | xargs)" = 'etc/cgq etc/cgq/conf.d' ]
	[ ! -e DEBIAN/conffiles ]
}

@test "each has its man pages, and cgq its completions" {
	unpacked cgq
	[ -s usr/share/man/man1/cgq.1.gz ] && [ -s usr/share/man/man5/cgq.conf.5.gz ]
	[ -s usr/share/bash-completion/completions/cgq ] && [ -s usr/share/zsh/vendor-completions/_cgq ]
	unpacked cgqd
	[ -s usr/share/man/man8/cgqd.8.gz ]
}

@test "the programs of the unit are those of the packages" {
	local program
	unpacked cgqd
	program=$(of_unit ExecStart)
	[ -x ".$program" ] || fail "$program"
	program=$(of_unit ExecReload)
	unpacked cgq
	[ -x ".${program%% *}" ] || fail "$program"
}

@test "systemd rates the exposure of the unit at 2.8 or better, and of its helpers too, but for the starter" {
	local unit
	unpacked cgqd
	for unit in lib/systemd/system/*.service; do
		[[ $unit != *starter* ]] || continue # programs of callers are its children, and would be in its sandbox
		run -0 systemd-analyze security --offline=true --threshold=28 --no-pager "$unit"
		[[ $output != *'Unknown key'* ]] || fail "$output"
	done
}

@test "there are units for each helper, which cgqd wants, and only they have CAP_SYS_ADMIN" {
	local unit program
	unpacked cgqd
	[ "$(helper_units | xargs)" = 'cgqd-delegation cgqd-gate cgqd-starter' ]
	[[ $(of_unit CapabilityBoundingSet) != *CAP_SYS_ADMIN* ]]
	for unit in $(helper_units); do
		for key in Wants After; do
			[[ " $(of_unit $key | xargs) " == *" $unit.socket "* ]] || fail "$key lacks $unit"
		done
		[ "$(of_unit ListenSequentialPacket "$unit.socket")" = "/run/cgq/${unit#cgqd-}.sock" ]
		[ "$(of_unit SocketMode "$unit.socket")" = 0600 ]
		[ "$(of_unit ExecStart "$unit@.service")" = "$(of_unit ExecStart) --helper ${unit#cgqd-}" ]
		[[ $unit = cgqd-starter || $(of_unit CapabilityBoundingSet "$unit@.service") == *CAP_SYS_ADMIN* ]]
		grep -q "deb-systemd-invoke .*'$unit.socket'" DEBIAN/postinst
	done
}

@test "the unit leaves every capability that cgqd asks for" {
	local capability
	unpacked cgqd
	while read -r capability; do
		[[ " $(of_unit CapabilityBoundingSet) " == *" $capability "* ]] || fail "$capability"
	done < <(sed -nE 's/.*"(CAP_[A-Z_]+)".*/\1/p' "$REPO/daemon/privilege.c")
}

@test "its scripts are free of faults" {
	unpacked cgqd
	shellcheck DEBIAN/prerm DEBIAN/postrm
}
