#!/usr/bin/env bats
# Groups with namespaces and networks: what a person is told of them.
load lib

@test "diff: keys that no cgroup shows, and what they mean to who runs" {
	machine network
	golden network-diff 1 diff
}
