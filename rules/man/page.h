/* Pages made at build time: a template, and what the tables say in its place. */
#pragma once

#include <stddef.h>

/*
 * A line "@NAME@" of the template on stdin is replaced by what that part prints. A part that the template does not
 * name, or names twice, is a failure, and so is a name without a part: nothing of a table can be left out.
 */
struct page_part {
	const char *name;
	void (*print)(void);
};

/* Of the page that is made; NULL as the last name. */
extern const struct page_part page_parts[];
