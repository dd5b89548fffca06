/* The group that somebody who names one that is not there probably meant. */
#include "group_suggest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "field.h"
#include "text.h"

/* "MySQL" for "mysql", "php" for "web/php" */
static bool is_surely(const char *given, const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcasecmp(given, path) == 0 || (slash && strcasecmp(given, slash + 1) == 0);
}

const char *group_suggest(const char *given, const json_t *groups)
{
	size_t n = json_array_size(groups);
	auto_free const char **names = must_alloc((n + 1) * sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		names[i] = field_text(json_array_get(groups, i), "group");
		if (is_surely(given, names[i]))
			return names[i];
	}
	return text_suggest(given, names, n);
}
