/* Law 9: memory that processes brought with them when they were moved stays charged where they were. */
#pragma once

#include <cgq/sample.h>

#include "view.h"

/*
 * About how much anonymous memory the processes of the group and of its children use that is charged to none of its
 * cgroups; 0 where it is too little to tell apart from sharing. Unknown: nothing is enforced, or it would take long.
 */
struct counter charged_elsewhere(const struct view *v, unsigned group);
