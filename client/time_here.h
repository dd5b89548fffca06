/* A time of an answer, which is in UTC, as clocks here show it. */
#pragma once

#include <stdbool.h>

/*
 * text: "2026-11-25T19:31:02Z", a fraction of the second is dropped; what is none stays as it is. zone: with its
 * name behind it. Owned by the caller.
 */
char *time_here(const char *text, bool zone);
