/* Cells become aligned lines. The only file that knows libsmartcols. */
#include "table.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <libsmartcols.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define CUT_WIDTH_MIN 8U   /* a column that may be cut keeps as much, or goes */
#define TAIL_WIDTH_MIN 24U /* of a name as much tells it from others, as a rule */

struct table_head {
	char *heading;
	unsigned flags, drop;
	size_t width; /* of the terminal's columns */
	bool dropped;
};

struct cell {
	char *text;
	enum colour colour;
};

struct table_line {
	struct cell *cells;
	size_t parent;
};

struct table {
	struct table_head *columns;
	size_t n_columns, cap_columns;
	struct table_line *rows;
	size_t n_rows, cap_rows;
};

struct table *table_new(void)
{
	return must_alloc(sizeof(struct table));
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t r = 0; r < t->n_rows; r++) {
		for (size_t c = 0; c < t->n_columns; c++)
			free(t->rows[r].cells[c].text);
		free(t->rows[r].cells);
	}
	for (size_t c = 0; c < t->n_columns; c++)
		free(t->columns[c].heading);
	free(t->rows);
	free(t->columns);
	free(t);
}

void table_column(struct table *t, const char *heading, unsigned flags, unsigned drop)
{
	array_grow(t->columns, t->n_columns, t->cap_columns);
	t->columns[t->n_columns++] =
		(struct table_head){.heading = must_strdup(heading), .flags = flags, .drop = drop};
}

size_t table_row(struct table *t, size_t parent)
{
	array_grow(t->rows, t->n_rows, t->cap_rows);
	t->rows[t->n_rows] = (struct table_line){
		.cells = must_alloc(t->n_columns * sizeof(struct cell)),
		.parent = parent,
	};
	return t->n_rows++;
}

void table_cell(struct table *t, size_t row, size_t column, char *text, enum colour colour)
{
	struct cell *cell = &t->rows[row].cells[column];

	free(cell->text);
	*cell = (struct cell){.text = text, .colour = colour};
}

static size_t depth_of(const struct table *t, size_t row)
{
	size_t depth = 0;

	for (; t->rows[row].parent != TABLE_NO_PARENT; row = t->rows[row].parent)
		depth++;
	return depth;
}

/* As wide as it wants to be. All texts are ASCII. */
static size_t width_wanted(const struct table *t, size_t column, bool headings)
{
	const struct table_head *head = &t->columns[column];
	size_t width = headings ? strlen(head->heading) : 0;

	for (size_t r = 0; r < t->n_rows; r++) {
		const char *text = t->rows[r].cells[column].text;
		size_t len = (text ? strlen(text) : 0) + (head->flags & TABLE_TREE ? 2 * depth_of(t, r) : 0);

		width = len > width ? len : width;
	}
	return width;
}

static size_t width_least(const struct table_head *head)
{
	size_t least = head->flags & TABLE_TAIL ? TAIL_WIDTH_MIN : head->flags & TABLE_CUT ? CUT_WIDTH_MIN : head->width;

	return least < head->width ? least : head->width;
}

/* Of all that is shown; least: with everything cut that may be. */
static size_t width_total(const struct table *t, unsigned indent, bool least)
{
	size_t width = indent;

	for (size_t c = 0; c < t->n_columns; c++)
		if (!t->columns[c].dropped)
			width += (least ? width_least(&t->columns[c]) : t->columns[c].width) + (width > indent);
	return width;
}

/* The one that should go first, or SIZE_MAX. */
static size_t column_to_drop(const struct table *t)
{
	size_t worst = SIZE_MAX;

	for (size_t c = 0; c < t->n_columns; c++) {
		const struct table_head *head = &t->columns[c];

		if (!head->dropped && head->drop && (worst == SIZE_MAX || head->drop >= t->columns[worst].drop))
			worst = c;
	}
	return worst;
}

/* The widest of those that may still be cut, or SIZE_MAX. */
static size_t column_to_cut(const struct table *t)
{
	size_t widest = SIZE_MAX;

	for (size_t c = 0; c < t->n_columns; c++) {
		const struct table_head *head = &t->columns[c];

		if (!head->dropped && head->width > width_least(head) &&
		    (widest == SIZE_MAX || head->width > t->columns[widest].width))
			widest = c;
	}
	return widest;
}

