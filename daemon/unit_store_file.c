/* What units were before cgqd, as lines in the state folder: a line a unit, then one for each knob. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "boot_id.h"
#include "state_folder.h"
#include "text.h"
#include "unit_store.h"

#define UNITS_NAME	"units"
#define UNITS_HEAD	"cgq-units 1 "
#define UNITS_MAX_BYTES (16U << 20) /* 10,000 units of eight knobs each, with a file of 150 bytes behind every tenth */
#define NO_FILE		"-"

/*
 *	cgq-units 1 BOOT
 *	unit mariadb.service	6	web/db
 *	was CPU_MAX	quota 400000 1000000	-
 *	was CPU_WEIGHT	number 100	+[Service]\x0aCPUWeight=100\x0a
 */

static void bytes_put(FILE *f, const struct kept_file *file)
{
	fputc('+', f);
	for (size_t i = 0; i < file->len; i++) {
		unsigned char c = (unsigned char)file->text[i];

		if (c >= ' ' && c < 0x7f && c != '\\')
			fputc(c, f);
		else
			fprintf(f, "\\x%02x", c);
	}
}

static void value_put(FILE *f, const struct value *v)
{
	switch (v->kind) {
	case VALUE_UNKNOWN:
		fputs("unknown", f);
		break;
	case VALUE_MAX:
		fputs("max", f);
		break;
	case VALUE_NUMBER:
		fprintf(f, "number %" PRIu64, v->number);
		break;
	case VALUE_QUOTA:
		fprintf(f, "quota %" PRIu64 " %" PRIu32, v->number, v->period);
		break;
	case VALUE_LIST:
		fprintf(f, "list %s", value_list(v));
		break;
	}
}

static void unit_put(FILE *f, const struct unit_kept *u)
{
	fprintf(f, "unit %s\t%d\t%s\n", u->name, u->folders.system | u->folders.control << 1 | u->folders.root << 2, u->group);
	for (size_t i = 0; i < u->n; i++) {
		fprintf(f, "was %s\t", knob_rows[u->list[i].knob].id);
		value_put(f, &u->list[i].before);
		fputc('\t', f);
		if (u->list[i].file.stands)
			bytes_put(f, &u->list[i].file);
		else
			fputs(NO_FILE, f);
		fputc('\n', f);
	}
}

