/* Usage texts, made of the tables of commands, options and columns. */
#pragma once

#include "command.h"

void help_print(const struct command *c); /* NULL: of cgq as a whole */
