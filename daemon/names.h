/* Users and groups by name. A file of its own: <grp.h> and the policy both have a struct group. */
#pragma once

#include <stdint.h>

/* 0; -ENOENT: there is none of that name; else -errno: nobody could tell, maybe later. A number is itself. */
int names_user(const char *name, uint32_t *ret);
int names_user_group(const char *name, uint32_t *ret);
