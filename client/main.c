/* cgq: who gets what of this machine, and why. Options become a call of one command. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "exits.h"
#include "help.h"
#include "run_exec.h"
#include "say.h"

/* A reader that went away is no news; a full disk is. */
static int output_close(int status, int failed)
{
	bool was_bad = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !was_bad)
		return status;
	if (errno == EPIPE)
		return status;
	say("the output cannot be written: %s", errno ? strerror(errno) : "write error");
	if (status)
		return status;
	return failed == EXIT_UNREACHABLE ? EXIT_DIFFERS : failed; /* cgqd did answer */
}

static int run(const struct options *o)
{
	int failed = o->command ? o->command->failed : EXIT_DIFFERS;

	if (o->set[OPTION_VERSION]) {
		puts("cgq " CGQ_VERSION);
		return output_close(EXIT_AS_WANTED, failed);
	}
	if (o->set[OPTION_HELP]) {
		help_print(o->command);
		return output_close(EXIT_AS_WANTED, failed);
	}
	return output_close(o->command ? o->command->run(o) : EXIT_USAGE, failed);
}

/* What a program that was started says by 2 must not be mistaken for it. */
static int usage_status(const struct options *o)
{
	return o->command && o->command->failed == EXIT_RUN_FAILED ? EXIT_RUN_FAILED : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options o;
	struct err e = {0};
	int status = EXIT_USAGE;

	setlocale(LC_CTYPE, ""); /* which characters the lines of a tree may be drawn with; numbers stay as they are */
	if (cli_options_parse(argc, argv, &o, &e) < 0)
		say("%s", e.text), status = usage_status(&o);
	else
		status = run(&o);
	cli_options_done(&o);
	return status;
}
