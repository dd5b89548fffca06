/* What every command that needs cgqd does: ask, wait while it starts, and say in one line what went wrong. */
#pragma once

#include <jansson.h>

#include "cli_options.h"

/*
 * method: "List". parameters is stolen. 0 with *ret (owned by the caller; its strings are fit for a terminal, unless
 * --json is given, whose output is escaped by JSON itself), or the exit status, after one line on stderr.
 */
int ask(const struct options *o, const char *method, json_t *parameters, json_t **ret);

/*
 * The same with descriptors, which may be NULL. Where ret_needs_files is not NULL, that some are needed is no failure: then it is
 * true, and there is no answer.
 */
struct call_files;
int ask_with(const struct options *o, const char *method, json_t *parameters, const struct call_files *files, bool *ret_needs_files,
	     json_t **ret);

/* The same, where one error is no failure: then *ret_is is true, and there is no answer. */
int ask_unless(const struct options *o, const char *method, json_t *parameters, const char *error, bool *ret_is, json_t **ret);

/* The same for a question that goes on being answered, until cgqd ends (3) or each answers an exit status. */
int ask_more(const struct options *o, const char *method, json_t *parameters, int (*each)(void *ctx, json_t *answer),
	     void *ctx);
