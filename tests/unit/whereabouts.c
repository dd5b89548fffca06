/* The paths of a process's cgroups are known by their numbers, and never those of another place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/task_record.h"
#include "proc_parse.h"
#include "whereabouts.h"

/* A plain folder is as good as the v2 hierarchy: its folders have numbers too. */
struct room {
	struct machine machine;
	struct whereabouts *w;
	struct task_record r;
	struct proc_facts f;
};

static const char *path_in(const struct room *r, const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s%s", r->machine.hierarchies[0].mount, path);
	return full;
}

static uint64_t number_of(const struct room *r, const char *path)
{
	struct stat st;

	assert_int_equal(stat(path_in(r, path), &st), 0);
	return st.st_ino;
}

static void is_in(struct room *r, const char *path)
{
	free(r->f.cgroups[0]);
	r->f.cgroups[0] = strdup(path);
	proc_facts_set_manager(&r->f, path);
}

static int room_make(void **state)
{
	static struct room r;
	char folder[] = "/tmp/cgq-test-XXXXXX";

	r = (struct room){.machine = {.n_hierarchies = 1, .hierarchies = {{.version = 2, .controllers = 1}}}};
	assert_non_null(mkdtemp(folder));
	strcpy(r.machine.hierarchies[0].mount, folder);
	assert_int_equal(mkdir(path_in(&r, "/here"), 0755), 0);
	assert_int_equal(mkdir(path_in(&r, "/there"), 0755), 0);
	r.w = whereabouts_new(&r.machine, WHEREABOUTS_OF_STARTS);
	r.r.n_cgroups = 2; /* in another order than ours, and one hierarchy that is not ours */
	r.r.cgroups[0] = (struct task_cgroup){.id = 1, .hierarchy = 9, .level = 0};
	r.r.cgroups[1] = (struct task_cgroup){.id = number_of(&r, "/here"), .hierarchy = 0, .level = 1};
	is_in(&r, "/here");
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	rmdir(path_in(r, "/here"));
	rmdir(path_in(r, "/there"));
	rmdir(path_in(r, ""));
	whereabouts_free(r->w);
	proc_facts_done(&r->f);
	return 0;
}

static bool is_found(struct room *r)
{
	struct proc_facts f = {0};
	bool found = whereabouts_find(r->w, &r->r, &f);

	if (found) {
		assert_string_equal(f.cgroups[0], r->f.cgroups[0]);
		assert_string_equal(f.manager_cgroup, r->f.manager_cgroup);
	}
	proc_facts_done(&f);
	return found;
}

static void a_place_is_known_once_it_was_learnt(void **state)
{
	struct room *r = *state;

	assert_false(is_found(r));
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_true(is_found(r));
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_true(is_found(r));
}

static void who_was_moved_before_its_path_was_read_teaches_nothing(void **state)
{
	struct room *r = *state;

	is_in(r, "/there");
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
	is_in(r, "/gone");
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
	/* as one reads that has ended */
	is_in(r, "/");
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
}

static void a_path_that_cannot_be_checked_is_not_kept(void **state)
{
	struct room *r = *state;

	/* below the root of a hierarchy that is not ours */
	r->r.cgroups[0].level = 1;
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
	/* its manager says something else than its hierarchy does */
	r->r.cgroups[0].level = 0;
	proc_facts_set_manager(&r->f, "/there");
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
	/* there were too many for the record */
	proc_facts_set_manager(&r->f, "/here");
	r->r.n_cgroups = 0;
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
	r->r.n_cgroups = TASK_CGROUPS + 1;
	whereabouts_learn(r->w, &r->r, &r->f);
	assert_false(is_found(r));
}

static void another_cgroup_in_any_hierarchy_is_another_place(void **state)
{
	struct room *r = *state;

	whereabouts_learn(r->w, &r->r, &r->f);
	r->r.cgroups[0].id = 2;
	assert_false(is_found(r));
	r->r.cgroups[0].id = 1;
	r->r.cgroups[1].id = number_of(r, "/there");
	assert_false(is_found(r));
	r->r.n_cgroups = 1;
	assert_false(is_found(r));
}

static void places_that_share_a_slot_are_not_mixed_up(void **state)
{
	struct room *r = *state;

	for (unsigned i = 0; i < 1000; i++) {
		const char *path = i % 2 ? "/here" : "/there";

		r->r.cgroups[0].id = i;
		r->r.cgroups[1].id = number_of(r, path);
		is_in(r, path);
		assert_false(is_found(r));
		whereabouts_learn(r->w, &r->r, &r->f);
		assert_true(is_found(r));
	}
}

/* As the full look goes about it. */
static void a_spot_is_one_for_all_that_are_there(void **state)
{
	struct room *r = *state;
	struct proc_facts f = {0};
	unsigned spot = whereabouts_note(r->w, &r->r);

	assert_true(spot != 0);
	/* for one alone, nothing is checked */
	assert_false(whereabouts_learn_at(r->w, spot, &r->f));
	assert_int_equal(whereabouts_note(r->w, &r->r), spot);
	assert_false(whereabouts_find_at(r->w, spot, &f));
	is_in(r, "/there");
	assert_false(whereabouts_learn_at(r->w, spot, &r->f));
	assert_false(whereabouts_find_at(r->w, spot, &f));
	is_in(r, "/here");
	assert_true(whereabouts_learn_at(r->w, spot, &r->f));
	assert_true(whereabouts_find_at(r->w, spot, &f));
	assert_string_equal(f.cgroups[0], "/here");
	assert_string_equal(f.manager_cgroup, "/here");
	r->r.cgroups[1].id = number_of(r, "/there");
	assert_true(whereabouts_note(r->w, &r->r) != spot);
	r->r.n_cgroups = 0;
	assert_int_equal(whereabouts_note(r->w, &r->r), 0);
	assert_false(whereabouts_find_at(r->w, 0, &f));
	assert_false(whereabouts_learn_at(r->w, 0, &r->f));
	proc_facts_done(&f);
}

static void a_spot_that_was_noted_is_nobody_elses(void **state)
{
	struct room *r = *state;
	unsigned spots[1000], without = 0;

	/* more than there is room for */
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 1000; i++) {
			unsigned spot;

			r->r.cgroups[0].id = i;
			spot = whereabouts_note(r->w, &r->r);
			assert_true(round == 0 || spot == spots[i]);
			for (unsigned j = 0; j < i && spot != 0; j++)
				assert_true(spots[j] != spot);
			spots[i] = spot;
			without += spot == 0;
		}
	}
	assert_true(without >= 2 * (1000 - WHEREABOUTS_OF_STARTS));
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(a_place_is_known_once_it_was_learnt),
		LAW(who_was_moved_before_its_path_was_read_teaches_nothing),
		LAW(a_path_that_cannot_be_checked_is_not_kept),
		LAW(another_cgroup_in_any_hierarchy_is_another_place),
		LAW(places_that_share_a_slot_are_not_mixed_up),
		LAW(a_spot_is_one_for_all_that_are_there),
		LAW(a_spot_that_was_noted_is_nobody_elses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
