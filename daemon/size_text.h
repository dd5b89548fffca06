/* A number of bytes as people read it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <cgq/knob.h>

/* "1.7G", "512M", "17"; binary units. Returns buf. */
char *size_text(uint64_t bytes, char *buf, size_t size);
/* "in use 1.7G > wanted 1.0G", in bytes where both would read the same. Returns buf. */
char *size_text_over(const char *what_is, uint64_t is, const char *what_may, uint64_t may, char *buf, size_t size);
/*
 * "128.0M in force, 64.0M wanted" of what the kernel's file of a knob holds and should hold: sizes are made readable, unless both would
 * read the same. k: KNOB__COUNT, it is no knob's. Returns buf.
 */
char *size_text_in_force(enum knob k, const char *is, const char *wanted, char *buf, size_t size);
