/* The commands: one row each. Parser, usage text and main walk this table. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cli_options.h"

struct column_set;

struct command {
	const char *name;
	const char *args;	 /* "[GROUP]"; "" for none */
	const char *as;		 /* what its --as takes; NULL: has none */
	const char *as_help;
	const char *summary;	 /* one line */
	const char *about;	 /* a few lines for its own help, each ended by a newline */
	const char *exits;	 /* a line for each exit status of its own */
	unsigned n_args_min, n_args_max;
	unsigned n_args_own;	 /* after so many, or "--", comes another program, with its own options; 0: never */
	uint32_t own;		 /* bit per option of its own */
	const struct column_set *columns; /* of its table; NULL: it has none */
	int failed;		 /* exit status where the daemon, or the output, fails */
	unsigned seconds_max;	 /* the daemon may take to answer; 0: does not ask it */
	int (*run)(const struct options *o); /* answers the exit status, after having said on stderr what failed */
};

extern const struct command commands[];
extern const size_t commands_count;

const struct command *command_find(const char *name);
struct option_row command_option(const struct command *c, int option); /* as that command takes it; c may be NULL */
int command_unknown(const char *name, struct err *e); /* -EINVAL, with the one that was probably meant */

int cmd_list(const struct options *o);
int cmd_status(const struct options *o);
int cmd_ps(const struct options *o);
int cmd_explain(const struct options *o);
int cmd_check(const struct options *o);
int cmd_diff(const struct options *o);
int cmd_reload(const struct options *o);
int cmd_set(const struct options *o);
int cmd_confirm(const struct options *o);
int cmd_reset(const struct options *o);
int cmd_events(const struct options *o);
int cmd_pin(const struct options *o);
int cmd_unpin(const struct options *o);
int cmd_freeze(const struct options *o);
int cmd_thaw(const struct options *o);
int cmd_kill(const struct options *o);
int cmd_run(const struct options *o);
int cmd_enter(const struct options *o);
int cmd_help(const struct options *o);
