#!/usr/bin/env bats
# Files that are no policy, though they lie in the folder.
load ../lib
load rollout

@test "what tools leave in the folder is no policy, whatever is in it" {
	by_hand 20%..50%
	local debris
	for debris in ${FILE}20261122-123-abc $FILE.1234.2026-11-22@10:00:00~ $FILE~ .$FILE.swp $FILE.swp .$FILE ".#$FILE" "#$FILE#" \
		$FILE.{dpkg-new,dpkg-old,dpkg-dist,dpkg-tmp,ucf-dist,rpmnew,rpmsave,bak,orig,puppet-bak} .ansible_tmpabc$FILE; do
		printf '[web]\nmemroy = rubbish\n' >"$CONF/$debris"
	done
	cgqd_start
	in_force 50
	run -0 cgq check --strict "$CONF"
	[ -z "$output" ]
}
