/* Who decided something, and when, as people read it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* "root at 2026-11-25 19:03:11", in local time. */
void decision_text(uid_t uid, uint64_t at_usec, char *buf, size_t size);
/* "2026-11-25T18:03:11Z" */
void decision_time(uint64_t at_usec, char *buf, size_t size);
