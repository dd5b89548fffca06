/* Usage texts, made of the tables of commands, options and columns. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include <cgq/interface.h>

#include "columns.h"
#include "exits.h"
#include "say.h"
#include "text.h"

#define ARGS_WIDTH 18 /* "GROUP KEY=VALUE..." */

/* "-o, --output COLUMNS" */
static void option_print(struct option_row row)
{
	char left[64];
	int len = row.letter ? snprintf(left, sizeof(left), "-%c, --%s", row.letter, row.name)
			     : snprintf(left, sizeof(left), "    --%s", row.name);

	if (row.argument)
		snprintf(left + len, sizeof(left) - (size_t)len, row.argument_optional ? "[=%s]" : " %s", row.argument);
	printf("  %-24s %s\n", left, row.help);
}

static void options_print(const struct command *c)
{
	puts("\nOptions, before or after the command:");
	for (int i = 0; i < OPTION__COUNT; i++)
		if (!option_rows[i].own || (c && c->own & (1U << i)))
			option_print(command_option(c, i));
}

/* The lines begin with their number; 2 is the same for every command that does not use it for more. */
static void exits_print(const char *lines)
{
	static const char usage[] = "2  the command line is wrong";
	/* or all is the status of another program */
	bool told = strstr(lines, "2  ") != NULL || strstr(lines, "else ") != NULL;

	puts("\nExit status:");
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		if (!told && *lines > '2') {
			printf("  %s\n", usage);
			told = true;
		}
		printf("  %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
	if (!told)
		printf("  %s\n", usage);
}

static void columns_print(const struct column_set *s)
{
	puts("\nColumns (those marked * are the usual ones):");
	for (size_t i = 0; i < s->n; i++) {
		char name[COLUMN_NAME_BYTES];

		printf("%c %-20s %s\n", s->list[i].flags & COLUMN_USUAL ? '*' : ' ', column_name(&s->list[i], name),
		       s->list[i].help);
	}
}

static void command_print(const struct command *c)
{
	printf("Usage: cgq %s [OPTION]...%s%s%s%s%s\n", c->name, c->as ? " [--as " : "", c->as ? c->as : "", c->as ? "]" : "",
	       *c->args ? " " : "", c->args);
	printf("%s: %s.\n%s%s", c->name, c->summary, *c->about ? "\n" : "", c->about);
	options_print(c);
	if (c->columns)
		columns_print(c->columns);
	exits_print(c->exits);
}

/* "GROUP [PID] ...": what does not fit is told by the command's own help. */
static void args_print(const char *args)
{
	char text[ARGS_WIDTH + 1];
	size_t len = strlen(args), kept = len;

	if (len > ARGS_WIDTH)
		for (kept = ARGS_WIDTH - strlen(" ..."); kept > 0 && args[kept] != ' '; kept--)
			;
	snprintf(text, sizeof(text), "%.*s%s", (int)kept, args, kept < len ? " ..." : "");
	printf("%-*s ", ARGS_WIDTH, text);
}

static void whole_print(void)
{
	puts("Usage: cgq [OPTION]... [COMMAND] [ARGUMENT]...\n"
	     "Who gets what of this machine, and why.\n\n"
	     "Commands (list, if none is given):");
	for (size_t i = 0; i < commands_count; i++) {
		printf("  %-7s ", commands[i].name);
		args_print(commands[i].args);
		puts(commands[i].summary);
	}
	options_print(NULL);
	puts("\ncgq COMMAND --help: its own options, columns and exit status. man cgq: where to\n"
	     "begin. man cgq.conf: how to write a policy.");
	puts("Exit status 2: a wrong command line; 3: no cgqd at " CGQ_SOCKET_DEFAULT ".");
}

void help_print(const struct command *c)
{
	if (c)
		command_print(c);
	else
		whole_print();
}

int cmd_help(const struct options *o)
{
	const struct command *c = o->n_args ? command_find(o->args[0]) : NULL;
	struct err e = {0};

	if (o->n_args && !c) {
		command_unknown(o->args[0], &e);
		say("%s", e.text);
		return EXIT_USAGE;
	}
	help_print(c);
	return EXIT_AS_WANTED;
}
