/* Where our cgroups stand. */
#include <cgq/machine.h>

#include <stdio.h>

void machine_path(const struct machine *m, unsigned hierarchy, const char *rel, char *buf, size_t size)
{
	const char *base = m->hierarchies[hierarchy].base;

	if (!rel)
		snprintf(buf, size, "%s", base);
	else if (*rel == '/')
		snprintf(buf, size, "%s", rel[1] ? rel : "");
	else
		snprintf(buf, size, "%s/%s%s%s", base, m->tree, *rel ? "/" : "", rel);
}

void machine_rest_path(const struct machine *m, unsigned hierarchy, char *buf, size_t size)
{
	const struct hierarchy *h = &m->hierarchies[hierarchy];

	if (h->base_is_root)
		snprintf(buf, size, "%s", h->base);
	else
		snprintf(buf, size, "%s/%s-rest", h->base, m->tree);
}
