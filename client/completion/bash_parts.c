/* What tables say in the completion for bash: commands and what they take, options and what they take. */
#include <stdio.h>
#include <string.h>

#include <cgq/key.h>

#include "columns.h"
#include "command.h"
#include "man/page.h"

/* "GROUP KEY=VALUE", "FILE|DIR|-", "GROUP CMD": how a command is called, without brackets and dots, and without what parts it */
static void args_print(const char *args)
{
	static const char dashes[] = "-- ";

	for (; *args; args++) {
		if (!strncmp(args, dashes, strlen(dashes)))
			args += strlen(dashes);
		if (!strchr("[].", *args))
			putchar(*args);
	}
}

static void options_print(const struct command *c)
{
	const char *blank = "";

	for (int i = 0; i < OPTION__COUNT; i++) {
		if (option_rows[i].own && !(c->own & (1U << i)))
			continue;
		printf("%s--%s", blank, option_rows[i].name);
		blank = " ";
	}
}

static void columns_print(const struct column_set *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		char name[COLUMN_NAME_BYTES];

		printf("%s%s", i ? " " : "", column_name(&s->list[i], name));
	}
}

static void commands_print(void)
{
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		printf("\t%s)\n\t\tknown_arguments='", c->name);
		args_print(c->args);
		fputs("'\n\t\tknown_options='", stdout);
		options_print(c);
		fputs("'\n\t\tknown_columns='", stdout);
		columns_print(c->columns);
		printf("'\n\t\tknown_as='%s'\n\t\t;;\n", c->as ? c->as : "");
	}
}

static void names_print(void)
{
	fputs("_cgq_commands='", stdout);
	for (size_t i = 0; i < commands_count; i++)
		printf("%s%s", i ? " " : "", commands[i].name);
	puts("'");
}

/* An argument that may be missing comes after '=' only. What --as takes is the command's to say. */
static void takes_print(void)
{
	for (int i = 0; i < OPTION__COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (!row->argument)
			continue;
		if (row->letter)
			printf("\t-%c | --%s) ", row->letter, row->name);
		else
			printf("\t--%s) ", row->name);
		printf("takes=%s%s ;;\n", i == OPTION_AS ? "${known_as:-NAME}" : row->argument,
		       row->argument_optional ? " optional=yes" : "");
	}
}

static void keys_print(void)
{
	fputs("_cgq_keys='", stdout);
	for (int k = 0; k < KEY__COUNT; k++)
		printf("%s%s", k ? " " : "", key_rows[k].name);
	puts("'");
}

static void facts_print(void)
{
	fputs("_cgq_facts='", stdout);
	for (int k = 0; k < MATCH__COUNT; k++)
		printf("%s%s=", k ? " " : "", match_rows[k].name);
	puts("'");
}

const struct page_part page_parts[] = {
	{"NAMES", names_print},
	{"KEYS", keys_print},
	{"FACTS", facts_print},
	{"COMMANDS", commands_print},
	{"TAKES", takes_print},
	{NULL, NULL},
};
