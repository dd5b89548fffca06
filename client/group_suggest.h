/* The group that somebody who names one that is not there probably meant. Pure: neither asks nor prints. */
#pragma once

#include <jansson.h>

/*
 * groups: rows with a "group" each, as List answers them; NULL: nothing is known. Alike but for case, or its last part ("php" for
 * "web/php"), or a few letters off. Borrowed from groups; NULL where none is near.
 */
const char *group_suggest(const char *given, const json_t *groups);
