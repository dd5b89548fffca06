/* The settings file, if there is one. */
#pragma once

#include <cgq/err.h>

#include "settings_read.h"

/* No file: the defaults, and 0. -errno and e when it cannot be read; its faults go to faults, and *ret has the defaults. */
int settings_file_read(const char *path, struct settings *ret, struct faults *faults, struct err *e);
