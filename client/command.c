/* The commands: one row each. */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <cgq/auto.h>

#include "columns.h"
#include "exits.h"
#include "run_exec.h"
#include "text.h"

#define SECONDS_TO_ANSWER 30
#define SECONDS_TO_CHANGE 300 /* thousands of processes on a machine that is short of memory */

#define EXIT_3 "3  cgqd does not answer\n"

const struct command commands[] = {
	{
		.name = "list",
		.args = "",
		.summary = "a row per group: what is used, and what is allowed",
		.about = "CPU is in percent of the machine, over the last second. MIN, MAX and LIMIT are\n"
			 "what the kernel has in force: max is no limit, - is unknown. The last row is\n"
			 "all that is in no group.\n"
			 "With --tree, groups stand below their parents, and below each group are the\n"
			 "units of systemd that it is limited on; where there are none, its own processes\n"
			 "by their names. In JSON these are the keys units and processes.\n\n"
			 "Who uses most? --sort cpu, or --sort memory: everything outside is then a row\n"
			 "like any other.\n",
		.exits = "0  answered\n" EXIT_3,
		.own = OPTION_BIT(TREE) | OPTION_BIT(SORT),
		.columns = &columns_list,
		.failed = EXIT_UNREACHABLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_list,
	},
	{
		.name = "status",
		.args = "[GROUP]",
		.summary = "one page: used, wanted, in force, and from where",
		.about = "Without GROUP: all groups in short, and all that is not as wanted. With -o or\n"
			 "-r: a table of every value; with -o in JSON, these are the key knobs.\n",
		.exits = "0  all is as wanted\n1  something is not in force, drifts or shrinks, or a file is refused\n" EXIT_3
			 "4  there is no such group\n",
		.n_args_max = 1,
		.columns = &columns_status,
		.failed = EXIT_UNREACHABLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_status,
	},
	{
		.name = "ps",
		.args = "[GROUP]",
		.summary = "processes with their group and rule",
		.about = "Of GROUP and the groups below it, or of all groups.\n",
		.exits = "0  answered\n" EXIT_3 "4  there is no such group\n",
		.n_args_max = 1,
		.columns = &columns_ps,
		.failed = EXIT_UNREACHABLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_ps,
	},
	{
		.name = "explain",
		.args = "PID",
		.as = "FACTS",
		.as_help = "where a process with FACTS would go",
		.summary = "why a process is where it is",
		.about = "Its group and rule, every rule tried before it, where it came from, and its\n"
			 "limits; of one that has ended, what is remembered. With --as FACTS in place of\n"
			 "PID: where a process would go of which that is known, like\n"
			 "--as name=php-fpm,user=www-data or --as exe=/usr/sbin/apache2,args=-k start.\n"
			 "FACTS are what rules look at: name, exe, user, group, args, unit, cgroup,\n"
			 "parent, tag. What is not given fits no rule that asks for it; where it would\n"
			 "decide, that is said.\n",
		.exits = "0  a rule or a person placed it\n1  nobody did, or there is no such process\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = 1,
		.own = OPTION_BIT(AS),
		.columns = &columns_explain,
		.failed = EXIT_UNREACHABLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_explain,
	},
	{
		.name = "check",
		.args = "[FILE|DIR|-]...",
		.as = "NAME",
		.as_help = "as if FILE were called NAME",
		.summary = "faults, warnings and hints of policy files",
		.about = "Asks no daemon and needs no root. Without arguments: what is in the folders\n"
			 "/usr/lib/cgq/conf.d, /run/cgq/conf.d and /etc/cgq/conf.d. The name of a FILE\n"
			 "does not matter; - is standard input. With --as NAME, one FILE is judged\n"
			 "together with what stands in these folders (or in each DIR), in place of the\n"
			 "file called NAME, and told by that name; faults that were there before are only\n"
			 "noted.\n\n"
			 "A fault keeps the whole file from being in force. A warning is of what is\n"
			 "hardly meant, on this machine and with what runs on it; of the text of - alone,\n"
			 "whatever runs. A hint is worth a look, and never fails.\n",
		.exits = "0  no faults, maybe warnings or hints\n1  faults\n2  something cannot be read\n"
			 "3  warnings, with --strict\n",
		.n_args_max = UINT_MAX,
		.own = OPTION_BIT(AS) | OPTION_BIT(STRICT) | OPTION_BIT(HINTS),
		.columns = &columns_check,
		.failed = EXIT_TROUBLE,
		.run = cmd_check,
	},
	{
		.name = "diff",
		.args = "[FILE]",
		.as = "NAME",
		.as_help = "as if FILE were called NAME",
		.summary = "what a reload would change, with its dangers",
		.about = "With --as NAME FILE: what it would change if FILE stood in the folders as NAME.\n"
			 "Its text is sent to cgqd; - is standard input.\n",
		.exits = "0  nothing would change\n1  something would\n"
			 "2  trouble: a file would be refused, or FILE cannot be read\n" EXIT_3,
		.n_args_max = 1,
		.own = OPTION_BIT(AS),
		.columns = &columns_diff,
		.failed = EXIT_TROUBLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_diff,
	},
	{
		.name = "reload",
		.args = "",
		.summary = "read the policy again, and wait for the result",
		.about = "Prints every fault of every file that is refused.\n\n"
			 "With --confirm TIME the change is on trial: the files that were in force before\n"
			 "are so again after TIME unless cgq confirm comes, or at once where a group is\n"
			 "hit by the OOM killer, its pressure or throttling rises sharply, or the command\n"
			 "confirm.health of cgqd.conf fails twice in a row. What the watch of the folders\n"
			 "took in the five minutes before is part of the change. Files that were taken\n"
			 "back wait for a change of theirs, or for cgq reload.\n\n"
			 "While a change waits, another reload --confirm begins a new time, and returns to\n"
			 "what was in force before the first; a plain reload, a changed folder and\n"
			 "set --save become part of it. None of them confirms. cgq set --runtime is not\n"
			 "part of it and stays.\n",
		.exits = "0  all of it is applied\n1  something is refused\n" EXIT_3,
		.own = OPTION_BIT(CONFIRM),
		.columns = &columns_check,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_reload,
	},
	{
		.name = "confirm",
		.args = "",
		.summary = "keep what cgq reload --confirm applied",
		.about = "",
		.exits = "0  it stays\n1  nothing waits to be confirmed\n" EXIT_3,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_confirm,
	},
	{
		.name = "set",
		.args = "GROUP KEY=VALUE...",
		.summary = "change values of a group now",
		.about = "GROUP KEY=VALUE...: in force at once, above all files, until the machine boots;\n"
			 "reloads and restarts of cgqd keep it. It is checked as a file is: with any fault\n"
			 "nothing is changed. Who belongs to a group (match) stands in files only.\n\n"
			 "With --save it is kept in the file 90-cgq-set.conf of the last policy folder\n"
			 "(/etc/cgq/conf.d), which is written anew each time; files whose names sort after\n"
			 "it override it.\n\n"
			 "GROUP --clear [KEY...]: takes back what was set of these keys, or all of the\n"
			 "group; with --save also what stands in that file.\n",
		.exits = "0  done\n1  refused, or not done; nothing was changed\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = UINT_MAX,
		.own = OPTION_BIT(SAVE) | OPTION_BIT(RUNTIME) | OPTION_BIT(CLEAR),
		.columns = &columns_check,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_set,
	},
	{
		.name = "reset",
		.args = "[GROUP]",
		.summary = "give everything back as it was",
		.about = "Processes return to where they came from, and the cgroups are removed. cgqd then\n"
			 "enforces nothing until a reload or restart. A network stays for programs that\n"
			 "are in it, and is named.\n",
		.exits = "0  done\n1  not done, or not all\n" EXIT_3,
		.n_args_max = 1,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_reset,
	},
	{
		.name = "events",
		.args = "[GROUP]",
		.summary = "what happened, and why",
		.about = "Of GROUP and the groups below it, or of everything, oldest first, as far back as\n"
			 "cgqd keeps it. With -o or -r: a table. With --follow: and then what happens, until\n"
			 "^C; in JSON an object a line.\n",
		.exits = "0  answered\n" EXIT_3 "4  there is no such group\n",
		.n_args_max = 1,
		.own = OPTION_BIT(FOLLOW),
		.columns = &columns_events,
		.failed = EXIT_UNREACHABLE,
		.seconds_max = SECONDS_TO_ANSWER,
		.run = cmd_events,
	},
	{
		.name = "pin",
		.args = "PID GROUP",
		.summary = "put a process into a group, whatever rules say",
		.about = "It stays there, also over exec, a reload and a restart of cgqd, until it is\n"
			 "unpinned or ends. Without --children, its children are judged as ever. When the\n"
			 "group goes, it returns to where it came from, until the group comes back.\n",
		.exits = "0  done\n1  not done\n" EXIT_3,
		.n_args_min = 2,
		.n_args_max = 2,
		.own = OPTION_BIT(CHILDREN),
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_pin,
	},
	{
		.name = "unpin",
		.args = "PID",
		.summary = "let rules decide about a pinned process again",
		.about = "At once: it goes where a rule says, or back where it came from. All who\n"
			 "inherited its pin by --children are released too; one of these, alone.\n",
		.exits = "0  done\n1  not pinned, or no such process\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = 1,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_unpin,
	},
	{
		.name = "run",
		.args = "GROUP -- CMD...",
		.summary = "start a program inside a group",
		.about = "It is in the group from its first instruction. Its terminal, signals,\n"
			 "environment, limits and exit status are as without cgq: this process enters\n"
			 "the group, and then becomes CMD. Whatever rules say, it and\n"
			 "all that it starts stay there, as by cgq pin --children. For root, and for users\n"
			 "whom run.users of the group names, as themselves.\n\n"
			 "In a group with namespaces it is started inside of them, by cgqd: with your\n"
			 "user, limits, folder and environment, a terminal of its own, and nothing open\n"
			 "but 0, 1 and 2. HUP, INT, QUIT, TERM, USR1, USR2, TSTP and CONT are passed on,\n"
			 "unless you ignore them; of a death by a signal the status is 128 and its number.\n"
			 "Whoever is in a sandbox that CMD would not be in is refused: seccomp,\n"
			 "no_new_privs, another AppArmor or SELinux label than cgqd's.\n\n"
			 "A frozen group is refused. In one that is passive (enforce = no, or cgq reset)\n"
			 "it runs as a member, and nothing limits it. It goes on when cgqd ends.\n",
		.exits = "125  cgq failed, and CMD was not started\n126  CMD is not executable\n"
			 "127  there is no CMD\nelse that of CMD; with --detach, 0: it was started\n",
		.n_args_min = 2,
		.n_args_max = UINT_MAX,
		.n_args_own = 1,
		.own = OPTION_BIT(DETACH) | OPTION_BIT(LOG) | OPTION_BIT(QUIET),
		.failed = EXIT_RUN_FAILED,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_run,
	},
	{
		.name = "enter",
		.args = "GROUP [PID] [-- CMD...]",
		.summary = "a shell in a group and its namespaces",
		.about = "$SHELL, or that of your account, as by cgq run; or CMD instead. PID is a member\n"
			 "of the group. Where programs of the group have namespaces of their own it is\n"
			 "one that cgq run started, whose namespaces are entered; without PID, those of\n"
			 "the oldest.\n",
		.exits = "125  cgq failed, and nothing was started\n126  CMD is not executable\n127  there is no CMD\n"
			 "else that of the shell, or of CMD\n",
		.n_args_min = 1,
		.n_args_max = UINT_MAX,
		.own = OPTION_BIT(QUIET),
		.failed = EXIT_RUN_FAILED,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_enter,
	},
	{
		.name = "freeze",
		.args = "GROUP",
		.summary = "stop all processes of a group, and of groups below",
		.about = "Also those to come. They stay stopped over a reload and a restart of cgqd, until\n"
			 "cgq thaw, reset or kill, or the end of the group.\n",
		.exits = "0  done\n1  not done\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = 1,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_freeze,
	},
	{
		.name = "thaw",
		.args = "GROUP",
		.summary = "let a frozen group run again",
		.about = "And those below it.\n",
		.exits = "0  done\n1  not done\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = 1,
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_thaw,
	},
	{
		.name = "kill",
		.args = "GROUP",
		.summary = "end all processes of a group, and of groups below",
		.about = "SIGKILL is sent until nobody is left, for some seconds. The group stays, and\n"
			 "rules go on. A frozen group is thawed; SIGKILL below a frozen one is refused.\n",
		.exits = "0  nobody is left, or the other signal was sent\n1  somebody is left, or not done\n" EXIT_3,
		.n_args_min = 1,
		.n_args_max = 1,
		.own = OPTION_BIT(SIGNAL),
		.failed = EXIT_DIFFERS,
		.seconds_max = SECONDS_TO_CHANGE,
		.run = cmd_kill,
	},
	{
		.name = "help",
		.args = "[COMMAND]",
		.summary = "how to use cgq, or one of its commands",
		.about = "",
		.exits = "",
		.n_args_max = 1,
		.failed = EXIT_DIFFERS,
		.run = cmd_help,
	},
};

