/* Numbers as people read them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HUMAN_TEXT_BYTES 32 /* room for any of these texts: 20 digits, a sign, a unit */

/* All write a terminated text of less than HUMAN_TEXT_BYTES to ret, and return it. */
char *human_bytes(uint64_t bytes, char *ret);	 /* 912, 4K, 1.8G, 512M: binary units */
char *human_percent(double percent, char *ret);	 /* measured: always one digit after the point below 100, "39.9%", "100%" */
char *human_share(double percent, char *ret);	 /* set by someone: "40%", "33.3%" */
char *human_number(double number, char *ret);	 /* unrounded: 15 digits survive the way to a double and back */
