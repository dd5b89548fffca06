/* Laws of aligned lines, and of the cells in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "cell.h"
#include "table.h"

#include <cmocka.h> /* last: its fail() would hide ours */

/* Three columns: a name, a size that may go, a reason that may be cut. */
static struct table *table_of(size_t n, const char *const rows[][3])
{
	struct table *t = table_new();

	table_column(t, "NAME", TABLE_TREE, 0);
	table_column(t, "SIZE", TABLE_RIGHT, 1);
	table_column(t, "REASON", TABLE_CUT, 2);
	for (size_t r = 0; r < n; r++) {
		size_t row = table_row(t, TABLE_NO_PARENT);

		for (size_t c = 0; c < 3; c++)
			if (rows[r][c])
				table_cell(t, row, c, must_strdup(rows[r][c]), COLOUR_PLAIN);
	}
	return t;
}

/* Owned by the caller. */
static char *printed(struct table *t, const struct table_form *form)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(table_print(t, form, f), 0);
	fclose(f);
	table_free(t);
	return text;
}

static void assert_printed(struct table *t, const struct table_form *form, const char *wanted)
{
	auto_free char *text = printed(t, form);

	assert_string_equal(text, wanted);
}

static const char *const web[][3] = {
	{"web", "1G", "a long reason that goes on"},
	{"w", "512M", ""},
};

static void columns_align_and_no_line_ends_in_blanks(void **state)
{
	assert_printed(table_of(2, web), &(struct table_form){.headings = true},
		       "NAME SIZE REASON\n"
		       "web    1G a long reason that goes on\n"
		       "w    512M\n");
	assert_printed(table_of(2, web), &(struct table_form){.indent = 2},
		       "  web   1G a long reason that goes on\n"
		       "  w   512M\n");
}

/* Nothing is cut, nor has to be: only who does it differs. */
static void padding_alone_looks_as_on_a_wide_terminal(void **state)
{
	static const char *const rows[][3] = {
		{"web", "1G", "a long reason that goes on"},
		{"a-longer-name", NULL, ""},
		{"", "123456789", "ends in blanks  "},
		{"", "", ""},
	};

	for (unsigned headings = 0; headings < 2; headings++) {
		struct table_form form = {.headings = headings, .indent = 2}, wide = form;
		auto_free char *padded = printed(table_of(4, rows), &form), *drawn = NULL;

		wide.terminal.width = 1000;
		drawn = printed(table_of(4, rows), &wide);
		assert_string_equal(padded, drawn);
	}
}

static void no_rows_are_no_lines(void **state)
{
	assert_printed(table_of(0, NULL), &(struct table_form){0}, "");
	assert_printed(table_of(0, NULL), &(struct table_form){.raw = true}, "");
}

static void what_may_be_cut_is_cut_before_a_column_goes(void **state)
{
	struct table_form form = {.headings = true, .terminal.width = 18};

	assert_printed(table_of(2, web), &form,
		       "NAME SIZE REASON\n"
		       "web    1G a long..\n"
		       "w    512M\n");
	form.terminal.width = 17;
	assert_printed(table_of(2, web), &form, "NAME SIZE\nweb    1G\nw    512M\n");
	form.terminal.width = 8;
	assert_printed(table_of(2, web), &form, "NAME\nweb\nw\n");
	form.terminal.width = 1;
	assert_printed(table_of(2, web), &form, "NAME\nweb\nw\n");
}

static struct table *table_of_paths(void)
{
	struct table *t = table_new();
	size_t top;

	table_column(t, "GROUP", TABLE_TREE | TABLE_TAIL, 0);
	table_column(t, "SIZE", TABLE_RIGHT, 1);
	top = table_row(t, TABLE_NO_PARENT);
	table_cell(t, top, 0, must_strdup("first/second/a-path-of-40-bytes-in-all/e"), COLOUR_PLAIN);
	table_cell(t, top, 1, must_strdup("1G"), COLOUR_PLAIN);
	table_cell(t, table_row(t, top), 0, must_strdup("below-it-one-of-36-bytes-with-lines"), COLOUR_PLAIN);
	return t;
}

