/* Whether policy files are being written just now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An editor or a package writes a file in several steps; what lies in between is nobody's policy. */
#define FOLDER_QUIET_USEC 300000U

/* Has anything in these folders, or what its links lead to, changed within so long? By ctime, which nobody can set. */
bool folders_young(const char *const *folders, size_t n, uint64_t quiet_usec);
