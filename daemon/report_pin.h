/* A person's decision about a process, in answers. */
#pragma once

#include <jansson.h>

#include "pins.h"
#include "users.h"

/* pinned_by and pinned_at; NULL: nobody pinned it. */
void report_pin(const struct pin *pin, struct users *users, json_t *o);
