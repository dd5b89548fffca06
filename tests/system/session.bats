#!/usr/bin/env bats
# The session that README shows: every command of it is run here, and says what README says it does.
load lib

# What another machine or another day shows otherwise: times, percentages of use, what is outside, CPUs, widths of columns
# (a low pid leaves no blank before its heading).
settled() {
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+Z?( UTC)?/TIME/g; s/\b[0-9]+\.[0-9]+%/N%/g; s/^outside .*/outside/
		s/by [0-9]+ real-time threads/by N real-time threads/; s/ +/ /g; s/^ //; s/ $//'
}

# README's names of things, and those that they have here.
to_here() {
	sed -E "s,/etc/cgq/conf.d,$CONF,g; s/\b4711\b/${PID[mysqld]}/g; s/\b4712\b/${PID[httpd]}/g
		s,^(echo .*>/sys/fs/cgroup/memory)/cgq/,\1/$TREE/,"
}

from_here() {
	sed -E "s,$CONF,/etc/cgq/conf.d,g; s/\b${PID[mysqld]}\b/4711/g; s/\b${PID[httpd]}\b/4712/g; 
		s,/$TREE\b,/cgq,g; s/\bt$RUN-//g"
}

the_session() {
	awk '/^## / { here = $0 == "## A night with cgq" } here && /^```console$/ { on = 1; next } /^```$/ { on = 0 } on' "$REPO/README.md"
}

# run_session: prints what README should hold.
run_session() {
	local line
	while IFS= read -r line; do
		[[ $line == '$ '* ]] || continue
		echo "$line"
		line=$(to_here <<<"${line#\$ }")
		eval "$line" 2>&1 | from_here || true
		[[ $line != 'echo '* ]] || wait_until 5 'what somebody else wrote is noticed' log_says 'somebody else changed it; put back'
		sleep 0.4
	done
}

@test "README's session is what happens" {
	local session
	[ "${VERSION[memory]}" = 1 ]
	sed -e '1,/^```ini$/d' -e '/^```$/,$d' -e '/^#/d' -e "s/name:mysqld,mariadbd/name:$(named mysqld)/" \
		-e "s/name:apache2,httpd/name:$(named httpd)/" "$REPO/README.md" | policy 50-web.conf
	start mysqld threads
	start httpd threads
	cgqd_start
	placed mysql mysqld
	placed apache httpd
	sleep 2.5
	session=$(the_session)
	[ -n "$session" ]
	cd "$ROOM"
	run_session <<<"$session" >"$ROOM/ran"
	[ "${CGQ_GOLDEN:-}" != write ] || cp "$ROOM/ran" "${TMPDIR:-/tmp}/cgq-session"
	diff -u <(settled <<<"$session") <(settled <"$ROOM/ran")
}
