/* cgqd --check: policy and settings are read and judged, nothing else. */
#pragma once

#include "options.h"

/* An exit code: 0 without faults, 1 with, 2 when a folder or the settings cannot be read. */
int check_folders(const struct options *o);
