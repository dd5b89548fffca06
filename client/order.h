/* Rows in the order that --sort asks for. Pure. */
#pragma once

#include "columns.h"
#include "grid.h"

/*
 * The rows' numbers: the most first, names by the alphabet, equal ones as they stood; what is unknown comes last, and no limit before
 * every limit. by NULL: as they stand. Owned by the caller.
 */
size_t *order_make(const struct grid *g, const struct column *by);
