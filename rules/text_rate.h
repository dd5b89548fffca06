/* Rates as the policy writes them. */
#pragma once

#include <stdint.h>

char *text_rate_show(uint64_t bits); /* "100Mbit", "1.5Gbit"; owned by the caller */
