/* Where our cgroups stand. */
#include <cgq/machine.h>

#include <stdio.h>
#include <string.h>

/* Where the text ends now; cut where there is no room. */
static char *put(char *at, const char *end, const char *text)
{
	size_t n = strnlen(text, (size_t)(end - at) - 1);

	memcpy(at, text, n);
	at[n] = '\0';
	return at + n;
}

void machine_path(const struct machine *m, unsigned hierarchy, const char *rel, char *buf, size_t size)
{
	const char *base = m->hierarchies[hierarchy].base, *end = buf + size;

	if (!rel) {
		put(buf, end, base);
	} else if (*rel == '/') {
		put(buf, end, rel[1] ? rel : "");
	} else {
		buf = put(put(put(buf, end, base), end, "/"), end, m->tree);
		put(put(buf, end, *rel ? "/" : ""), end, rel);
	}
}

void machine_rest_path(const struct machine *m, unsigned hierarchy, char *buf, size_t size)
{
	const struct hierarchy *h = &m->hierarchies[hierarchy];

	if (h->base_is_root)
		snprintf(buf, size, "%s", h->base);
	else
		snprintf(buf, size, "%s/%s-rest", h->base, m->tree);
}