static void text_cut(char *text, size_t width, bool tail)
{
	size_t len = strlen(text);

	if (len <= width)
		return;
	if (tail) {
		memmove(text, text + len - width, width + 1);
		text[0] = text[1] = '.';
	} else {
		memcpy(text + width - 2, "..", 3);
	}
}

/* What is left of its width beside the lines of the tree, which may be deeper than wide. */
static size_t width_of_cell(const struct table *t, size_t row, size_t column)
{
	const struct table_head *head = &t->columns[column];
	size_t lines = head->flags & TABLE_TREE ? 2 * depth_of(t, row) : 0;

	return head->width > lines + CUT_WIDTH_MIN ? head->width - lines : CUT_WIDTH_MIN;
}

static void column_cut(struct table *t, size_t column)
{
	bool tail = t->columns[column].flags & TABLE_TAIL;

	for (size_t r = 0; r < t->n_rows; r++)
		if (t->rows[r].cells[column].text)
			text_cut(t->rows[r].cells[column].text, width_of_cell(t, r, column), tail);
}

static void columns_cut(struct table *t, const struct table_form *form)
{
	size_t widest;

	while (width_total(t, form->indent, false) > form->terminal.width && (widest = column_to_cut(t)) != SIZE_MAX)
		t->columns[widest].width--;
	for (size_t c = 0; c < t->n_columns; c++)
		if (t->columns[c].flags & (TABLE_CUT | TABLE_TAIL))
			column_cut(t, c);
}

static void columns_drop(struct table *t, const struct table_form *form)
{
	size_t worst;

	while (width_total(t, form->indent, true) > form->terminal.width && (worst = column_to_drop(t)) != SIZE_MAX)
		t->columns[worst].dropped = true;
}

/* libsmartcols cuts every column that may be cut by the same share, a name of 8 bytes like a rule of 80. */
static void columns_fit(struct table *t, const struct table_form *form)
{
	if (form->terminal.width == 0)
		return;
	for (size_t c = 0; c < t->n_columns; c++)
		t->columns[c].width = width_wanted(t, c, form->headings);
	columns_drop(t, form);
	columns_cut(t, form);
}

/* A heading that is not printed would make its column wide all the same. */
static void columns_make(const struct table *t, bool headings, struct libscols_table *s, struct libscols_column **ret)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		const struct table_head *head = &t->columns[c];
		int flags = (head->flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0) |
			    (head->flags & TABLE_TREE ? SCOLS_FL_TREE : 0);

		ret[c] = head->dropped ? NULL : scols_table_new_column(s, headings ? head->heading : "", 0, flags);
		if (ret[c])
			scols_cell_set_color(scols_column_get_header(ret[c]), colour_sequence(COLOUR_STRONG));
	}
}

/* Gives the text away: thousands of rows need no copies. */
static int cell_make(struct cell *cell, struct libscols_line *line, struct libscols_column *column, bool colours)
{
	bool coloured = colours && *cell->text && colour_sequence(cell->colour);

	if (scols_line_refer_column_data(line, column, cell->text) < 0)
		return -ENOMEM;
	cell->text = NULL;
	if (coloured)
		scols_cell_set_color(scols_line_get_column_cell(line, column), colour_sequence(cell->colour));
	return 0;
}

