/* Puts the drop-in of `cgq set --save` in its folder. */
#pragma once

#include <stddef.h>

#include <cgq/err.h>

/* Root's, mode 0644, replaced in one step: a reader sees the old or the new one. text NULL: it is removed. */
int dropin_file_put(const char *folder, const char *name, const char *text, struct err *e);
