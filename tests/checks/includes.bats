#!/usr/bin/env bats
# Each law of check-includes goes red when it is broken.
bats_require_minimum_version 1.5.0

setup() {
	local repo=$BATS_TEST_DIRNAME/../..
	ROOT=$BATS_TEST_TMPDIR/root
	mkdir "$ROOT"
	(cd "$repo" && tar -cf - --exclude='tests/vm' --exclude='corpus' include rules daemon client tests 2>/dev/null) | tar -xf - -C "$ROOT"
	mkdir -p "$ROOT/client"
}

check() {
	run "$BATS_TEST_DIRNAME/../check-includes" "$ROOT"
}

# broken FILE TEXT WHY: with this line in this file the check says so, there.
broken() {
	[ -e "$ROOT/$1" ] || echo '/* A file. */' >"$ROOT/$1"
	echo "$2" >>"$ROOT/$1"
	check
	[ "$status" = 1 ]
	grep -qE "^$1:$(wc -l <"$ROOT/$1"): .*$3" <<<"$output" || { echo "$output"; return 1; }
}

@test "the tree as it is keeps the laws" {
	check
	[ "$status" = 0 ] || { echo "$output"; return 1; }
}

@test "daemon/ never includes client/, nor client/ daemon/" {
	echo '/* Of one room only. */' | tee "$ROOT/client/only_client.h" >"$ROOT/daemon/only_daemon.h"
	broken daemon/bad.c '#include "only_client.h"' 'may not include'
	broken client/bad.c '#include "only_daemon.h"' 'may not include'
	broken client/bad.c '#include "../daemon/only_daemon.h"' 'may not include'
}

@test "rules/ sees include/ and itself only, include/ itself only" {
	echo '/* Of one room only. */' >"$ROOT/daemon/only_daemon.h"
	broken rules/bad.c '#include "only_daemon.h"' 'may not include'
	broken include/cgq/bad.h '#include "text.h"' 'may not include'
}

@test "a library is known to its own file only" {
	broken daemon/bad.c '#include <libcgroup.h>' 'kernel_libcgroup'
	broken rules/bad.c '#include <iniparser.h>' 'ini_source'
	broken client/bad.c '#include <netlink/netlink.h>' 'events'
	broken rules/worse.c '#include <systemd/sd-event.h>' 'daemon'
	broken daemon/bad.c '#include <bpf/libbpf.h>' 'bpf.c'
	broken daemon/bad.c '#include <bpf/bpf_helpers.h>' 'daemon/bpf/'
	broken daemon/bad.c '#include <tasks.skel.h>' 'bpf.c'
	broken daemon/bpf/bad.bpf.c '#include <bpf/bpf.h>' 'bpf.c'
	broken daemon/bad.c '#include <some_new_library.h>' 'no library'
}

@test "only apply and mover write to the kernel" {
	broken daemon/bad.c 'r = d->kernel->write(d->kernel, h, path, file, text, e);' 'only apply and mover'
	broken daemon/bad.c 'k->make(k, h, path, e);' 'only apply and mover'
	broken daemon/bad.c 'fd = k->open_procs(k, h, path, e);' 'only apply and mover'
}

@test "numbers are read in one place" {
	broken daemon/bad.c 'n = strtoul(s, NULL, 10);' 'numbers'
	broken client/bad.c 'n = atoi(s);' 'numbers'
	broken tests/bad.c 'sscanf(s, "%d", &n);' 'numbers'
}

@test "what a comment or a string says is no code" {
	printf '/* Never strtol(). */\n/*\n * nor atoi(x)\n */\nconst char *s = "sscanf(x)";\n' >"$ROOT/rules/fine.c"
	check
	[ "$status" = 0 ] || { echo "$output"; return 1; }
}

@test "rules/ has no input, output, clock or log" {
	broken rules/bad.c '	clock_gettime(CLOCK_MONOTONIC, &t);' 'no input'
	broken rules/bad.c '	fd = open(path, O_RDONLY);' 'no input'
	broken rules/bad.c '	printf("hello");' 'no input'
}

@test "files are short and say what they are for" {
	{ echo '/* Long. */'; seq 450 | sed 's,.*,/* & */,'; } >"$ROOT/daemon/long.c"
	echo 'int x;' >"$ROOT/daemon/mute.c"
	check
	[ "$status" = 1 ]
	[[ $output == *daemon/long.c:451:* ]]
	[[ $output == *daemon/mute.c:1:* ]]
}

@test "no path of one machine, no word of what is not done" {
	broken rules/README.md "see /wor""k/main" 'one machine'
	broken daemon/bad.c "/* TO""DO: later */" 'issue'
}