static void a_name_keeps_its_end_and_gives_way_before_a_column_goes(void **state)
{
	struct table_form form = {.terminal.width = 29};

	assert_printed(table_of_paths(), &form, "..ath-of-40-bytes-in-all/e 1G\n`-..of-36-bytes-with-lines\n");
	form.terminal.width = 26;
	assert_printed(table_of_paths(), &form, "..ath-of-40-bytes-in-all/e\n`-..of-36-bytes-with-lines\n");
	form.terminal.width = 10;
	assert_printed(table_of_paths(), &form, "..h-of-40-bytes-in-all/e\n`-..-36-bytes-with-lines\n");
	form.terminal.width = 43;
	assert_printed(table_of_paths(), &form, "first/second/a-path-of-40-bytes-in-all/e 1G\n`-below-it-one-of-36-bytes-with-lines\n");
}

static void the_widest_is_cut_first(void **state)
{
	struct table *t = table_new();
	size_t row;

	table_column(t, "A", TABLE_CUT, 0);
	table_column(t, "B", TABLE_CUT, 0);
	row = table_row(t, TABLE_NO_PARENT);
	table_cell(t, row, 0, must_strdup("ten bytes!"), COLOUR_PLAIN);
	table_cell(t, row, 1, must_strdup("thirty bytes of nothing at all"), COLOUR_PLAIN);
	assert_printed(t, &(struct table_form){.terminal.width = 30}, "ten bytes! thirty bytes of n..\n");
}

static void raw_fields_can_be_counted(void **state)
{
	static const char *const rows[][3] = {
		{"a b", "", "x\\x1b  y"},
		{"c", NULL, "-"},
	};

	assert_printed(table_of(2, rows), &(struct table_form){.headings = true, .raw = true, .terminal.width = 5},
		       "NAME SIZE REASON\n"
		       "a\\x20b - x\\x1b\\x20\\x20y\n"
		       "c - -\n");
}

static void escapes_are_not_escaped_again(void **state)
{
	static const char *const rows[][3] = {{"\\x1b[31m", "\\n", "a\\b"}};

	assert_printed(table_of(1, rows), &(struct table_form){0}, "\\x1b[31m \\n a\\b\n");
}

static void colours_only_where_they_are_wanted(void **state)
{
	struct table_form form = {.terminal.colours = true};
	struct table *t = table_of(1, web);
	auto_free char *text = NULL;

	table_cell(t, 0, 1, must_strdup("1G"), COLOUR_BAD);
	text = printed(t, &form);
	assert_non_null(strstr(text, "\033[1;31m1G\033[0m"));
	form.raw = true;
	assert_printed(table_of(1, web), &form, "web 1G a\\x20long\\x20reason\\x20that\\x20goes\\x20on\n");
}

static void a_child_stands_below_its_parent(void **state)
{
	struct table *t = table_of(2, web);
	size_t child = table_row(t, 0);

	table_cell(t, child, 0, must_strdup("php"), COLOUR_PLAIN);
	assert_printed(t, &(struct table_form){0},
		       "web     1G a long reason that goes on\n"
		       "`-php\n"
		       "w     512M\n");
}

static char *cell(enum column_kind kind, unsigned flags, const char *json, const struct cell_form *form)
{
	struct column c = {.key = "k", .kind = kind, .flags = flags};
	json_t *row = json_loads(json, 0, NULL);
	char *ret;

	assert_non_null(row);
	ret = cell_text(&c, row, form);
	json_decref(row);
	return ret;
}

