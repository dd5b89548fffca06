/* The rows of an answer become a table with the columns that are wanted, or JSON with those keys. */
#pragma once

#include <jansson.h>

#include "cell.h"
#include "cli_options.h"
#include "terminal.h"

struct rows {
	const struct options *options;
	const struct column_set *set;
	struct column_choice choice;
	const struct column *sort; /* by which rows stand; NULL: as they come */
	struct cell_form form;
	struct terminal terminal;
};

/* Reads -o, -r, --sort and the rest; 0, or the exit status of a usage error that has been told. */
int rows_init(const struct options *o, struct rows *ret);
/* The same for another set of columns than the command's own, of which nobody chooses. */
void rows_init_usual(const struct options *o, const struct column_set *set, struct rows *ret);
/* Key of a row that is no group, but a member of the one it names: its "group" is "web/httpd", and this is "web". */
#define ROW_MEMBER_OF "member_of"

/* tree: a group is shown below its parent, by its last part (on a terminal, or with --tree). 0, or an exit status. */
int rows_show(const struct rows *r, const json_t *rows, bool tree, unsigned indent);
struct grid;
int rows_show_grid(const struct rows *r, const struct grid *g, bool tree, unsigned indent);
/* Of the rows of an answer (of all of it, where it is one row), only the keys that were chosen, where someone chose. */
void rows_keep(const struct rows *r, json_t *answer);
void rows_keep_list(const struct rows *r, json_t *list); /* the same of one list of rows */
/* The answer as JSON; where columns were chosen, the objects of its rows, and those named by also, hold no other keys. */
int rows_json(const struct rows *r, json_t *answer, const char *also);
