/* What tables say in cgqd(8): options, settings, exit statuses and privileges. */
#include <stdio.h>

#include <cgq/auto.h>

#include "man/page.h"
#include "man/roff.h"
#include "options.h"
#include "settings_read.h"

static void synopsis_print(void)
{
	puts(".SY cgqd");
	for (size_t i = 0; i < daemon_options_count; i++) {
		fputs(".OP \\-\\-", stdout);
		roff_text(daemon_options[i].name);
		printf("%s%s\n", daemon_options[i].value ? " " : "", daemon_options[i].value ? daemon_options[i].value : "");
	}
	puts(".YS");
}

static void options_print(void)
{
	for (size_t i = 0; i < daemon_options_count; i++) {
		const struct daemon_option *o = &daemon_options[i];
		char names[64], value[64] = "";

		snprintf(names, sizeof(names), "%s--%s", o->letter == 'v' ? "-v, " : "", o->name);
		if (o->value)
			snprintf(value, sizeof(value), " %s", o->value);
		roff_item(names, value, o->help);
	}
}

static void settings_print(void)
{
	for (size_t i = 0; i < setting_rows_count; i++) {
		const struct setting_row *s = &setting_rows[i];
		char usual[64] = "";

		if (s->usual)
			snprintf(usual, sizeof(usual), " = %s", s->usual);
		roff_term(s->name, usual);
		roff_text(s->help);
		fputs(";\n", stdout);
		roff_text(s->form);
		putchar('\n');
	}
}

static void exits_print(void)
{
	roff_exits(daemon_exits);
}

const struct page_part page_parts[] = {
	{"SYNOPSIS", synopsis_print},
	{"OPTIONS", options_print},
	{"SETTINGS", settings_print},
	{"EXITS", exits_print},
	{NULL, NULL},
};
