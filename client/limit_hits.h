/* What groups ran into, as status shows it. */
#pragma once

#include <jansson.h>

#include "terminal.h"

/* The events of one group: a line for each kind; nothing where events is no object. */
void limit_hits_show(const struct terminal *t, const json_t *events);
/* Of all groups, those in which the OOM killer killed; nothing where there are none. */
void limit_kills_show(const struct terminal *t, const json_t *groups);