static int rows_make(struct table *t, bool colours, struct libscols_table *s, struct libscols_column **columns)
{
	auto_free struct libscols_line **lines = must_alloc(t->n_rows * sizeof(*lines));

	for (size_t r = 0; r < t->n_rows; r++) {
		size_t parent = t->rows[r].parent;

		lines[r] = scols_table_new_line(s, parent == TABLE_NO_PARENT ? NULL : lines[parent]);
		if (!lines[r])
			return -ENOMEM;
		for (size_t c = 0; c < t->n_columns; c++) {
			struct cell *cell = &t->rows[r].cells[c];

			if (columns[c] && cell->text && cell_make(cell, lines[r], columns[c], colours) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static void form_set(struct libscols_table *s, const struct table_form *form)
{
	scols_table_enable_noencoding(s, 1); /* the texts are escaped already, and their backslashes would be again */
	scols_table_enable_noheadings(s, !form->headings);
	scols_table_enable_colors(s, form->terminal.colours);
	scols_table_set_termforce(s, SCOLS_TERMFORCE_NEVER); /* it fits, or nothing more can be done */
}

/* Without the blanks that fill up a last column. */
static void lines_put(const char *text, unsigned indent, FILE *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), shown = len;

		while (shown > 0 && text[shown - 1] == ' ')
			shown--;
		fprintf(out, "%*s%.*s\n", shown ? (int)indent : 0, "", (int)shown, text);
		text += len + (text[len] == '\n');
	}
}

/* One field has no blank in it, and is never nothing, so that awk counts right. */
static void raw_put(const char *text, bool last, FILE *out)
{
	for (const char *s = text; *s; s++) {
		if (*s == ' ')
			fputs("\\x20", out);
		else
			fputc(*s, out);
	}
	fputc(last ? '\n' : ' ', out);
}

static void raw_print(const struct table *t, bool headings, FILE *out)
{
	for (size_t c = 0; headings && c < t->n_columns; c++)
		raw_put(t->columns[c].heading, c + 1 == t->n_columns, out);
	for (size_t r = 0; r < t->n_rows; r++) {
		for (size_t c = 0; c < t->n_columns; c++) {
			const char *text = t->rows[r].cells[c].text;

			raw_put(text && *text ? text : "-", c + 1 == t->n_columns, out);
		}
	}
}

static bool has_tree(const struct table *t)
{
	for (size_t r = 0; r < t->n_rows; r++)
		if (t->rows[r].parent != TABLE_NO_PARENT)
			return true;
	return false;
}

/* Without the blanks at its end. line has room for all columns. */
static void padded_put(const struct table *t, const struct cell *cells, char *line, unsigned indent, FILE *out)
{
	char *at = line, *end = line;

	for (size_t c = 0; c < t->n_columns; c++) {
		const struct table_head *head = &t->columns[c];
		const char *text = !cells ? head->heading : cells[c].text ? cells[c].text : "";
		size_t len = strlen(text);
		char *begin = at + (head->flags & TABLE_RIGHT ? head->width - len : 0);

		memset(at, ' ', head->width + 1);
		end = mempcpy(begin, text, len);
		at += head->width + 1;
	}
	while (end > line && end[-1] == ' ')
		end--;
	fprintf(out, "%*s%.*s\n", end > line ? (int)indent : 0, "", (int)(end - line), line);
}

/* Where padding is all that there is to do, libsmartcols takes ten times as long. */
static void padded_print(struct table *t, const struct table_form *form, FILE *out)
{
	auto_free char *line = NULL;
	size_t room = 1;

	for (size_t c = 0; c < t->n_columns; c++) {
		t->columns[c].width = width_wanted(t, c, form->headings);
		room += t->columns[c].width + 1;
	}
	line = must_alloc(room);
	if (form->headings)
		padded_put(t, NULL, line, form->indent, out);
	for (size_t r = 0; r < t->n_rows; r++)
		padded_put(t, t->rows[r].cells, line, form->indent, out);
}

static int aligned_print(struct table *t, const struct table_form *form, FILE *out)
{
	auto_free struct libscols_column **columns = must_alloc(t->n_columns * sizeof(*columns));
	struct libscols_table *s = scols_new_table();
	auto_free char *text = NULL;
	int r;

	if (!s)
		return -ENOMEM;
	columns_fit(t, form);
	columns_make(t, form->headings, s, columns);
	r = rows_make(t, form->terminal.colours, s, columns);
	form_set(s, form);
	if (r == 0)
		r = scols_print_table_to_string(s, &text);
	if (r == 0 && text)
		lines_put(text, form->indent, out);
	scols_unref_table(s);
	return r;
}

int table_print(struct table *t, const struct table_form *form, FILE *out)
{
	if (form->raw)
		raw_print(t, form->headings, out);
	else if (form->terminal.width || form->terminal.colours || has_tree(t))
		return aligned_print(t, form, out);
	else
		padded_print(t, form, out);
	return 0;
}
