/* cgqd's drop-in of a unit, and the folders it lies in. */
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"
#include "unit_file_parts.h"

const struct unit_folders unit_folders_of_systemd = {"/run/systemd/system", "/run/systemd/system.control"};

/* The section that takes limits, by what the unit is. Other types run nothing. */
static const char *const sections[][2] = {
	{".service", "Service"}, {".scope", "Scope"}, {".slice", "Slice"},
	{".socket", "Socket"},	 {".mount", "Mount"}, {".swap", "Swap"},
};

static const char *section_of(const char *unit)
{
	const char *suffix = strrchr(unit, '.');

	for (size_t i = 0; suffix && suffix != unit && i < ARRAY_SIZE(sections); i++)
		if (!strcmp(suffix, sections[i][0]))
			return sections[i][1];
	return NULL;
}

/* systemd's VALID_CHARS: no slash, and so no way out of the folder. */
bool unit_name_ok(const char *name)
{
	static const char chars[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@";

	return strlen(name) <= UNIT_NAME_MAX_BYTES - 2 && name[strspn(name, chars)] == '\0' && section_of(name);
}

/* Whatever the umask. */
static int folder_make(const char *path, struct err *e)
{
	if (mkdir(path, 0755) == 0)
		return chmod(path, 0755) < 0 ? fail(e, errno, "%s: cannot be made readable: %m", path) : 0;
	return errno == EEXIST ? 0 : fail(e, errno, "%s: cannot be made: %m", path);
}

int unit_dir_open(const char *folder, const char *unit, bool make, int *ret, struct err *e)
{
	char path[PATH_MAX];
	int r;

	if (!unit_name_ok(unit))
		return fail(e, EINVAL, "'%s' is not the name of a unit that can be limited", TEXT_ESCAPED(unit));
	snprintf(path, sizeof(path), "%s/%s.d", folder, unit);
	r = make ? folder_make(folder, e) : 0;
	if (r == 0 && make)
		r = folder_make(path, e);
	if (r < 0)
		return r;
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*ret < 0 && errno == ENOENT)
		return -ENOENT;
	return *ret < 0 ? fail(e, errno, "%s: cannot be opened: %m", path) : 0;
}

