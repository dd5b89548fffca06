/* Keys that differ after a reload, and that no cgroup shows: namespaces, networks, who may start programs. */
#pragma once

#include <jansson.h>

#include "view.h"

/*
 * Appends an action of kind "setting" for each such key that comes to mean something else. Its danger says what that means to
 * those who run. passive: nothing is made under the next policy.
 */
void report_diff_keys(const struct view *v, const struct policy *next, bool passive, json_t *list);
