/* One thing that happened becomes one line for people. */
#pragma once

#include <jansson.h>

#include "cell.h"

/* The sentence after time, kind and group: "pid 812 (php) from /user.slice: 50-web.conf:3: name:php". Owned by the caller. */
char *event_sentence(const json_t *event, const struct cell_form *cells);
/* Its time, which is in UTC, as clocks here show it: "2026-11-25 19:31:02". Owned by the caller. */
char *event_time(const json_t *event);
