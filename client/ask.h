/* What every command that needs cgqd does: ask, wait while it starts, and say in one line what went wrong. */
#pragma once

#include <jansson.h>

#include "cli_options.h"

/*
 * method: "List". parameters is stolen. 0 with *ret (owned by the caller; its strings are fit for a terminal, unless
 * --json is given, whose output is escaped by JSON itself), or the exit status, after one line on stderr.
 */
int ask(const struct options *o, const char *method, json_t *parameters, json_t **ret);
