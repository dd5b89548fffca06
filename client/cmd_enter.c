/* cgq enter: a shell in a group and its namespaces. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "command.h"
#include "deed.h"
#include "run_exec.h"
#include "run_program.h"
#include "say.h"
#include "text.h"

static const char *shell_of_user(void)
{
	const char *shell = getenv("SHELL");
	const struct passwd *user = shell && *shell ? NULL : getpwuid(getuid());

	if (user && user->pw_shell && *user->pw_shell)
		shell = user->pw_shell;
	return shell && *shell ? shell : "/bin/sh";
}

/* What stands after "--"; else the shell. */
static char **program_of(const struct options *o, size_t own)
{
	char **argv = must_alloc((o->n_args + 2) * sizeof(*argv));

	for (size_t i = own; i < o->n_args; i++)
		argv[i - own] = (char *)o->args[i];
	if (own == o->n_args)
		argv[0] = (char *)shell_of_user();
	return argv;
}

/* 0, or an exit status. */
static int pid_take(const struct options *o, size_t own, struct run_program *p)
{
	json_int_t pid = 0;

	if (own > 2) {
		say("enter takes GROUP and PID; a program to run instead of the shell stands after --, not '%s'",
		    TEXT_ESCAPED(o->args[2]));
		return EXIT_RUN_FAILED;
	}
	if (own == 2 && deed_pid(o, o->args[1], &pid))
		return EXIT_RUN_FAILED;
	p->enter = (pid_t)pid;
	return 0;
}

int cmd_enter(const struct options *o)
{
	size_t own = o->n_own < o->n_args ? o->n_own : o->n_args;
	auto_free char **argv = program_of(o, own);
	struct run_program p = {.group = o->args[0], .argv = argv, .enters = true};
	int status = own ? pid_take(o, own, &p) : EXIT_RUN_FAILED;

	if (!own)
		say("enter needs an argument before --: GROUP");
	return status ? status : run_program(o, &p);
}
