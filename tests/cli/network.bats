#!/usr/bin/env bats
# Groups with namespaces and networks: what a person is told of them.
load lib

@test "diff: keys that no cgroup shows, and what they mean to who runs" {
	machine network
	golden network-diff 1 diff
}

@test "changed kinds wait for the old network: list, status and explain say for whom" {
	machine network
	golden network-list 0 list
	same network-list-terminal-80 "$(NO_COLOR=1 on_terminal 80 list)"
	golden network-status 1 status
	golden network-status-web 1 status web
	golden network-explain 0 explain 19636
	golden network-ps 0 ps
}

@test "a service is inside after a daemon-reload and a restart: status and explain say the command" {
	machine network
	golden network-status-shop 0 status shop
	golden network-explain-243 0 explain 243
}

@test "reset: a network that stays is one line on stderr, with whom it is for" {
	machine network
	run -0 --separate-stderr cgq reset
	says_only 'web: its network stays for pid 19635 (apache2) and others: cgq-web in ip netns, and the link cgqf0974e27'
	run -0 --separate-stderr cgq reset --json
	jq -e '.note | length > 0' <<<"$output"
}
