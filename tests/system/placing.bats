#!/usr/bin/env bats
# Who is placed where: what runs already, what starts later, what changes on the way.
load lib

two_groups() {
	policy 50-two.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 60%..100%
		memory = 500M

		[db]
		match = name:$(named db)
		cpu = 40%..100%
		tasks = 500
	EOF
}

@test "what runs already is placed at the start, with its descendants" {
	two_groups
	start web threads --threads 2
	start db forker --storm 1 --live 50 --alive 3
	storm_ends db
	local children
	children=$(descendants "${PID[db]}")
	[ -n "$children" ]
	cgqd_start
	is_in web "${PID[web]}"
	# shellcheck disable=SC2086 # a pid a word
	is_in db "${PID[db]}" $children
}

@test "what no rule names stays where it is" {
	two_groups
	start other threads
	local before
	before=$(where "${PID[other]}")
	cgqd_start
	start another threads
	sleep 1
	is_back "${PID[other]}" "$before"
	is_outside "${PID[another]}" $$ 1 "$CGQD"
}

@test "what starts later is placed within moments" {
	two_groups
	cgqd_start
	start web threads
	start db threads
	placed web web
	placed db db
}

@test "a process that execs is judged by what it becomes" {
	two_groups
	cgqd_start
	start plain renamer "exec=$(program_file web threads)"
	sleep 0.3
	is_outside "${PID[plain]}"
	kill -USR1 "${PID[plain]}"
	placed web plain
}

@test "a comm that a process gives itself counts" {
	two_groups
	cgqd_start
	start plain renamer "comm=$(named db)"
	kill -USR1 "${PID[plain]}"
	placed db plain
}

@test "a member that execs something else stays under children = follow" {
	two_groups
	cgqd_start
	start web renamer "exec=$(program_file other threads)"
	placed web web
	kill -USR1 "${PID[web]}"
	wait_until 5 'it execs' executes "${PID[web]}" "$(program_file other threads)"
	sleep 1
	is_in web "${PID[web]}"
}

@test "a member that execs something else goes back under children = match" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		children = match
	EOF
	start web renamer "exec=$(program_file other threads)"
	local before
	before=$(where "${PID[web]}")
	cgqd_start
	is_in web "${PID[web]}"
	kill -USR1 "${PID[web]}"
	wait_until 5 'it is back' is_back "${PID[web]}" "$before"
}

# A rule by user, narrowed to our own programs.
user_group() {
	policy 50-user.conf <<-EOF
		[user]
		match = name:$(named user) user:65534
		children = $1
	EOF
}

@test "a uid change is judged anew: in by match, and back" {
	user_group match
	cgqd_start
	start user renamer uid=65534 uid=0
	local before
	before=$(where "${PID[user]}")
	sleep 0.5
	is_outside "${PID[user]}"
	kill -USR1 "${PID[user]}"
	placed user user
	kill -USR1 "${PID[user]}"
	wait_until 5 'it is back' is_back "${PID[user]}" "$before"
}

@test "a uid change does not put a follower out" {
	user_group follow
	cgqd_start
	start user renamer uid=65534 uid=0
	kill -USR1 "${PID[user]}"
	placed user user
	kill -USR1 "${PID[user]}"
	sleep 1
	is_in user "${PID[user]}"
}

@test "children follow their parent, and may be told not to" {
	policy 50-children.conf <<-EOF
		[follow]
		match = name:$(named follow) args:*follow*

		[alone]
		match = name:$(named alone) args:*uid=0*
		children = match
	EOF
	cgqd_start
	start follow renamer fork
	start alone renamer uid=0 "exec=$(program_file gone forker)"
	placed follow follow
	placed alone alone
	kill -USR1 "${PID[follow]}"
	wait_until 5 'it forks' has_descendants "${PID[follow]}"
	sleep 0.5
	# shellcheck disable=SC2046 # a pid a word
	is_in follow $(descendants "${PID[follow]}")
	# The first step changes nothing; the second execs what no rule names, and its children are nobody's.
	tell alone
	sleep 0.3
	tell alone
	wait_until 5 'it execs' executes "${PID[alone]}" "$(program_file gone forker)"
	unplaced alone
	storm_ends alone
	# shellcheck disable=SC2046 # a pid a word
	is_outside $(descendants "${PID[alone]}")
}

