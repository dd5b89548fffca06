/* Commands that do one thing to a process or a group, and are silent when it is done. */
#pragma once

#include <jansson.h>

#include "cli_options.h"

/* EXIT_USAGE, said, where the argument is no process id; else 0. */
int deed_pid(const struct options *o, const char *text, json_int_t *ret);
/* Takes parameters. ret, the answer, may be NULL; its note is said on stderr. */
int deed_ask(const struct options *o, const char *method, json_t *parameters, json_t **ret);
