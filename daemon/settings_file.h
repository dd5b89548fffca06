/* The settings file, if there is one. */
#pragma once

#include <stdbool.h>

#include <cgq/err.h>

#include "settings_read.h"

/* No file: the defaults, and 0. -errno and e when it cannot be read; its faults go to faults, and *ret has the defaults. */
/* trusted_only: that somebody else than root may write to it is a fault. */
int settings_file_read(const char *path, bool trusted_only, struct settings *ret, struct faults *faults, struct err *e);
