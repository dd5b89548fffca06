/* What a group has run into, and what limits it most. */
#pragma once

#include <jansson.h>

#include "group_usage.h"

/* Each adds keys to a page of Status. */
void put_hits(const struct view *v, unsigned group, json_t *page);
void put_tightest(const struct view *v, unsigned group, const struct usages *usages, json_t *page);
