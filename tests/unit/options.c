/* Laws of the command line, and of the tables that it walks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cgq/auto.h>

#include "cli_options.h"
#include "columns.h"
#include "command.h"

#include <cmocka.h> /* last: its fail() would hide ours */

#define WORDS_MAX 8

static int parse(const char *const *words, struct options *o, struct err *e)
{
	char *argv[WORDS_MAX + 2] = {(char *)"cgq"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	*e = (struct err){0};
	return cli_options_parse(argc, argv, o, e);
}

static void what_is_wrong_is_told_in_one_line(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *told; /* a part of it */
	} rows[] = {
		{{""}, "no command ''"},
		{{"--"  , "list", "--json"}, "takes no argument like '--json'"},
		{{"\033[31m"}, "\\x1b[31m"},
		{{"--jso"}, "did you mean --json?"},
		{{"--\033"}, "no option --\\x1b"},
		{{"--="}, "no option --"},
		{{"--json="}, "takes no argument"},
		{{"--output"}, "needs an argument: COLUMNS"},
		{{"-no"}, "needs an argument: COLUMNS"},
		{{"-\377"}, "no option -\\xff"},
		{{"--color=Red"}, "'Red' is none of"},
		{{"--color", "red"}, "no command 'red'"},
		{{"statsu"}, "did you mean status?"},
		{{"explain"}, "needs an argument: PID"},
		{{"explain", "1", "2"}, "'2' is too much"},
		{{"--strict", "status"}, "belongs to check"},
		{{"--as", "x", "list"}, "belongs to explain, check and diff"},
		{{"--follow", "list"}, "belongs to events"},
		{{"--socket", ""}, "1 to 107 bytes"},
		{{"reset", "-ogroup"}, "no columns"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct options o;
		struct err e;

		assert_int_equal(parse(rows[i].words, &o, &e), -EINVAL);
		assert_non_null(strstr(e.text, rows[i].told));
		assert_null(strchr(e.text, '\n'));
		cli_options_done(&o);
	}
}

static void options_mean_the_same_wherever_they_stand(void **state)
{
	static const char *const lines[][WORDS_MAX] = {
		{"-nr", "-o", "A,B", "ps", "web"}, {"ps", "web", "-n", "-r", "--output=A,B"}, {"ps", "-noA,B", "web", "-r"},
		{"--noheadings", "ps", "--raw", "-oA,B", "--", "web"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct options o;
		struct err e;

		assert_int_equal(parse(lines[i], &o, &e), 0);
		assert_string_equal(o.command->name, "ps");
		assert_true(o.set[OPTION_NOHEADINGS] && o.set[OPTION_RAW] && !o.set[OPTION_JSON]);
		assert_string_equal(o.values[OPTION_OUTPUT], "A,B");
		assert_int_equal(o.n_args, 1);
		assert_string_equal(o.args[0], "web");
		cli_options_done(&o);
	}
}

static void no_command_is_list_and_a_lone_dash_is_an_argument(void **state)
{
	struct options o;
	struct err e;

	assert_int_equal(parse((const char *const[]){"--color", NULL}, &o, &e), 0);
	assert_string_equal(o.command->name, "list");
	assert_string_equal(o.values[OPTION_COLOR], "always");
	cli_options_done(&o);
	assert_int_equal(parse((const char *const[]){"check", "-", "--as", "-n", NULL}, &o, &e), 0);
	assert_int_equal(o.n_args, 1);
	assert_string_equal(o.args[0], "-");
	assert_string_equal(o.values[OPTION_AS], "-n");
	cli_options_done(&o);
}

static void help_is_never_refused(void **state)
{
	struct options o;
	struct err e;

	assert_int_equal(parse((const char *const[]){"explain", "-h", NULL}, &o, &e), 0);
	assert_string_equal(o.command->name, "explain");
	cli_options_done(&o);
	assert_int_equal(parse((const char *const[]){"--help", NULL}, &o, &e), 0);
	assert_null(o.command);
	cli_options_done(&o);
}

static void every_row_of_the_tables_can_be_told_from_the_others(void **state)
{
	for (size_t i = 0; i < commands_count; i++) {
		const struct column_set *s = commands[i].columns;

		assert_ptr_equal(command_find(commands[i].name), &commands[i]);
		for (size_t a = 0; s && a < s->n; a++) {
			assert_true(strlen(s->list[a].key) < COLUMN_NAME_BYTES);
			for (size_t b = 0; b < s->n; b++)
				assert_true(a == b || !column_is_called(&s->list[b], s->list[a].key, strlen(s->list[a].key)));
		}
	}
	for (int a = 0; a < OPTION__COUNT; a++)
		for (int b = 0; b < a; b++) {
			assert_string_not_equal(option_rows[a].name, option_rows[b].name);
			assert_true(!option_rows[a].letter || option_rows[a].letter != option_rows[b].letter);
		}
}

static void columns_are_called_by_name_by_heading_or_without_their_unit(void **state)
{
	static const char *const texts[] = {"MEMORY_MAX_BYTES", "memory_max", "limit", "Limit"};
	struct column_choice choice;
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(columns_choose(&columns_list, texts[i], false, &choice, &e), 0);
		assert_int_equal(choice.n, 1);
		assert_string_equal(choice.columns[0]->key, "memory_max_bytes");
	}
	assert_int_equal(columns_choose(&columns_list, "memory_max", false, &choice, &e), 0);
	assert_string_equal(choice.headings[0], "MEMORY_MAX");
}

static void wrong_columns_are_refused(void **state)
{
	static const char *const texts[] = {"", ",", "group,", "+", "memory_", "_bytes", "cpu_percent ", "memory_max_byte", "\033[31m"};
	struct column_choice choice;
	char many[COLUMNS_MAX * 6 + 7] = "group";

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct err e = {0};

		assert_int_equal(columns_choose(&columns_list, texts[i], false, &choice, &e), -EINVAL);
		assert_non_null(strstr(e.text, "GROUP"));
	}
	for (int i = 0; i < COLUMNS_MAX; i++)
		strcat(many, ",group");
	assert_int_equal(columns_choose(&columns_list, many, false, &choice, NULL), -EINVAL);
}

static void an_added_column_stands_once(void **state)
{
	struct column_choice usual, more;

	assert_int_equal(columns_choose(&columns_ps, NULL, false, &usual, NULL), 0);
	assert_int_equal(columns_choose(&columns_ps, "+pid", false, &more, NULL), 0);
	assert_int_equal(more.n, usual.n);
	assert_true(more.asked[0] && !usual.asked[0]);
	assert_int_equal(columns_choose(&columns_ps, "pid,pid", false, &more, NULL), 0);
	assert_int_equal(more.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_in_one_line),
		cmocka_unit_test(options_mean_the_same_wherever_they_stand),
		cmocka_unit_test(no_command_is_list_and_a_lone_dash_is_an_argument),
		cmocka_unit_test(help_is_never_refused),
		cmocka_unit_test(every_row_of_the_tables_can_be_told_from_the_others),
		cmocka_unit_test(columns_are_called_by_name_by_heading_or_without_their_unit),
		cmocka_unit_test(wrong_columns_are_refused),
		cmocka_unit_test(an_added_column_stands_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
