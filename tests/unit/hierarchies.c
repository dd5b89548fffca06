/* The same hierarchies, wherever and whenever they are mounted: each keeps its index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hierarchies.h"

#include <cmocka.h>

#define CPU    (CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT))
#define MEMORY CONTROLLER_BIT(MEMORY)

static void mounted(struct machine *m, int version, uint32_t controllers, const char *mount)
{
	struct hierarchy *h = &m->hierarchies[m->n_hierarchies++];

	*h = (struct hierarchy){ .version = version, .controllers = controllers, .base_is_root = true };
	strcpy(h->mount, mount);
}

static struct hierarchies three(void)
{
	struct hierarchies known = { 0 };
	struct machine m = { 0 };

	mounted(&m, 1, CPU, "/c/cpu");
	mounted(&m, 1, MEMORY, "/c/memory");
	mounted(&m, 2, CONTROLLER_BIT(PIDS), "/c/unified");
	hierarchies_follow(&known, &m);
	assert_int_equal(m.n_hierarchies, 3);
	assert_string_equal(m.hierarchies[1].mount, "/c/memory");
	return known;
}

static void another_order_of_mounts_changes_no_index(void **state)
{
	struct hierarchies known = three();
	struct machine m = { 0 };

	mounted(&m, 2, CONTROLLER_BIT(PIDS), "/c/unified");
	mounted(&m, 1, MEMORY, "/c/memory");
	mounted(&m, 1, CPU, "/c/cpu");
	hierarchies_follow(&known, &m);
	assert_string_equal(m.hierarchies[0].mount, "/c/cpu");
	assert_string_equal(m.hierarchies[1].mount, "/c/memory");
	assert_string_equal(m.hierarchies[2].mount, "/c/unified");
}

static void what_is_unmounted_keeps_its_place_and_gets_it_back_elsewhere(void **state)
{
	struct hierarchies known = three();
	struct machine gone = { 0 }, back = { 0 };

	mounted(&gone, 1, MEMORY, "/c/memory");
	hierarchies_follow(&known, &gone);
	assert_int_equal(gone.n_hierarchies, 3);
	assert_int_equal(gone.hierarchies[0].controllers, 0);
	assert_int_equal(gone.hierarchies[0].version, 0);
	assert_int_equal(gone.hierarchies[2].version, 0);
	assert_int_equal(gone.hierarchies[1].controllers, MEMORY);
	mounted(&back, 2, CONTROLLER_BIT(PIDS), "/other/unified");
	mounted(&back, 1, CPU, "/other/cpu");
	hierarchies_follow(&known, &back);
	assert_int_equal(back.n_hierarchies, 3);
	assert_string_equal(back.hierarchies[0].mount, "/other/cpu");
	assert_int_equal(back.hierarchies[0].controllers, CPU);
	assert_int_equal(back.hierarchies[1].controllers, 0);
	assert_string_equal(back.hierarchies[2].mount, "/other/unified");
}

static void other_controllers_together_are_another_hierarchy(void **state)
{
	struct hierarchies known = three();
	struct machine m = { 0 };

	mounted(&m, 1, CPU | MEMORY, "/c/both");
	hierarchies_follow(&known, &m);
	assert_int_equal(m.n_hierarchies, 4);
	assert_int_equal(m.hierarchies[0].controllers, 0);
	assert_int_equal(m.hierarchies[1].controllers, 0);
	assert_string_equal(m.hierarchies[3].mount, "/c/both");
}

static void where_our_tree_stands_is_decided_once(void **state)
{
	struct hierarchies known = { 0 };
	struct machine first = { 0 }, second = { 0 };

	mounted(&first, 2, CPU, "/c");
	strcpy(first.hierarchies[0].base, "/a.scope");
	first.hierarchies[0].base_is_root = false;
	hierarchies_follow(&known, &first);
	mounted(&second, 2, CPU, "/c"); /* cgqd itself was moved out of its scope: "" */
	hierarchies_follow(&known, &second);
	assert_string_equal(second.hierarchies[0].base, "/a.scope");
	assert_false(second.hierarchies[0].base_is_root);
}

static void one_too_many_is_left_out(void **state)
{
	struct hierarchies known = { 0 };

	for (uint32_t bits = 1; bits < 30; bits++) {
		struct machine m = { 0 };

		mounted(&m, 1, bits, "/c");
		hierarchies_follow(&known, &m);
		assert_true(m.n_hierarchies <= HIERARCHIES_MAX);
	}
	assert_int_equal(known.n, HIERARCHIES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_order_of_mounts_changes_no_index),
		cmocka_unit_test(what_is_unmounted_keeps_its_place_and_gets_it_back_elsewhere),
		cmocka_unit_test(other_controllers_together_are_another_hierarchy),
		cmocka_unit_test(where_our_tree_stands_is_decided_once),
		cmocka_unit_test(one_too_many_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
