# Two groups of busy loops.
# shellcheck shell=bash disable=SC2034,SC2154

# A window in which something else of the machine ran says nothing: what fails is measured again, twice at most. What
# is really wrong fails each time.
setup_file() {
	export BATS_TEST_RETRIES=2
}

# A weight speaks between at least two runnable threads a CPU; more, so that an uneven balance says less.
THREADS=$((CPUS * 4))

two_groups() {
	policy 50-two.conf <<-EOF
		[db]
		match = name:$(named db)
		cpu = $1

		[web]
		match = name:$(named web)
		cpu = $2
	EOF
}
