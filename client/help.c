/* Usage texts, made of the tables of commands, options and columns. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include <cgq/interface.h>

#include "columns.h"
#include "exits.h"
#include "say.h"
#include "text.h"

/* "-o, --output COLUMNS" */
static void option_print(const struct option_row *row, const char *argument)
{
	char left[64];
	int len = row->letter ? snprintf(left, sizeof(left), "-%c, --%s", row->letter, row->name)
			      : snprintf(left, sizeof(left), "    --%s", row->name);

	if (argument)
		snprintf(left + len, sizeof(left) - (size_t)len, row->argument_optional ? "[=%s]" : " %s", argument);
	printf("  %-24s %s\n", left, row->help);
}

static void options_print(const struct command *c)
{
	puts("\nOptions, before or after the command:");
	for (int i = 0; i < OPTION__COUNT; i++)
		if (!option_rows[i].own || (c && c->own & (1U << i)))
			option_print(&option_rows[i], i == OPTION_AS ? c->as : option_rows[i].argument);
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

static void whole_print(void)
{
	puts("Usage: cgq [OPTION]... [COMMAND] [ARGUMENT]...\n"
	     "Who gets what of this machine, and why.\n\n"
	     "Commands (list, if none is given):");
	for (size_t i = 0; i < commands_count; i++)
		printf("  %-7s %-16s %s\n", commands[i].name, commands[i].args, commands[i].summary);
	options_print(NULL);
	puts("\ncgq COMMAND --help tells of its own options, columns and exit status.");
	puts("Exit status 2: the command line is wrong; 3: nobody answers at " CGQ_SOCKET_DEFAULT ".");
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
