/* page < TEMPLATE > PAGE: fills in the parts of one page. */
#include "man/page.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#define PARTS_MAX 32

/* "@NAME@\n" */
static bool is_marker(const char *line, size_t len)
{
	return len > 3 && line[0] == '@' && line[len - 2] == '@' && strcspn(line, " \t") == len;
}

static bool part_print(const char *name, size_t len, bool *printed)
{
	for (size_t i = 0; i < PARTS_MAX && page_parts[i].name; i++) {
		if (strlen(page_parts[i].name) != len || strncmp(page_parts[i].name, name, len) != 0)
			continue;
		if (printed[i])
			return false;
		printed[i] = true;
		page_parts[i].print();
		return true;
	}
	return false;
}

static bool is_whole(const bool *printed)
{
	bool ret = true;

	for (size_t i = 0; page_parts[i].name; i++) {
		if (printed[i])
			continue;
		fprintf(stderr, "page: the template has no @%s@\n", page_parts[i].name);
		ret = false;
	}
	return ret;
}

int main(void)
{
	bool printed[PARTS_MAX] = {false};
	auto_free char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (!is_marker(line, (size_t)len)) {
			fputs(line, stdout);
		} else if (!part_print(line + 1, (size_t)len - 3, printed)) {
			fprintf(stderr, "page: no part for this, or it stands twice: %s", line);
			return EXIT_FAILURE;
		}
	}
	return is_whole(printed) && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
