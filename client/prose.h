/* Pages for people: headings, labelled lines, lists. Texts come from answers and are fit for a terminal. */
#pragma once

#include <jansson.h>

#include "terminal.h"

/* text in a colour, without a newline */
void prose_put(const struct terminal *t, enum colour c, const char *text);
/* "  label      ", for a text that follows in parts */
void prose_label(const struct terminal *t, const char *label);
/* "  label      text" */
void prose_line(const struct terminal *t, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* An empty line and a heading */
void prose_heading(const struct terminal *t, const char *heading, enum colour c);
/* heading and a line for each text of a list; nothing where it is empty */
void prose_list(const struct terminal *t, const char *heading, enum colour c, const json_t *texts);
