/* What the exit status says. */
#pragma once

enum {
	EXIT_AS_WANTED = 0,
	EXIT_DIFFERS = 1,     /* not as wanted, not placed, faults, differs, refused */
	EXIT_USAGE = 2,	      /* the command line is wrong; for check and diff also: trouble */
	EXIT_TROUBLE = 2,
	EXIT_UNREACHABLE = 3, /* nobody answers, or not to us */
	EXIT_STRICT = 3,      /* check --strict: warnings */
	EXIT_NO_GROUP = 4,
};
