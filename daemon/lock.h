/* One daemon a tree. */
#pragma once

#include <cgq/err.h>

/*
 * Takes the lock of the tree of that name, held until the descriptor is closed or the process ends, however it
 * ends. -EWOULDBLOCK: another daemon has it; e names it.
 */
int lock_tree(const char *tree, int *ret_fd, struct err *e);
