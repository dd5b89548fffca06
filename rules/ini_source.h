/* Bytes become records. The only door to iniparser. */
#pragma once

#include "ini_text.h"

/*
 * text may hold anything. Whatever is at fault is told as a fault of file; the rest is in *ret, to be checked on.
 * 0, or -EINVAL when anything was told. ini_text_done() in both cases.
 */
int ini_read(const char *file, const char *text, size_t len, struct ini_text *ret, struct faults *faults);