@test "a process that forks while it is moved leaves no child behind" {
	two_groups
	cgqd_start
	local round left pid
	for round in 1 2 3; do
		start web forker --storm 2 --live 20 --alive 40
		storm_ends web
		left=$(descendants "${PID[web]}")
		[ "$(wc -w <<<"$left")" -ge 4 ] || fail "round $round: only $(wc -w <<<"$left") processes are left to look at"
		# shellcheck disable=SC2086 # a pid a word
		is_in web "${PID[web]}" $left
		stop web
	done
}

@test "a fork storm that runs already at the start leaves no child behind" {
	two_groups
	start web forker --storm 4 --live 20 --alive 40
	sleep 0.5
	cgqd_start
	storm_ends web
	local left
	left=$(descendants "${PID[web]}")
	[ "$(wc -w <<<"$left")" -ge 4 ]
	# shellcheck disable=SC2086 # a pid a word
	is_in web "${PID[web]}" $left
}

@test "a grandchild whose parent is gone before anybody looked at it is placed all the same" {
	two_groups
	cgqd_start
	start web forker --orphans --alive 60
	wait_until 10 'all are born' has_instances web 61
	sleep 1
	local all
	all=$(instances web)
	[ "$(wc -w <<<"$all")" -ge 60 ] || fail "only $(wc -w <<<"$all") processes are left to look at"
	# shellcheck disable=SC2086 # a pid a word
	is_in web $all
}

# Its status says zombie then, its files in /proc are empty, and v1 shows it at the root; its other threads are where they were.
@test "a process whose first thread has ended stays a member, and comes back whole" {
	local before after from=${MOUNT[cpu]}/$TREE-from
	two_groups
	start web threads --threads 4 --headless
	mkdir "$from"
	echo "${PID[web]}" >"$from/cgroup.procs"
	cgqd_start
	placed web web
	kill -USR1 "${PID[web]}"
	wait_until 5 'its first thread ends' headless "${PID[web]}"
	threads_are_in web
	cgq reload
	threads_are_in web
	cgq explain "${PID[web]}"
	[ "$(said web procs)" = 1 ]
	cgq reset
	after=$(thread_cgroups)
	[ "$after" = "$from" ] || fail "threads are in $after"
	stop web
	rmdir "$from"
}

headless() {
	[[ $(<"/proc/$1/stat") == *') Z '* ]]
}

thread_cgroups() {
	local task
	for task in "/proc/${PID[web]}/task"/*; do
		[ "${task##*/}" = "${PID[web]}" ] || { find_cgroup "${PID[web]}/task/${task##*/}" && echo "${MOUNT[cpu]}$CGROUP"; }
	done | sort -u
}

threads_are_in() {
	[ "$(thread_cgroups)" = "$(group_dir "$1")" ] || fail "threads are in $(thread_cgroups)"
}

@test "a process of 50 threads moves whole" {
	two_groups
	start web threads --threads 50
	wait_until 5 'it has 50 threads' has_threads web 50
	cgqd_start
	is_in web "${PID[web]}"
	start db threads --threads 50
	placed db db
}

has_threads() {
	[ "$(find "/proc/${PID[$1]}/task" -mindepth 1 -maxdepth 1 | wc -l)" = "$2" ]
}

# bats test_tags=any-kernel
@test "exe fits the file, whatever the process calls itself" {
	local file
	file=$(program_file secret threads)
	policy 50-exe.conf <<-EOF
		[exe]
		match = exe:$file
	EOF
	cgqd_start
	start secret threads
	placed exe secret
	# Another file at the same path is looked up again.
	rm "$file"
	cp "$PROGRAMS/renamer" "$file"
	sleep 2
	start_as second secret renamer
	placed exe second
	# The name alone is not enough.
	start fake renamer "comm=$(named secret)"
	kill -USR1 "${PID[fake]}"
	sleep 1
	is_outside "${PID[fake]}"
}

