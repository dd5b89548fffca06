/* A unit's own files, as far as limits go. */
#include "unit_own.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "text.h"

#define OWN_FILE_MAX_BYTES (256U << 10)

/* An empty value is one that was never set; a list begins anew. */
static bool number_read(enum knob k, const char *text, const struct value *fallback, struct value *ret)
{
	enum property_form form = property_rows[k].form;
	uint64_t n;

	if (!*text) {
		*ret = *fallback;
	} else if (form == PROPERTY_WEIGHT && !strcmp(text, "idle")) {
		property_value(k, 0, ret);
	} else if (form == PROPERTY_QUOTA && text_percent(text, &n) == 0) {
		property_value(k, n * 10, ret); /* thousandths of a percent */
	} else if (form != PROPERTY_QUOTA && !strcmp(text, "infinity")) {
		*ret = (struct value){.kind = VALUE_MAX};
	} else if (form != PROPERTY_QUOTA && (form == PROPERTY_BYTES ? text_bytes(text, &n) : text_u64(text, &n)) == 0) {
		property_value(k, n, ret);
	} else {
		return false;
	}
	return true;
}

/* "0-3 8", "0,1": added to what stands there. */
static bool list_read(const char *text, struct arena *arena, struct value *ret)
{
	const char *had = ret->kind == VALUE_LIST ? value_list(ret) : "";
	char all[1024], list[VALUE_LIST_BYTES];
	int n = snprintf(all, sizeof(all), "%s%s%s", had, *had && *text ? "," : "", text);

	if (n < 0 || (size_t)n >= sizeof(all))
		return false;
	if (!*text) {
		*ret = (struct value){.kind = VALUE_LIST};
		return true;
	}
	for (char *c = all; *c; c++)
		if (isspace((unsigned char)*c))
			*c = ',';
	if (text_list(all, CPUS_MAX, list, sizeof(list)) < 0)
		return false;
	*ret = (struct value){.kind = VALUE_LIST, .list = arena_strdup(arena, list)};
	return true;
}

static char *blanks_cut(char *s)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	for (len = strlen(s); len && isspace((unsigned char)s[len - 1]); len--)
		s[len - 1] = '\0';
	return s;
}

static void line_read(char *line, enum knob k, const struct value *fallback, struct arena *arena, struct value *ret)
{
	char *value = strchr(line, '=');
	const char *key = property_key(k);

	if (!value || !key)
		return;
	*value++ = '\0';
	if (strcmp(blanks_cut(line), key) != 0)
		return;
	value = blanks_cut(value);
	if (property_rows[k].form == PROPERTY_LIST)
		list_read(value, arena, ret);
	else
		number_read(k, value, fallback, ret);
}

void unit_own_read(const char *text, enum knob k, const struct value *fallback, struct arena *arena, struct value *ret)
{
	auto_free char *copy = must_strdup(text);
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		line = blanks_cut(line);
		if (*line != '#' && *line != ';')
			line_read(line, k, fallback, arena, ret);
	}
}

static char *file_text(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *text = must_alloc(OWN_FILE_MAX_BYTES + 1);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && len < OWN_FILE_MAX_BYTES && (n = read(fd, text + len, OWN_FILE_MAX_BYTES - len)) > 0)
		len += (size_t)n;
	return must_strndup(text, len);
}

static bool is_ours(const struct unit_folders *f, const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len = strlen(f->control);

	return (name && !strcmp(name + 1, UNIT_FILE_NAME)) || (!strncmp(path, f->control, len) && path[len] == '/');
}

static void own_read(const char *path, enum knob k, const struct value *fallback, struct arena *arena, struct value *ret)
{
	auto_free char *text = *path ? file_text(path) : NULL;

	if (text)
		unit_own_read(text, k, fallback, arena, ret);
}

void unit_own_value(const struct unit_folders *f, const struct unit_props *p, enum knob k, struct arena *arena,
		    struct value *ret)
{
	struct value fallback = *ret;

	own_read(p->fragment, k, &fallback, arena, ret);
	for (size_t i = 0; i < p->n_dropins; i++)
		if (!is_ours(f, p->dropins[i]))
			own_read(p->dropins[i], k, &fallback, arena, ret);
}
