/* One real tree for all tests of a program; each leaves it empty. */
#pragma once

#include "real_tree.h"

static struct real_tree real;

static inline int real_setup(void **state)
{
	return real_tree_init(&real);
}

static inline int real_teardown(void **state)
{
	real_tree_done(&real);
	return 0;
}

static inline int tree_gone(void **state)
{
	real_remove_all(&real);
	return 0;
}
