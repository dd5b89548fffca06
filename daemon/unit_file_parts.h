/* Files in a unit's folder UNIT.d, read and replaced whole. */
#pragma once

#include "unit_files.h"

/* folder/UNIT.d; -ENOENT without a text in e. Only of a name that cannot lead out of the folder. */
int unit_dir_open(const char *folder, const char *unit, bool make, int *ret, struct err *e);
/* One file of it; not there is no failure. -EFBIG: longer than CONTROL_FILE_MAX_BYTES. */
int unit_dir_get(const char *folder, const char *unit, const char *name, struct kept_file *ret, struct err *e);
/* It becomes that, or goes; in one step, root's, mode 0644; the folder is made where a file is to stand. */
int unit_dir_put(const char *folder, const char *unit, const char *name, const struct kept_file *file, struct err *e);
