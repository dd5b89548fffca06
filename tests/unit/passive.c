/* What has no cgroup of ours: members of passive groups, and the machine as a whole. */
#include "sampled.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outside.h"
#include "proc_usage.h"

static void the_machine_counts_this_process(void **state)
{
	struct counter procs = outside_procs(), memory = outside_memory();
	int status;
	pid_t pid;

	if (!procs.known) /* in a container */
		skip();
	assert_true(procs.value > 1 && procs.value < 1000000);
	assert_true(memory.known && memory.value > 1 << 20);
	pid = fork();
	if (!pid)
		_exit(outside_procs().value > 1 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void meminfo_is_read_by_whole_keys(void **state)
{
	static const char text[] = "MemTotal:       16 kB\nMemAvailable: 18446744073709551615 kB\nXMem: 1 kB\nHuge: x\n";

	assert_int_equal(outside_meminfo_parse(text, "MemTotal").value, 16384);
	assert_false(outside_meminfo_parse(text, "MemAvailable").known);
	assert_false(outside_meminfo_parse(text, "Mem").known);
	assert_false(outside_meminfo_parse(text, "Huge").known);
	assert_false(outside_meminfo_parse("", "MemTotal").known);
	assert_false(outside_meminfo_parse("MemTotal", "MemTotal").known);
}

static void a_process_cannot_forge_what_it_uses(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t cpu, start, rss;
	} rows[] = {
		{ "", -EBADMSG, 0, 0, 0 },
		{ "1 (x)", -EBADMSG, 0, 0, 0 },
		{ "1 (x) S 1 2 3", -EBADMSG, 0, 0, 0 },
		{ "7 (x) S 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 18446744073709551615", 0, 33, 333, 44 },
		{ "7 (a) S 1 (b) R 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 1", 0, 33, 333, 44 },
		{ "7 (a\n) S) R 1 1 1 0 -1 4 5 6 7 8 11 22 0 0 20 0 1 0 333 999 44 1", 0, 33, 333, 44 },
		{ "7 (x) S 1 1 1 0 -1 4 5 6 7 8 -11 22 0 0 20 0 1 0 333 999 44 1", -EBADMSG, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proc_usage u = { 0 };

		assert_int_equal(proc_usage_parse(rows[i].text, strlen(rows[i].text), &u), rows[i].result);
		assert_int_equal(u.cpu_ticks, rows[i].cpu);
		assert_int_equal(u.start_ticks, rows[i].start);
		assert_int_equal(u.rss_pages, rows[i].rss);
	}
}

/* A child that spins until it is killed. */
static pid_t start_spinning(uint64_t *ret_start)
{
	struct proc_usage u;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
		for (;;)
			;
	}
	assert_int_equal(proc_usage_read(pid, &u), 0);
	*ret_start = u.start_ticks;
	return pid;
}

static void wait_for_cpu(pid_t pid, uint64_t ticks)
{
	struct proc_usage u = { 0 };

	while (u.cpu_ticks < ticks) {
		usleep(10000);
		assert_int_equal(proc_usage_read(pid, &u), 0);
	}
}

static void a_passive_group_is_measured_by_its_members_and_never_goes_backwards(void **state)
{
	struct dir_tree *t = *state;
	struct members *members = members_new();
	struct sampler *s = sampler_new(t->k, &t->m);
	struct usage u;
	uint64_t start;
	pid_t pid;

	make_cgroups(t);
	sampler_follow(s, &t->m, &policy, &want, members);
	sampler_tick(s, 1 * SECOND);
	usleep(30000); /* what starts now started after that look: ticks of 10 ms */
	pid = start_spinning(&start);
	members_put(members, pid, start)->group = 0;
	wait_for_cpu(pid, 5);
	sampler_tick(s, 2 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_true(u.rates.cpu_percent >= 2 && u.rates.cpu_percent < 50); /* 5 ticks or some more of 200 */
	assert_true(u.memory_bytes.known && u.memory_bytes.value > 0);
	assert_int_equal(u.quota.kind, VALUE_UNKNOWN);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sampler_tick(s, 3 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 0, 1e-6);
	assert_int_equal(u.memory_bytes.value, 0);
	sampler_usage_passive(s, 1, &u); /* not passive */
	UNKNOWN(u.rates.cpu_percent);
	sampler_free(s);
	members_free(members);
}

static void who_joins_a_passive_group_does_not_bring_its_past(void **state)
{
	struct dir_tree *t = *state;
	struct members *members = members_new();
	struct sampler *s = sampler_new(t->k, &t->m);
	struct usage u;
	uint64_t start;
	pid_t pid = start_spinning(&start);

	wait_for_cpu(pid, 20);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	usleep(30000);
	sampler_follow(s, &t->m, &policy, &want, members);
	sampler_tick(s, 1 * SECOND);
	members_put(members, pid, start)->group = 0;
	sampler_tick(s, 2 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_float_equal(u.rates.cpu_percent, 0, 1e-6);
	/* nor is another process of that number taken for it */
	members_put(members, pid, start + 1)->group = 0;
	sampler_tick(s, 3 * SECOND);
	sampler_usage_passive(s, 0, &u);
	assert_int_equal(u.memory_bytes.value, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sampler_free(s);
	members_free(members);
}

#define V1(law) cmocka_unit_test_setup_teardown(law, dir_tree_v1, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machine_counts_this_process),
		cmocka_unit_test(meminfo_is_read_by_whole_keys),
		cmocka_unit_test(a_process_cannot_forge_what_it_uses),
		V1(a_passive_group_is_measured_by_its_members_and_never_goes_backwards),
		V1(who_joins_a_passive_group_does_not_bring_its_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
