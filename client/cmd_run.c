/* cgq run: a program in a group from its first instruction. */
#include <cgq/auto.h>
#include <cgq/memory.h>

#include "command.h"
#include "run_exec.h"
#include "run_program.h"
#include "say.h"

int cmd_run(const struct options *o)
{
	auto_free char **argv = must_alloc(o->n_args * sizeof(*argv));
	struct run_program p = {.group = o->args[0], .argv = argv, .detached = o->set[OPTION_DETACH]};

	for (size_t i = 1; i < o->n_args; i++)
		argv[i - 1] = (char *)o->args[i]; /* exec changes none of them */
	if (o->set[OPTION_LOG] && !o->set[OPTION_DETACH]) {
		say("run: --log is for --detach; without it the program writes where you do");
		return EXIT_RUN_FAILED;
	}
	return run_program(o, &p);
}
