/* Nobody dies of a lowered memory limit: shown with processes of our own on the kernel of this host. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <time.h>

#include <cgq/auto.h>

#include "real_trees.h"
#include "rounds.h"
#include "hog.h"

#define TMPFS_MAGIC 0x01021994

struct scene {
	struct rounds r;
	struct hog hog;
	int file;
};

static const struct hierarchy *memory(void)
{
	return &real.m.hierarchies[machine_hierarchy(&real.m, CONTROLLER_MEMORY)];
}

static uint64_t limit_bytes(const char *rel)
{
	struct value v;
	char path[700];

	machine_path(&real.m, (unsigned)machine_hierarchy(&real.m, CONTROLLER_MEMORY), rel, path, sizeof(path));
	observe_value(real.k, memory(), path, KNOB_MEMORY_MAX, real.m.page_bytes, NULL, &v);
	assert_int_equal(v.kind, VALUE_NUMBER);
	return v.number;
}

static void scene_begin(struct scene *s, const char *policy, bool with_file)
{
	char path[700], pid[16], name[] = "/var/tmp/cgq-test-cache-XXXXXX";
	struct err e = { 0 };
	struct statfs fs;

	if (!real.usable)
		skip();
	*s = (struct scene){ .r = { .k = real.k, .m = &real.m }, .file = -1 };
	if (with_file) {
		s->file = mkstemp(name);
		unlink(name);
		assert_int_equal(fstatfs(s->file, &fs), 0);
		if (fs.f_type == TMPFS_MAGIC) {
			close(s->file);
			skip();
		}
	}
	s->r.reclaim = reclaim_new(real.k, &real.m, &e);
	assert_non_null(s->r.reclaim);
	rounds_reach(&s->r, policy);
	s->hog = hog_new(s->file);
	machine_path(&real.m, (unsigned)machine_hierarchy(&real.m, CONTROLLER_MEMORY), "a", path, sizeof(path));
	snprintf(pid, sizeof(pid), "%d", (int)s->hog.pid);
	assert_int_equal(real.k->write(real.k, memory(), path, "cgroup.procs", pid, &e), 0);
}

static void scene_end(struct scene *s)
{
	bool lived = hog_end(&s->hog);

	reclaim_free(s->r.reclaim);
	rounds_done(&s->r);
	if (s->file >= 0)
		close(s->file);
	assert_true(lived);
}

/* Waits for a report, not longer than a test may. */
static struct reclaim_report report_wait(struct scene *s, int seconds)
{
	struct pollfd p = { .fd = reclaim_fd(s->r.reclaim), .events = POLLIN };
	struct reclaim_report report;

	if (poll(&p, 1, seconds * 1000) != 1 || !reclaim_take(s->r.reclaim, &report))
		fail_msg("no report within %d s", seconds);
	free(report.path);
	return report;
}

static struct reclaim_report landing_wait(struct scene *s)
{
	struct reclaim_report report;

	do
		report = report_wait(s, 10);
	while (!report.landed && !report.error);
	return report;
}

static void memory_in_use_shrinks_and_lands_when_it_is_freed(void **state)
{
	struct reclaim_report report;
	struct scene s;

	scene_begin(&s, "[a]\nmemory = 200M\n", false);
	hog_do(&s.hog, 'a', 60);
	rounds_plan(&s.r, "[a]\nmemory = 30M\n");
	rounds_apply(&s.r);
	assert_int_equal(s.r.first.deferred, 1);
	assert_int_equal(s.r.first.failed, 0);
	report = report_wait(&s, 10);
	assert_false(report.landed);
	assert_int_equal(report.error, 0);
	assert_int_equal(report.wanted_bytes, 30 * MIB);
	assert_true(report.use_bytes >= 60 * MIB && report.use_bytes < 100 * MIB);
	assert_int_equal(limit_bytes("a"), 200 * MIB);
	/* the next look plans it again, and it keeps its turn */
	rounds_look(&s.r);
	assert_int_equal(s.r.plan->n_first, 1);
	rounds_apply(&s.r);
	hog_do(&s.hog, 'f', 0);
	report = landing_wait(&s);
	assert_true(report.landed);
	assert_int_equal(report.left.number, 30 * MIB);
	assert_int_equal(limit_bytes("a"), 30 * MIB);
	rounds_settled(&s.r);
	scene_end(&s);
}