int unit_store_save(int folder, struct unit_store *s, struct err *e)
{
	auto_free char *text = NULL;
	char boot[BOOT_ID_SIZE];
	size_t len = 0;
	FILE *f;
	int r;

	if (folder < 0 || !s->changed)
		return 0;
	f = open_memstream(&text, &len);
	if (!f)
		return fail(e, errno, "state: " UNITS_NAME ": %m");
	boot_id_read(boot);
	fprintf(f, UNITS_HEAD "%s\n", boot);
	for (size_t i = 0; i < s->n; i++)
		unit_put(f, s->list[i]);
	if (fclose(f) != 0)
		return fail(e, ENOMEM, "state: " UNITS_NAME ": %s", strerror(ENOMEM));
	if (len > UNITS_MAX_BYTES)
		return fail(e, EFBIG, "state: " UNITS_NAME ": %zu bytes, more than the %u it may have", len, UNITS_MAX_BYTES);
	r = state_write(folder, UNITS_NAME, text, len, e);
	if (r < 0)
		return fail_prefix(e, "state");
	s->changed = false;
	return 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* In place: what it becomes is never longer. */
static int bytes_take(char *text, struct kept_file *ret)
{
	size_t len = 0;

	for (const char *s = text; *s;) {
		int high, low;

		if (*s != '\\') {
			text[len++] = *s++;
			continue;
		}
		high = s[1] == 'x' ? hex_digit(s[2]) : -1;
		low = high < 0 ? -1 : hex_digit(s[3]);
		if (low < 0)
			return -EBADMSG;
		text[len++] = (char)(high << 4 | low);
		s += 4;
	}
	if (len > CONTROL_FILE_MAX_BYTES)
		return -EBADMSG;
	*ret = (struct kept_file){.stands = true, .text = must_alloc(len + 1), .len = len};
	memcpy(ret->text, text, len);
	return 0;
}

static int file_take(char *text, struct kept_file *ret)
{
	*ret = (struct kept_file){0};
	if (!strcmp(text, NO_FILE))
		return 0;
	return *text == '+' ? bytes_take(text + 1, ret) : -EBADMSG;
}

static int list_take(const char *text, char list[VALUE_LIST_BYTES], struct value *ret)
{
	*ret = (struct value){.kind = VALUE_LIST, .list = list};
	return *text ? text_list(text, CPUS_MAX, list, VALUE_LIST_BYTES) : 0;
}

static int quota_take(char *text, struct value *ret)
{
	const char *number = strsep(&text, " ");

	*ret = (struct value){.kind = VALUE_QUOTA};
	if (!text || text_u64(number, &ret->number) < 0 || text_u32(text, &ret->period) < 0 || !ret->period)
		return -EBADMSG;
	return 0;
}

/* Only of a kind that the knob's property can have. list: room for one. */
static int value_take(char *text, enum knob k, char list[VALUE_LIST_BYTES], struct value *ret)
{
	enum property_form form = property_rows[k].form;
	const char *word = strsep(&text, " ");

	*ret = (struct value){0};
	if (!strcmp(word, "unknown") && !text)
		return 0;
	if (!strcmp(word, "list") && text && form == PROPERTY_LIST)
		return list_take(text, list, ret);
	if (form == PROPERTY_LIST)
		return -EBADMSG;
	if (!strcmp(word, "quota") && text && form == PROPERTY_QUOTA)
		return quota_take(text, ret);
	ret->kind = !text ? VALUE_MAX : VALUE_NUMBER;
	if (!text)
		return strcmp(word, "max") ? -EBADMSG : 0;
	return strcmp(word, "number") || form == PROPERTY_QUOTA ? -EBADMSG : text_u64(text, &ret->number);
}

static enum knob knob_named(const char *id)
{
	enum knob k = 0;

	while (k < KNOB__COUNT && (strcmp(id, knob_rows[k].id) != 0 || !property_rows[k].key))
		k++;
	return k;
}

static int was_take(char *line, struct unit_store *s, struct unit_kept *u)
{
	const char *id = strsep(&line, "\t");
	char *value = strsep(&line, "\t");
	enum knob k = knob_named(id);
	char list[VALUE_LIST_BYTES] = "";
	struct kept_file file;
	struct value before;

	if (!u || !value || !line || k == KNOB__COUNT || value_take(value, k, list, &before) < 0 || file_take(line, &file) < 0)
		return -EBADMSG;
	unit_kept_put(s, u, k, &before, &file);
	return 0;
}

static struct unit_kept *unit_take(char *line, struct unit_store *s)
{
	const char *name = strsep(&line, "\t"), *number = strsep(&line, "\t");
	uint64_t stood;

	if (!number || !line || text_u64(number, &stood) < 0 || stood > 7)
		return NULL;
	return unit_store_put(s, name, line, (struct unit_folders_stand){.system = stood & 1, .control = stood >> 1 & 1, .root = stood >> 2});
}

/* A unit that cannot be read takes its knobs with it. Returns how many lines could not. */
static size_t lines_take(char *text, struct unit_store *s)
{
	struct unit_kept *u = NULL;
	size_t bad = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (!strncmp(line, "unit ", 5)) {
			u = unit_take(line + 5, s);
			bad += !u;
		} else if (*line) {
			bad += strncmp(line, "was ", 4) || was_take(line + 4, s, u) < 0;
		}
	}
	return bad;
}

/* One without a knob would be given back nothing. */
static void empty_drop(struct unit_store *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->list[i]->n == 0)
			unit_store_drop(s, s->list[i]->name, KNOB__COUNT);
}

static int text_take(char *text, struct unit_store *s, struct err *e)
{
	char boot[BOOT_ID_SIZE], *line = strsep(&text, "\n");
	size_t head = strlen(UNITS_HEAD), bad;

	boot_id_read(boot);
	if (strncmp(line, UNITS_HEAD, head) != 0)
		return fail(e, EBADMSG, "state: " UNITS_NAME " was not written by this version of cgqd; units that were limited keep "
					"that until the next boot");
	if (strcmp(line + head, boot) != 0)
		return 0; /* of an earlier boot, and so is all that it would give back */
	bad = lines_take(text, s);
	empty_drop(s);
	return bad ? fail(e, EBADMSG, "state: " UNITS_NAME " has %zu damaged lines; what they said of units is not given back", bad) : 0;
}

int unit_store_load(int folder, struct unit_store *s, struct err *e)
{
	auto_free char *text = NULL;
	int r = state_read_lines(folder, UNITS_NAME, UNITS_MAX_BYTES, &text, e);

	if (r <= 0)
		return r;
	r = text_take(text, s, e);
	s->changed = false;
	return r;
}