static int stands(const char *folder, const char *unit, bool *ret, struct err *e)
{
	auto_fd int fd = -1;
	int r = unit_dir_open(folder, unit, false, &fd, e);

	if (r == 0 || r == -ENOENT)
		*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

int unit_folders_look(const struct unit_folders *f, const char *unit, struct unit_folders_stand *ret, struct err *e)
{
	struct unit_folders_stand s;
	int r = stands(f->system, unit, &s.system, e);

	if (r == 0)
		r = stands(f->control, unit, &s.control, e);
	s.root = access(f->control, F_OK) == 0;
	if (r == 0)
		*ret = s;
	return r;
}

static int folder_drop(const char *folder, const char *unit, bool stood, struct err *e)
{
	char path[PATH_MAX];

	if (stood)
		return 0;
	snprintf(path, sizeof(path), "%s/%s.d", folder, unit);
	if (rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST)
		return 0;
	return fail(e, errno, "%s: cannot be removed: %m", path);
}

int unit_folders_drop(const struct unit_folders *f, const char *unit, struct unit_folders_stand before, struct err *e)
{
	int r;

	if (!unit_name_ok(unit))
		return fail(e, EINVAL, "'%s' is not the name of a unit that can be limited", TEXT_ESCAPED(unit));
	r = folder_drop(f->system, unit, before.system, e);
	if (r == 0)
		r = folder_drop(f->control, unit, before.control, e);
	if (r == 0 && !before.root)
		rmdir(f->control); /* it stays while anything is in it */
	return r;
}

/* --- the drop-in's text ------------------------------------------------------------------------------------------ */

#define LINES_MAX 700 /* bytes: a list has 255, and its key stands there twice */

struct lines {
	char of[KNOB__COUNT][LINES_MAX]; /* by whose property it is; "" none */
};

static void lines_set(struct lines *l, const struct unit_setting *list, size_t n)
{
	auto_free struct unit_setting *sorted = must_alloc((n + 1) * sizeof(*sorted));

	if (n)
		memcpy(sorted, list, n * sizeof(*sorted));
	n = settings_sort(sorted, n);
	for (size_t i = 0; i < n; i++)
		property_lines(sorted[i].knob, &sorted[i].value, l->of[property_knob(sorted[i].knob)], LINES_MAX);
}

/* A line of our own making, for the knob whose key it begins with; others are no concern of ours. */
static void line_take(struct lines *l, const char *line, size_t len)
{
	for (enum knob k = 0; k < KNOB__COUNT; k++) {
		const char *key = property_knob(k) == k ? property_key(k) : NULL;
		size_t key_len = key ? strlen(key) : 0, used = strlen(l->of[k]);

		if (key && len > key_len && !strncmp(line, key, key_len) && line[key_len] == '=' && used + len + 2 <= LINES_MAX) {
			memcpy(l->of[k] + used, line, len);
			memcpy(l->of[k] + used + len, "\n", 2);
		}
	}
}

static void lines_take(struct lines *l, const char *text)
{
	memset(l, 0, sizeof(*l));
	while (*text) {
		size_t len = strcspn(text, "\n");

		line_take(l, text, len);
		text += len + (text[len] == '\n');
	}
}

static char *lines_text(const char *unit, const struct lines *l)
{
	char *text = must_printf("# Limits that cgqd holds %s to; its policy says why: cgq status, cgq explain.\n"
				 "# Written anew at any change, and gone at the next boot. To be rid of it: cgq reset.\n[%s]\n",
				 unit, section_of(unit));
	bool any = false;

	for (enum knob k = 0; k < KNOB__COUNT; k++) {
		char *longer;

		if (!l->of[k][0])
			continue;
		longer = must_printf("%s%s", text, l->of[k]);
		free(text);
		text = longer;
		any = true;
	}
	if (any)
		return text;
	free(text);
	return NULL;
}

char *unit_file_text(const char *unit, const struct unit_setting *list, size_t n)
{
	struct lines l = {0};

	lines_set(&l, list, n);
	return lines_text(unit, &l);
}

/* text NULL: no file. Nothing is written where it stands there already, so that systemd sees no newer file. */
static int file_become(const struct unit_folders *f, const char *unit, const struct kept_file *was, const char *text, struct err *e)
{
	struct kept_file wanted = {.stands = text, .text = (char *)text, .len = text ? strlen(text) : 0};

	if (was->stands == wanted.stands && was->len == wanted.len && (!text || !memcmp(was->text, text, was->len)))
		return 0;
	return unit_dir_put(f->system, unit, UNIT_FILE_NAME, &wanted, e);
}

/* What stands there may be anybody's: it is read as lines of ours, and else replaced. */
static int file_change(const struct unit_folders *f, const char *unit, const struct unit_setting *list, size_t n, uint32_t take,
		       struct err *e)
{
	struct kept_file was = {0};
	auto_free char *text = NULL;
	struct lines l = {0};
	int r = unit_dir_get(f->system, unit, UNIT_FILE_NAME, &was, e);

	if (r < 0 && r != -EFBIG)
		return r;
	if (was.stands && r == 0)
		lines_take(&l, was.text);
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		if (take & 1U << k)
			l.of[property_knob(k)][0] = '\0';
	lines_set(&l, list, n);
	text = lines_text(unit, &l);
	was.stands = was.stands || r == -EFBIG;
	r = file_become(f, unit, &was, text, e);
	kept_file_done(&was);
	return r;
}

int unit_file_look(const struct unit_folders *f, const char *unit, uint32_t *ret_knobs, struct err *e)
{
	struct kept_file file;
	struct lines l = {0};
	int r = unit_dir_get(f->system, unit, UNIT_FILE_NAME, &file, e);

	if (r < 0)
		return r;
	lines_take(&l, file.stands ? file.text : "");
	kept_file_done(&file);
	*ret_knobs = 0;
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		if (l.of[property_knob(k)][0])
			*ret_knobs |= 1U << k;
	return 0;
}

int unit_file_put(const struct unit_folders *f, const char *unit, const struct unit_setting *list, size_t n, struct err *e)
{
	return file_change(f, unit, list, n, 0, e);
}

int unit_file_take(const struct unit_folders *f, const char *unit, uint32_t knobs, struct err *e)
{
	return file_change(f, unit, NULL, 0, knobs, e);
}
