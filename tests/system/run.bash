# What tests of cgq run share: groups, and a user without rights.
# shellcheck shell=bash disable=SC2034,SC2153,SC2154

NOBODY=65534

# one [KEY=VALUE]…: two groups, and more of [web].
one() {
	policy 50-web.conf <<-EOF
		[web]
		cpu = 20%..50%
		tasks = 100
		$(printf '%s\n' "$@")
		[db]
		match = name:$(named db)
	EOF
}

# as_nobody COMMAND…: without any right of root's.
as_nobody() {
	setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups --inh-caps=-all "$@"
}

# in_group GROUP [CONTROLLER]: what /proc/PID/cgroup says of a member.
path_of_group() {
	local dir mount=${MOUNT[${2:-cpu}]}
	dir=$(group_dir "$1" "${2:-cpu}")
	echo "${dir#"$mount"}"
}

how() {
	cgq explain "$1" --json | jq -r .how
}
