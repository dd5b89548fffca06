/* What a group may be called. */
#pragma once

#include <stddef.h>

/* 0, or -EINVAL with the reason in why: "'..' is not a name (…)". path is lower-cased already. */
int group_name_check(const char *path, char *why, size_t size);
