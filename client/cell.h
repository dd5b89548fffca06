/* One value of an answer becomes the text of one cell. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "columns.h"

struct cell_form {
	bool raw;   /* unrounded */
	bool bytes; /* sizes in bytes */
	bool narrow; /* files by their last part, which stands for one file only, whatever the folder */
};

struct terminal;
struct options;

void cell_form_init(const struct options *o, const struct terminal *t, struct cell_form *ret);

/* "-" for unknown, "" or (raw) "-" for nothing, "max" for unlimited. Owned by the caller. */
char *cell_text(const struct column *c, const json_t *row, const struct cell_form *form);
/* The same of a value that was found. row is for kinds that look beside it; NULL: there is none. */
char *cell_value_text(const struct column *c, const json_t *value, const json_t *row, const struct cell_form *form);
/* A {file, line}, "" where there is none. Owned by the caller. */
char *cell_place_text(const json_t *object, const char *key, const struct cell_form *form);
/* A value as the kernel writes it, in that file: sizes of memory become readable. Owned by the caller. */
char *cell_kernel_text(const char *file, const char *text, const struct cell_form *form);
