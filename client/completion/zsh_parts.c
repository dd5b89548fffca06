/* What tables say in the completion for zsh: the same as for bash, with words that explain. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cgq/key.h>

#include "columns.h"
#include "command.h"
#include "man/page.h"

/* Inside of single quotes; what _arguments and _describe read as their own is escaped. */
static void text_print(const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			putchar('\\');
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
}

static void option_print(const struct option_row *row, bool letter)
{
	if (letter)
		printf("\t\t'-%c%s[", row->letter, row->argument ? "+" : "");
	else
		printf("\t\t'--%s%s[", row->name, row->argument_optional ? "=-" : row->argument ? "=" : "");
	text_print(row->help);
	putchar(']');
	if (row->argument)
		printf("%s:%s: _cgq_take %s", row->argument_optional ? ":" : "", row->argument, row->argument);
	puts("'");
}

static void option_rows_print(const struct command *c, bool own)
{
	for (int i = 0; i < OPTION__COUNT; i++) {
		const struct option_row row = command_option(c, i);

		if (row.own != own || (own && !(c->own & (1U << i))))
			continue;
		if (row.letter)
			option_print(&row, true);
		option_print(&row, false);
	}
}

static void options_print(void)
{
	option_rows_print(NULL, false);
}

static void names_print(void)
{
	for (size_t i = 0; i < commands_count; i++) {
		printf("\t\t'%s:", commands[i].name);
		text_print(commands[i].summary);
		puts("'");
	}
}

/* "[FILE|DIR|-]..." is '*', "PID GROUP" is '1' and '2'. */
static void args_print(const struct command *c)
{
	unsigned n = 0;

	for (const char *s = c->args + strspn(c->args, "[ "); *s; s += strspn(s, "[]. -")) {
		int len = (int)strcspn(s, "[]. ");
		bool last = !s[(size_t)len + strspn(s + len, "[]. ")];

		n++;
		if (last && c->n_args_max == UINT_MAX)
			fputs("\t\t'*", stdout);
		else
			printf("\t\t'%u", n);
		printf(":%.*s: _cgq_take \"%.*s\"'\n", len, s, len, s);
		s += len;
	}
}

static void columns_print(const struct column_set *s)
{
	fputs("\tcolumns=(\n", stdout);
	for (size_t i = 0; s && i < s->n; i++) {
		char name[COLUMN_NAME_BYTES];

		printf("\t\t'%s:", column_name(&s->list[i], name));
		text_print(s->list[i].help);
		puts("'");
	}
	fputs("\t)\n", stdout);
}

static void commands_print(void)
{
	for (size_t i = 0; i < commands_count; i++) {
		printf("%s)\n", commands[i].name);
		columns_print(commands[i].columns);
		puts("\tspecs=(");
		option_rows_print(&commands[i], true);
		args_print(&commands[i]);
		puts("\t)\n\t;;");
	}
}

static void keys_print(void)
{
	for (int k = 0; k < KEY__COUNT; k++) {
		printf("\t\t'%s:", key_rows[k].name);
		text_print(key_rows[k].help);
		puts("'");
	}
}

static void facts_print(void)
{
	for (int k = 0; k < MATCH__COUNT; k++) {
		printf("\t\t'%s:", match_rows[k].name);
		text_print(match_rows[k].help);
		puts("'");
	}
}

const struct page_part page_parts[] = {
	{"NAMES", names_print},
	{"OPTIONS", options_print},
	{"COMMANDS", commands_print},
	{"KEYS", keys_print},
	{"FACTS", facts_print},
	{NULL, NULL},
};
