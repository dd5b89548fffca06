/* What persons changed, and what waits to be confirmed. */
#pragma once

#include <jansson.h>

#include "view.h"

json_t *report_overrides(const struct view *v); /* [{"group","key","value","who","when"}] */
json_t *report_confirm(const struct view *v);	/* {"seconds_left","health","files"}; null: nothing waits */
/* Why the files that are shown as refused were rolled back; null: none were. */
json_t *report_rolled_back(const struct view *v);
