/* Which hierarchies of cgroups are mounted with favordynmods. */
#include "favordynmods.h"

#include <string.h>

#include <cgq/auto.h>

#include "span.h"

/* What v1 shows beside its controllers, as cgroup1_show_options() and show_sb_opts() write it. */
static const char *const no_controllers[] = {
	"rw",	      "ro",    "sync",		  "dirsync",	  "mand",	   "lazytime", "seclabel",
	"noprefix", "xattr", "cpuset_v2_mode", "favordynmods", "clone_children",
};

static bool is_among(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(word, list[i]))
			return true;
	return false;
}

/* The value of an option may hold anything: the kernel writes a comma in it as \054. */
static bool is_controller(struct span word)
{
	bool is_named = word.len > 5 && memcmp(word.s, "name=", 5) == 0;

	return is_named || (word.len && !memchr(word.s, '=', word.len) &&
			    !is_among(word, no_controllers, ARRAY_SIZE(no_controllers)));
}

static bool has(struct span words, const char *text)
{
	while (words.len)
		if (span_is(span_cut(&words, ','), text))
			return true;
	return false;
}

static bool add(struct span word, char *list, size_t size)
{
	size_t len = strlen(list), comma = len > 0;
	struct span rest = {list, len};

	while (rest.len) {
		struct span one = span_cut(&rest, ',');

		if (one.len == word.len && memcmp(one.s, word.s, word.len) == 0)
			return true;
	}
	if (word.len + comma >= size - len)
		return false;
	if (comma)
		list[len] = ',';
	memcpy(list + len + comma, word.s, word.len);
	list[len + comma + word.len] = '\0';
	return true;
}

static bool add_controllers(struct span options, char *list, size_t size)
{
	size_t before = strlen(list);

	while (options.len) {
		struct span word = span_cut(&options, ',');

		if (is_controller(word) && !add(word, list, size)) {
			list[before] = '\0';
			return false;
		}
	}
	return true;
}

/* "36 31 0:33 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu": a blank inside of a field is \040, a field may be empty. */
bool favordynmods_note(const char *line, size_t len, char *list, size_t size)
{
	struct span rest = {line, len}, type;

	if (len && line[len - 1] == '\n')
		rest.len--;
	for (int i = 0; i < 6; i++)
		span_cut(&rest, ' ');
	while (rest.len && !span_is(span_cut(&rest, ' '), "-"))
		;
	type = span_cut(&rest, ' ');
	span_cut(&rest, ' '); /* its source, which may be called anything */
	if (!has(rest, "favordynmods"))
		return false;
	if (span_is(type, "cgroup2"))
		return add((struct span){"v2", 2}, list, size);
	return span_is(type, "cgroup") && add_controllers(rest, list, size);
}
