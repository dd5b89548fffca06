/* What tables say in cgq(1): commands, options, columns and exit statuses. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "command.h"
#include "man/page.h"
#include "man/roff.h"

/* "-o, --output COLUMNS", "    --color[=WHEN]" */
static void option_print(struct option_row row)
{
	char names[64], value[64] = "";

	if (row.letter)
		snprintf(names, sizeof(names), "-%c, --%s", row.letter, row.name);
	else
		snprintf(names, sizeof(names), "--%s", row.name);
	if (row.argument)
		snprintf(value, sizeof(value), row.argument_optional ? "[=%s]" : " %s", row.argument);
	roff_item(names, value, row.help);
}

static void options_print(void)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (!option_rows[i].own)
			option_print(command_option(NULL, i));
}

static void own_options_print(const struct command *c)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (option_rows[i].own && c->own & (1U << i))
			option_print(command_option(c, i));
}

static void command_print(const struct command *c)
{
	printf(".SS cgq %s%s", c->name, *c->args ? " " : "");
	roff_text(c->args);
	putchar('\n');
	roff_sentence(c->summary);
	if (*c->about)
		puts(".PP");
	roff_lines(c->about);
	own_options_print(c);
	if (*c->exits)
		puts(".PP\nExit status:");
	roff_exits(c->exits);
}

static void commands_print(void)
{
	for (size_t i = 0; i < commands_count; i++)
		command_print(&commands[i]);
}

static void column_print(const struct column *c)
{
	char name[COLUMN_NAME_BYTES], heading[64] = "";

	column_name(c, name);
	if (strcmp(name, c->heading) != 0)
		snprintf(heading, sizeof(heading), " (%s)", c->heading);
	roff_item(name, heading, c->help);
}

/* "cgq check, reload, set": those that share a table are named at the first of them. */
static bool owners_print(size_t first)
{
	const struct column_set *s = commands[first].columns;

	for (size_t i = 0; i < first; i++)
		if (commands[i].columns == s)
			return false;
	printf(".SS cgq %s", commands[first].name);
	for (size_t i = first + 1; i < commands_count; i++)
		if (commands[i].columns == s)
			printf(", %s", commands[i].name);
	puts("\n.PD 0");
	return true;
}

static void columns_print(void)
{
	for (size_t i = 0; i < commands_count; i++) {
		const struct column_set *s = commands[i].columns;

		if (!s || !owners_print(i))
			continue;
		for (size_t k = 0; k < s->n; k++)
			column_print(&s->list[k]);
		puts(".PD");
	}
}

const struct page_part page_parts[] = {
	{"COMMANDS", commands_print},
	{"OPTIONS", options_print},
	{"COLUMNS", columns_print},
	{NULL, NULL},
};
