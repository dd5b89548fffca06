/* Limits that wait, on plain folders of v2: what is asked, replaced, forgotten and reported. */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "reclaim.h"

static struct action lower_to(const char *text, uint64_t bytes)
{
	return (struct action){ .kind = ACTION_WRITE, .path = "a", .knob = KNOB_MEMORY_MAX, .file = "memory.max",
				.text = text, .only_below_bytes = bytes, .may_reclaim = true };
}

static struct reclaim *reclaim_with_use(struct dir_tree *t, const char *use)
{
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_MEMORY);
	struct reclaim *r;

	assert_int_equal(t->k->write(t->k, h, "", "cgroup.subtree_control", "+memory", NULL), 0);
	assert_int_equal(t->k->make(t->k, h, "/cgq", NULL), 0);
	assert_int_equal(t->k->write(t->k, h, "/cgq", "cgroup.subtree_control", "+memory", NULL), 0);
	assert_int_equal(t->k->make(t->k, h, "/cgq/a", NULL), 0);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", use);
	r = reclaim_new(t->k, &t->m, NULL);
	assert_non_null(r);
	return r;
}

static struct reclaim_report report_of(struct reclaim *r)
{
	struct pollfd p = { .fd = reclaim_fd(r), .events = POLLIN };
	struct reclaim_report report;

	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_true(reclaim_take(r, &report));
	free(report.path);
	return report;
}

static void assert_silent(struct reclaim *r)
{
	struct pollfd p = { .fd = reclaim_fd(r), .events = POLLIN };
	struct reclaim_report report;

	assert_int_equal(poll(&p, 1, 0), 0);
	assert_false(reclaim_take(r, &report));
}

static void use_above_the_limit_is_reported_and_nothing_written(void **state)
{
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "2000000\n");
	struct action a = lower_to("1000000", 1000000);
	struct reclaim_report report;

	reclaim_ask(r, &a);
	report = report_of(r);
	assert_false(report.landed);
	assert_int_equal(report.error, 0);
	assert_int_equal(report.use_bytes, 2000000);
	assert_int_equal(report.wanted_bytes, 1000000);
	assert_int_equal(report.left.kind, VALUE_MAX);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "max");
	assert_silent(r);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "900000\n");
	report = report_of(r);
	assert_true(report.landed);
	assert_int_equal(report.use_bytes, 900000);
	assert_int_equal(report.left.number, 1000000);
	reclaim_free(r);
}

static void use_below_the_limit_lands_at_once(void **state)
{
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "1000000\n");
	struct action a = lower_to("1000000", 1000000);

	reclaim_ask(r, &a);
	assert_true(report_of(r).landed);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "1000000");
	reclaim_free(r);
}

static void the_last_wish_counts(void **state)
{
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "2000000\n");
	struct action low = lower_to("1000000", 1000000), higher = lower_to("3000000", 3000000);

	reclaim_ask(r, &low);
	report_of(r);
	reclaim_ask(r, &higher);
	assert_true(report_of(r).landed);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "1\n");
	reclaim_forget(r, "b");
	assert_silent(r);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "3000000");
	reclaim_free(r);
}

static struct reclaim *forgets;
static int (*write_really)(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
			   const char *text, struct err *e);

static int write_while_forgotten(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
				 const char *text, struct err *e)
{
	reclaim_forget(forgets, NULL);
	return write_really(k, h, path, file, text, e);
}

static void a_limit_that_lands_after_it_was_given_up_is_reported(void **state)
{
	struct dir_tree *t = *state;
	struct action a = lower_to("1000000", 1000000);

	forgets = reclaim_with_use(t, "900000\n");
	write_really = t->k->write;
	t->k->write = write_while_forgotten;
	reclaim_ask(forgets, &a);
	assert_true(report_of(forgets).landed);
	reclaim_free(forgets);
	t->k->write = write_really;
}

static struct dir_tree *reclaimed_in;
static const struct action *asked_again;

/* It helps, and meanwhile everything is planned anew. */
static int write_while_planned(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
			       const char *text, struct err *e)
{
	if (strcmp(file, "memory.reclaim") != 0)
		return write_really(k, h, path, file, text, e);
	dir_put(reclaimed_in, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "900000\n");
	reclaim_keep(forgets, asked_again, asked_again ? 1 : 0);
	return 0;
}

static void what_is_under_way_goes_on_where_it_is_asked_for_again(void **state)
{
	struct dir_tree *t = reclaimed_in = *state;
	struct action a = lower_to("1000000", 1000000);

	forgets = reclaim_with_use(t, "2000000\n");
	write_really = t->k->write;
	t->k->write = write_while_planned;
	asked_again = &a;
	reclaim_ask(forgets, &a);
	assert_true(report_of(forgets).landed);
	t->k->write = write_really;
	reclaim_free(forgets);
}

static void what_is_asked_for_no_more_does_not_land(void **state)
{
	const struct timespec retry = { .tv_sec = 2, .tv_nsec = 300000000 };
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "2000000\n");
	struct action a = lower_to("1000000", 1000000), b = lower_to("1500000", 1500000), removal = a;

	removal.kind = ACTION_REMOVE;
	reclaim_ask(r, &a);
	report_of(r);
	reclaim_keep(r, &a, 1);
	reclaim_ask(r, &a);
	reclaim_keep(r, (const struct action[]){ b, removal }, 2);
	dir_put(t, CONTROLLER_MEMORY, "/cgq/a", "memory.current", "900000\n");
	nanosleep(&retry, NULL);
	assert_silent(r);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "max");
	reclaim_free(r);
}

static void a_cgroup_that_vanished_is_an_error_and_the_end_of_it(void **state)
{
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "2000000\n");
	struct action a = lower_to("1000000", 1000000);
	struct reclaim_report report;

	a.path = "gone";
	reclaim_ask(r, &a);
	report = report_of(r);
	assert_int_equal(report.error, ENOENT);
	assert_false(report.landed);
	assert_int_equal(report.left.kind, VALUE_UNKNOWN);
	reclaim_free(r);
}

static void an_end_waits_for_nobody(void **state)
{
	struct dir_tree *t = *state;
	struct reclaim *r = reclaim_with_use(t, "2000000\n");
	struct action a = lower_to("1000000", 1000000);
	time_t before = time(NULL);

	reclaim_ask(r, &a);
	reclaim_free(r);
	assert_true(time(NULL) - before < 2);
	assert_string_equal(dir_read(t, CONTROLLER_MEMORY, "/cgq/a", "memory.max"), "max");
	reclaim_free(NULL);
}

#define ON_V2(test) cmocka_unit_test_setup_teardown(test, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V2(use_above_the_limit_is_reported_and_nothing_written),
		ON_V2(use_below_the_limit_lands_at_once),
		ON_V2(the_last_wish_counts),
		ON_V2(a_limit_that_lands_after_it_was_given_up_is_reported),
		ON_V2(what_is_under_way_goes_on_where_it_is_asked_for_again),
		ON_V2(what_is_asked_for_no_more_does_not_land),
		ON_V2(a_cgroup_that_vanished_is_an_error_and_the_end_of_it),
		ON_V2(an_end_waits_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
