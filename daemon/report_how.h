/* The word for why a process is where it is. */
#pragma once

#include <cgq/verdict.h>

#include "pins.h"

/* pin: of what is PINNED; NULL otherwise. */
static inline const char *report_how(enum verdict_kind kind, const struct pin *pin)
{
	static const char *const words[] = {
		[VERDICT_NONE] = "none",     [VERDICT_RULE] = "rule",	      [VERDICT_FOLLOWS] = "follows",
		[VERDICT_STAYS] = "stays",   [VERDICT_EXCLUDED] = "excluded", [VERDICT_PINNED] = "pinned",
	};

	return pin && pin->run ? "run" : words[kind];
}