# bats test_tags=any-kernel
@test "exe: a release in a folder that came later, and one that a link leads to" {
	local file
	file=$(program_file released threads)
	mkdir "$ROOM/releases"
	policy 50-exe.conf <<-EOF
		[each]
		match = exe:$ROOM/releases/*/bin/$(named each)
		[current]
		match = exe:$ROOM/current/bin/$(named current)
	EOF
	cgqd_start
	mkdir -p "$ROOM/releases/1/bin"
	sleep 2
	cp "$file" "$ROOM/releases/1/bin/$(named each)"
	cp "$file" "$ROOM/releases/1/bin/$(named current)"
	ln -s releases/1 "$ROOM/current"
	sleep 2
	ln -s "$ROOM/releases/1/bin/$(named each)" "$ROOM/bin/$(named each)"
	ln -s "$ROOM/releases/1/bin/$(named current)" "$ROOM/bin/$(named current)"
	start each threads
	start current threads
	placed each each
	placed current current
}

# bats test_tags=any-kernel
@test "first match wins, in file order then line order" {
	policy 60-late.conf <<-EOF
		[late]
		match = name:$(named web)
	EOF
	policy 40-early.conf <<-EOF
		[one]
		match = name:$(named web) args:*--threads*2*

		[two]
		match = name:$(named web)
	EOF
	cgqd_start
	start_as first web threads --threads 2
	start_as second web threads --threads 1
	placed one first
	placed two second
}

# bats test_tags=any-kernel
@test "a rule for the child wins over following its parent" {
	# First match wins: the child carries its parent's name.
	policy 50-nested.conf <<-EOF
		[outer/inner]
		match = parent:$(named outer)

		[outer]
		match = name:$(named outer)
	EOF
	cgqd_start
	start outer forker --storm 1 --live 100 --alive 2
	placed outer outer
	storm_ends outer
	local child
	for child in $(pgrep -P "${PID[outer]}"); do
		wait_until 5 "$child in outer/inner" is_in outer/inner "$child"
	done
}

@test "a group with members and children keeps its own members in _self" {
	policy 50-nested.conf <<-EOF
		[web]
		match = name:$(named web)

		[web/php]
		match = name:$(named php)
	EOF
	start web threads
	start php threads
	cgqd_start
	is_in web/php "${PID[php]}"
	[[ $(cgroup_of "${PID[web]}") == */"$TREE/web/_self" ]]
}

@test "a group that gets its first child moves its members, and takes them back" {
	policy 50-web.conf <<-EOF
		[web]
		match = name:$(named web)
		cpu = 50%..100%
	EOF
	start web threads
	cgqd_start
	[[ $(cgroup_of "${PID[web]}") == */"$TREE/web" ]]
	policy_now 60-php.conf <<-EOF
		[web/php]
		match = name:$(named php)
		cpu = 50%..100%
	EOF
	wait_until 5 'the member is in _self' is_in web "${PID[web]}"
	[[ $(cgroup_of "${PID[web]}") == */"$TREE/web/_self" ]]
	start php threads
	placed web/php php
	rm "$CONF/60-php.conf"
	cgq reload
	[[ $(cgroup_of "${PID[web]}") == */"$TREE/web" ]]
	# What was in the child is the parent's no more: no rule names it.
	unplaced php
}

@test "a policy that moves a process between groups moves it" {
	two_groups
	start web threads
	cgqd_start
	is_in web "${PID[web]}"
	policy_now 50-two.conf <<-EOF
		[web]
		match = name:nobody-is-called-so

		[db]
		match = name:$(named web)
	EOF
	placed db web
}

# bats test_tags=any-kernel
@test "explain names the rule, its file and line, and what was tried before it" {
	two_groups
	start db threads
	cgqd_start
	run -0 cgq explain --json "${PID[db]}"
	[ "$(jq -r .group <<<"$output")" = db ]
	[ "$(jq -r .rule.line <<<"$output")" = 7 ]
	[[ $(jq -r .rule.file <<<"$output") == */50-two.conf ]]
	run -1 cgq explain $$
}

# bats test_tags=any-kernel
@test "ps lists members with their group and rule" {
	two_groups
	start web threads
	start db threads
	cgqd_start
	run -0 cgq ps --json
	[ "$(jq -r --argjson pid "${PID[web]}" '.processes[] | select(.pid == $pid) | .group' <<<"$output")" = web ]
	[ "$(jq -r --argjson pid "${PID[db]}" '.processes[] | select(.pid == $pid) | .name' <<<"$output")" = "$(named db)" ]
	run -0 cgq ps web
	[[ $output == *"${PID[web]}"* ]]
	[[ $output != *"${PID[db]}"* ]]
}

@test "explain claims no rule for what somebody else put into a group" {
	two_groups
	start web threads
	start stranger threads
	cgqd_start
	placed web web
	echo "${PID[stranger]}" >"$(group_dir web)/cgroup.procs"
	cgq reload
	is_in web "${PID[stranger]}"
	run -0 cgq explain "${PID[stranger]}"
	[[ $output == *'because    it was found in'* ]] || fail "$output"
	[[ $output != *'fitted a rule'* ]] || fail "$output"
}