const size_t commands_count = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

struct option_row command_option(const struct command *c, int option)
{
	struct option_row row = option_rows[option];

	if (option == OPTION_AS && c && c->as) {
		row.argument = c->as;
		row.help = c->as_help;
	}
	return row;
}

/* What other programs call it. None that would end or stop something: whoever says "stop" may mean either. */
static const struct {
	const char *word, *command;
} elsewhere[] = {
	{"top", "list"},	{"ls", "list"},	      {"stats", "list"},   {"show", "status"},	{"info", "status"},
	{"get", "status"},	{"why", "explain"},   {"log", "events"},   {"logs", "events"},	{"history", "events"},
	{"journal", "events"},	{"test", "check"},    {"lint", "check"},   {"validate", "check"}, {"verify", "check"},
	{"plan", "diff"},	{"apply", "reload"},  {"accept", "confirm"}, {"move", "pin"},	{"exec", "run"},
	{"shell", "enter"},	{"pause", "freeze"},  {"unpause", "thaw"}, {"unfreeze", "thaw"}, {"resume", "thaw"},
};

static const char *command_suggest(const char *name)
{
	const char *names[ARRAY_SIZE(commands)];

	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (strcmp(elsewhere[i].word, name) == 0)
			return elsewhere[i].command;
	for (size_t i = 0; i < commands_count; i++)
		names[i] = commands[i].name;
	return text_suggest(name, names, commands_count);
}

int command_unknown(const char *name, struct err *e)
{
	const char *meant = command_suggest(name);

	if (meant)
		return fail(e, EINVAL, "there is no command '%s' (did you mean %s?)", TEXT_ESCAPED(name), meant);
	return fail(e, EINVAL, "there is no command '%s'; cgq help shows those there are", TEXT_ESCAPED(name));
}
