/*
 * Which controllers cgqd enabled in the bases of v2 hierarchies, kept so that they are given back with the tree even
 * when it is another daemon of the same boot that does it.
 */
#pragma once

#include <cgq/err.h>
#include <cgq/machine.h>

/* given: by hierarchy, bit per controller. Without a folder (-1), without a file and for another boot: none. */
void base_store_load(int folder, const struct machine *m, uint32_t given[HIERARCHIES_MAX]);
int base_store_save(int folder, const struct machine *m, const uint32_t given[HIERARCHIES_MAX], struct err *e);
