/* Bytes become lines that iniparser takes as they are meant. */
#pragma once

#include "ini_text.h"

/* Fills *ret by the bytes alone; told as a fault is everything that iniparser would refuse, cut, merge or guess at. -EINVAL if any. */
int ini_lines_read(const char *file, const char *text, size_t len, struct ini_text *ret, struct faults *faults);
