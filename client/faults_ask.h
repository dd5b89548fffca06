/* Commands that change the policy: what is wrong with it are the rows of their answer. */
#pragma once

#include <jansson.h>

#include "cli_options.h"
#include "rows.h"

/*
 * question is stolen; NULL: the command line is wrong, and that was said. 0 with *ret (owned by the caller), or the
 * exit status; show tells a person who wants neither JSON nor columns. *ret may be there beside a failure to print.
 */
int faults_ask(const struct options *o, const char *method, json_t *question,
	       void (*show)(const struct rows *r, const json_t *answer), json_t **ret);
