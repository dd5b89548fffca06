/* Globs in time proportional to pattern times text, since any user chooses the text. */
#pragma once

#include <stdbool.h>

/* * ? [abc] [!a-z] and backslash, over bytes; '/' is a byte like any other. */
bool glob_match(const char *pattern, const char *text);
bool glob_has_signs(const char *s); /* an unescaped * ? or [ */
