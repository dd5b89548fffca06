/* Two samples become rates. A counter that went backwards has no rate. */
#pragma once

#include <cgq/sample.h>

void rate_make(const struct sample *before, const struct sample *now, unsigned cpus, struct rates *ret);
