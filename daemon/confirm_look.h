/* Reads what confirm_judge() decides by. */
#pragma once

#include "confirm.h"
#include "view.h"

/* One row for each cgroup that is wanted, and one for the machine. Fills an empty *ret. */
void confirm_look(const struct view *v, struct confirm_numbers *ret);
