/* Memory that processes use and that is charged where they were before. */
#include "world.h"

#include <sys/mman.h>

#include "charged_elsewhere.h"

#define MIB (1UL << 20)

static size_t page_of(char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 4096)
		p[i] = 1;
	return bytes;
}

/* Holds so much; shares: a child of it has the same pages. */
static pid_t start_eating(size_t mib, bool shares, pid_t *ret_child)
{
	int pair[2];
	pid_t pids[2] = { 0 };

	assert_int_equal(pipe(pair), 0);
	pids[0] = fork();
	if (!pids[0]) {
		pid_t self = getpid();
		char *p = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (p == MAP_FAILED || page_of(p, mib * MIB) != mib * MIB)
			_exit(1);
		pids[1] = shares ? fork() : getpid();
		if (pids[1] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() == self) /* it may have been killed before we got here */
				pause();
			_exit(0);
		}
		if (write(pair[1], &pids[1], sizeof(pids[1])) != sizeof(pids[1]))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pair[0], ret_child, sizeof(*ret_child)), sizeof(*ret_child));
	close(pair[0]);
	close(pair[1]);
	return pids[0];
}

/* What a process has beside, in MiB: most of it is a sanitizer's. */
#define OF_ITS_OWN 17

static void charged_put(struct world *w, const char *cgroup, unsigned long bytes)
{
	char text[128];

	snprintf(text, sizeof(text), "rss 7\nrss_huge 0\ntotal_rss %lu\n", bytes);
	dir_put(w->t, CONTROLLER_MEMORY, cgroup, "memory.stat", text);
}

static void procs_put(struct world *w, const char *cgroup, pid_t a, pid_t b)
{
	char text[64];

	snprintf(text, sizeof(text), b ? "%d\n%d\n" : "%d\n", (int)a, (int)b);
	dir_put(w->t, CONTROLLER_MEMORY, cgroup, "cgroup.procs", text);
}

static void expect_mib(struct world *w, const char *group, uint64_t least, uint64_t most)
{
	struct counter c = charged_elsewhere(&w->v, policy_group(w->choice.policy, group));

	if (!c.known || c.value < least * MIB || c.value > most * MIB)
		red("%s: %s%lu KiB, not %lu to %lu MiB\n", group, c.known ? "" : "unknown, ", (unsigned long)(c.value >> 10),
		    (unsigned long)least, (unsigned long)most);
}

static void what_a_process_has_and_its_group_is_not_charged_for_is_elsewhere(void **state)
{
	struct world *w = *state;
	pid_t child, pid = start_eating(64, false, &child);

	procs_put(w, "/cgq/web/php", pid, 0);
	procs_put(w, "/cgq/web/_self", getpid(), 0);
	charged_put(w, "/cgq/web/php", 0);
	expect_mib(w, "web/php", 63, 63 + OF_ITS_OWN);
	charged_put(w, "/cgq/web/php", 40 * MIB);
	expect_mib(w, "web/php", 23, 23 + OF_ITS_OWN);
	charged_put(w, "/cgq/web", 10 * MIB); /* with all that is below */
	expect_mib(w, "web", 53, 80);
	stop_sleeping(pid);
}

static void what_two_share_counts_once(void **state)
{
	struct world *w = *state;
	pid_t child, pid = start_eating(64, true, &child);

	procs_put(w, "/cgq/web/php", pid, child);
	charged_put(w, "/cgq/web/php", 0);
	expect_mib(w, "web/php", 63, 63 + OF_ITS_OWN);
	stop_sleeping(pid);
}

static uint64_t value_of(struct world *w, const char *group)
{
	return charged_elsewhere(&w->v, policy_group(w->choice.policy, group)).value;
}

static void what_is_little_is_nothing(void **state)
{
	struct world *w = *state;
	pid_t child, pid = start_eating(64, false, &child), small = start_eating(4, false, &child);
	uint64_t used;

	procs_put(w, "/cgq/web/php", pid, 0);
	charged_put(w, "/cgq/web/php", 0);
	used = value_of(w, "web/php");
	charged_put(w, "/cgq/web/php", used - 5 * MIB / 2); /* above 1 MiB, below a twentieth */
	expect_mib(w, "web/php", 0, 0);
	charged_put(w, "/cgq/web/php", 10 * used);
	expect_mib(w, "web/php", 0, 0);
	procs_put(w, "/cgq/web/php", small, 0);
	charged_put(w, "/cgq/web/php", 0);
	used = value_of(w, "web/php");
	charged_put(w, "/cgq/web/php", used - MIB + 100000); /* below 1 MiB, above a twentieth */
	expect_mib(w, "web/php", 0, 0);
	stop_sleeping(small);
	stop_sleeping(pid);
	charged_put(w, "/cgq/web/php", 0); /* one that is gone has nothing */
	expect_mib(w, "web/php", 0, 0);
}

static void what_cannot_be_known_is_unknown(void **state)
{
	struct world *w = *state;

	procs_put(w, "/cgq/web/php", getpid(), 0);
	assert_false(charged_elsewhere(&w->v, policy_group(w->choice.policy, "web/php")).known); /* no memory.stat */
	assert_false(charged_elsewhere(&w->v, policy_group(w->choice.policy, "batch")).known);	 /* passive */
}

/* One file, mapped again and again: many pages to walk, and little memory. */
static void map_much(void)
{
	int fd = memfd_create("much", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 64 * MIB), 0);
	for (size_t i = 0; i < 24; i++)
		assert_true(mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0) != MAP_FAILED);
	close(fd);
}

/* Walking all these pages would hold up the daemon. */
static void more_than_can_be_looked_at_in_time_is_unknown(void **state)
{
	struct world *w = *state;
	char *own = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pid_t child = start_sleeping("another");

	assert_true(own != MAP_FAILED);
	map_much();
	procs_put(w, "/cgq/web/php", getpid(), child);
	charged_put(w, "/cgq/web/php", 0);
	assert_false(charged_elsewhere(&w->v, policy_group(w->choice.policy, "web/php")).known);
	procs_put(w, "/cgq/web/php", getpid(), 0);
	expect_mib(w, "web/php", 8, 100); /* one alone shares with nobody: no need to walk */
	stop_sleeping(child);
}

static void only_a_page_of_one_group_asks_for_it(void **state)
{
	struct world *w = *state;
	pid_t child, pid = start_eating(64, false, &child);
	json_t *o;

	procs_put(w, "/cgq/web/php", pid, 0);
	charged_put(w, "/cgq/web/php", 0);
	o = report_status(&w->v, NULL);
	assert_json(o, "groups[2].charged_elsewhere_bytes", "null");
	json_decref(o);
	o = report_status(&w->v, "web/php");
	assert_true(json_integer_value(json_object_get(json_array_get(json_object_get(o, "groups"), 0), "charged_elsewhere_bytes")) > 63L << 20);
	json_decref(o);
	stop_sleeping(pid);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_new, world_done)
	const struct CMUnitTest tests[] = {
		TEST(what_a_process_has_and_its_group_is_not_charged_for_is_elsewhere),
		TEST(what_two_share_counts_once),
		TEST(what_is_little_is_nothing),
		TEST(what_cannot_be_known_is_unknown),
		TEST(only_a_page_of_one_group_asks_for_it),
		TEST(more_than_can_be_looked_at_in_time_is_unknown), /* the last: what it maps stays */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
