/* What persons changed, and what waits to be confirmed, as status shows it. */
#pragma once

#include <jansson.h>

#include "terminal.h"

void overrides_show(const struct terminal *t, const json_t *overrides);
/* What a change on trial waits for; nothing where none is. */
void pending_show(const struct terminal *t, const json_t *pending);
/* The same on stderr, after the reload that began it. */
void pending_say(const json_t *pending);