static void unknown_is_a_dash_unlimited_is_max_and_strange_is_unknown(void **state)
{
	static const struct {
		enum column_kind kind;
		const char *json, *human, *raw;
	} rows[] = {
		{COLUMN_BYTES, "{}", "-", "-"},
		{COLUMN_BYTES, "{\"k\": null}", "-", "-"},
		{COLUMN_BYTES, "{\"k\": []}", "-", "-"},
		{COLUMN_BYTES, "{\"k\": {}}", "-", "-"},
		{COLUMN_TEXT, "{\"k\": \"\"}", "-", "-"},
		{COLUMN_BYTES, "{\"k\": -1}", "max", "max"},
		{COLUMN_SHARE, "{\"k\": -1}", "max", "max"},
		{COLUMN_BYTES, "{\"k\": 0}", "0", "0"},
		{COLUMN_BYTES, "{\"k\": 1932735283}", "1.8G", "1932735283"},
		{COLUMN_BYTES, "{\"k\": 9007199254740993}", "8P", "9007199254740993"},
		{COLUMN_SPEED, "{\"k\": 2048}", "2K/s", "2048"},
		{COLUMN_PERCENT, "{\"k\": 39.98}", "40.0%", "39.98"},
		{COLUMN_SHARE, "{\"k\": 40}", "40%", "40"},
		{COLUMN_NUMBER, "{\"k\": 4194303}", "4194303", "4194303"},
		{COLUMN_YESNO, "{\"k\": false}", "no", "no"},
		{COLUMN_PLACE, "{\"k\": {\"file\": \"/a/b\", \"line\": 3}}", "/a/b:3", "/a/b:3"},
		{COLUMN_PLACE, "{\"k\": {\"file\": \"/a/b\", \"line\": 0}}", "/a/b", "/a/b"},
		{COLUMN_RULE, "{\"k\": {\"file\": \"/a/b\", \"line\": 3, \"text\": \"name:x\"}}", "/a/b:3: name:x",
		 "/a/b:3: name:x"},
		{COLUMN_KERNEL, "{\"k\": \"2147483648\", \"file\": \"memory.max\"}", "2G", "2147483648"},
		{COLUMN_KERNEL, "{\"k\": \"max\", \"file\": \"memory.max\"}", "max", "max"},
		{COLUMN_KERNEL, "{\"k\": \"4096\", \"file\": \"cpu.weight\"}", "4096", "4096"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_free char *human = cell(rows[i].kind, 0, rows[i].json, &(struct cell_form){0});
		auto_free char *raw = cell(rows[i].kind, 0, rows[i].json, &(struct cell_form){.raw = true});

		assert_string_equal(human, rows[i].human);
		assert_string_equal(raw, rows[i].raw);
	}
}

static void nothing_is_blank_for_people_and_a_dash_for_scripts(void **state)
{
	auto_free char *human = cell(COLUMN_TEXT, COLUMN_EMPTY, "{\"k\": null}", &(struct cell_form){0});
	auto_free char *raw = cell(COLUMN_TEXT, COLUMN_EMPTY, "{\"k\": null}", &(struct cell_form){.raw = true});
	auto_free char *narrow = cell(COLUMN_PLACE, 0, "{\"k\": {\"file\": \"/a/b\", \"line\": 3}}",
				      &(struct cell_form){.narrow = true});

	assert_string_equal(human, "");
	assert_string_equal(raw, "-");
	assert_string_equal(narrow, "b:3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_align_and_no_line_ends_in_blanks),
		cmocka_unit_test(padding_alone_looks_as_on_a_wide_terminal),
		cmocka_unit_test(no_rows_are_no_lines),
		cmocka_unit_test(what_may_be_cut_is_cut_before_a_column_goes),
		cmocka_unit_test(a_name_keeps_its_end_and_gives_way_before_a_column_goes),
		cmocka_unit_test(the_widest_is_cut_first),
		cmocka_unit_test(raw_fields_can_be_counted),
		cmocka_unit_test(escapes_are_not_escaped_again),
		cmocka_unit_test(colours_only_where_they_are_wanted),
		cmocka_unit_test(a_child_stands_below_its_parent),
		cmocka_unit_test(unknown_is_a_dash_unlimited_is_max_and_strange_is_unknown),
		cmocka_unit_test(nothing_is_blank_for_people_and_a_dash_for_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