static void page_cache_makes_room_at_once(void **state)
{
	struct reclaim_report report;
	struct scene s;

	scene_begin(&s, "[a]\nmemory = 200M\n", true);
	hog_do(&s.hog, 'c', 80);
	rounds_plan(&s.r, "[a]\nmemory = 30M\n");
	rounds_apply(&s.r);
	assert_int_equal(s.r.first.deferred, 1);
	report = report_wait(&s, 10);
	assert_true(report.landed);
	assert_int_equal(limit_bytes("a"), 30 * MIB);
	scene_end(&s);
}

static void a_growing_process_meets_no_limit_in_between(void **state)
{
	struct scene s;

	scene_begin(&s, "[a]\nmemory = 200M\n", false);
	hog_do(&s.hog, 'a', 40);
	hog_start(&s.hog, 'g', 100);
	rounds_plan(&s.r, "[a]\nmemory = 20M\n");
	rounds_apply(&s.r);
	/* two seconds of growth, over several attempts */
	for (int i = 0; i < 80; i++, usleep(25000))
		assert_int_equal(limit_bytes("a"), 200 * MIB);
	assert_true(hog_wait(&s.hog));
	scene_end(&s);
}

static void a_raised_limit_ends_the_wait(void **state)
{
	struct reclaim_report report;
	struct scene s;

	scene_begin(&s, "[a]\nmemory = 200M\n", false);
	hog_do(&s.hog, 'a', 60);
	rounds_plan(&s.r, "[a]\nmemory = 30M\n");
	rounds_apply(&s.r);
	report_wait(&s, 10);
	reclaim_forget(s.r.reclaim, "a");
	rounds_reach(&s.r, "[a]\nmemory = 300M\n");
	hog_do(&s.hog, 'f', 0);
	assert_int_equal(poll(&(struct pollfd){ .fd = reclaim_fd(s.r.reclaim), .events = POLLIN }, 1, 3000), 0);
	assert_false(reclaim_take(s.r.reclaim, &report));
	assert_int_equal(limit_bytes("a"), 300 * MIB);
	scene_end(&s);
}

/* The limit on both may not be below the one on memory, which waits: it waits behind it, though use is below it. */
static void memory_and_swap_land_one_after_the_other(void **state)
{
	static const char *const lowered[] = {
		"[a]\nmemory = 30M\nswap = 5M\n", "[a]\nmemory = 30M\nswap = 50M\n" };
	struct scene s;

	if (!real.usable || real.m.missing_knobs & 1U << KNOB_SWAP_MAX || memory()->version != 1)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(lowered); i++) {
		scene_begin(&s, "[a]\nmemory = 200M\nswap = 100M\n", false);
		hog_do(&s.hog, 'a', 60);
		rounds_plan(&s.r, lowered[i]);
		rounds_apply(&s.r);
		assert_int_equal(s.r.first.deferred, 2);
		assert_int_equal(s.r.first.failed, 0);
		hog_do(&s.hog, 'f', 0);
		assert_true(landing_wait(&s).landed);
		assert_true(landing_wait(&s).landed);
		rounds_settled(&s.r);
		assert_int_equal(s.r.refusals.n, 0);
		scene_end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(memory_in_use_shrinks_and_lands_when_it_is_freed, tree_gone),
		cmocka_unit_test_teardown(page_cache_makes_room_at_once, tree_gone),
		cmocka_unit_test_teardown(a_growing_process_meets_no_limit_in_between, tree_gone),
		cmocka_unit_test_teardown(a_raised_limit_ends_the_wait, tree_gone),
		cmocka_unit_test_teardown(memory_and_swap_land_one_after_the_other, tree_gone),
	};

	return cmocka_run_group_tests(tests, real_setup, real_teardown);
}
