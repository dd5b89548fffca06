/* The files that an exe: value of a rule names, now. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/* Told of each, in an order that stays the same: glob() sorts. What is no plain file is nobody's executable. */
void exe_files_each(const char *value, bool is_glob, void (*each)(void *ctx, const char *path, const struct stat *st), void *ctx);
