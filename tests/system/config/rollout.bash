# What a rollout by configuration management starts from and leaves behind, whichever tool does it.
# shellcheck shell=bash disable=SC2034,SC2154

EXAMPLES=$REPO/client/examples
FILE=60-x.conf

# alone COMMAND…: nothing of whoever runs this is read: no variables, no home.
alone() {
	env -i PATH="$PATH" HOME="$ROOM" LC_ALL=C.UTF-8 "$@" 3>&-
}

# by_hand CPU: the policy that a rollout finds.
by_hand() {
	printf '[web]\nmatch = name:%s\ncpu = %s\n' "$(named web)" "$1" | policy $FILE
}

# folder: every file with its number, time, owner, mode and bytes.
folder() {
	ls -Ai --full-time "$CONF" && cat "$CONF"/*
}

# stays FOLDER CEILING: as `folder` told it, with that limit in force, and nothing to complain of.
stays() {
	diff -u <(echo "$1") <(folder) || fail 'the folder has changed'
	in_force "$2"
}

# in_force CEILING: in the kernel, now; cgqd says so too, and refuses nothing.
in_force() {
	knob_is web ceiling "$1"
	state_is web ok
	run -0 cgq reload
	[ -z "$output" ] || fail "reload: $output"
}

# is_roots: as a cgqd that runs as root takes it.
is_roots() {
	[ "$(stat -c '%U:%G %a' "$CONF/$FILE")" = 'root:root 644' ] || fail "$(ls -l "$CONF/$FILE")"
}

# tells TEXT…: each of them in what the tool printed.
tells() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || fail "no '$text' in: $output"
	done
}

# lines_of FILE: what of it counts.
lines_of() {
	sed -E '/^(#|$)/d; s/[ \t]+/ /g' "$1"
}

# is_the_example FILE
is_the_example() {
	diff -u <(lines_of "$REPO/daemon/examples/50-web.conf") <(lines_of "$1")
}
