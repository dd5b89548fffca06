/* A number of bytes as people read it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* "1.7G", "512M", "17"; binary units. Returns buf. */
char *size_text(uint64_t bytes, char *buf, size_t size);
/* "in use 1.7G > wanted 1.0G", in bytes where both would read the same. Returns buf. */
char *size_text_over(const char *what_is, uint64_t is, const char *what_may, uint64_t may, char *buf, size_t size);
