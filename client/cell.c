/* One value of an answer becomes the text of one cell. */
#include "cell.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/knob.h>
#include <cgq/memory.h>

#include "field.h"
#include "humanize.h"
#include "cli_options.h"
#include "terminal.h"
#include "text.h"
#include "time_here.h"

#define NARROW 120 /* columns: a table takes 60, and so does a place with its folder */

void cell_form_init(const struct options *o, const struct terminal *t, struct cell_form *ret)
{
	*ret = (struct cell_form){
		.raw = o->set[OPTION_RAW],
		.bytes = o->set[OPTION_BYTES],
		.narrow = t->width > 0 && t->width < NARROW && !o->set[OPTION_RAW],
	};
}

static bool is_size_file(const char *file)
{
	for (int k = 0; k < KNOB__COUNT; k++) {
		const struct knob_row *row = &knob_rows[k];

		if (row->form != FORM_BYTES && row->form != FORM_MEMSW)
			continue;
		if ((row->v1 && strcmp(row->v1, file) == 0) || (row->v2 && strcmp(row->v2, file) == 0))
			return true;
	}
	return false;
}

char *cell_kernel_text(const char *file, const char *text, const struct cell_form *form)
{
	char human[HUMAN_TEXT_BYTES];
	uint64_t bytes;

	if (form->raw || form->bytes || !is_size_file(file) || text_u64(text, &bytes) < 0)
		return must_strdup(text);
	return must_strdup(human_bytes(bytes, human));
}

static char *bytes_text(double bytes, const struct cell_form *form, const char *after)
{
	char human[HUMAN_TEXT_BYTES];

	if (bytes < 0)
		return must_strdup("max");
	if (form->raw || form->bytes)
		return must_strdup(human_number(bytes, human));
	return must_printf("%s%s", human_bytes((uint64_t)bytes, human), after);
}

static char *percent_text(double percent, const struct cell_form *form, char *(*show)(double, char *))
{
	char human[HUMAN_TEXT_BYTES];

	if (percent < 0)
		return must_strdup("max");
	return must_strdup(form->raw ? human_number(percent, human) : show(percent, human));
}

static char *number_text(const struct column *c, double number, const struct cell_form *form)
{
	char human[HUMAN_TEXT_BYTES];

	switch (c->kind) {
	case COLUMN_PERCENT:
		return percent_text(number, form, human_percent);
	case COLUMN_SHARE:
		return percent_text(number, form, human_share);
	case COLUMN_BYTES:
		return bytes_text(number, form, "");
	case COLUMN_SPEED:
		return bytes_text(number, form, "/s");
	default:
		return must_strdup(human_number(number, human));
	}
}

/* "50-web.conf:3" of "/etc/cgq/conf.d/50-web.conf:3", and what follows a blank. */
static void folder_drop(char *text)
{
	size_t i, len = *text == '/' ? strcspn(text, " ") : 0, slash = 0;

	for (i = 0; i < len; i++)
		if (text[i] == '/')
			slash = i + 1;
	memmove(text, text + slash, strlen(text + slash) + 1);
}

/* "set by root" of "set by root at 2026-11-25 19:05:11": when, is told elsewhere on the page, and by events. */
static void time_drop(char *text)
{
	static const char set_by[] = "set by ";
	char *at = strncmp(text, set_by, strlen(set_by)) == 0 ? strstr(text, " at ") : NULL;

	if (at)
		*at = '\0';
}

char *cell_place_text(const json_t *object, const char *key, const struct cell_form *form)
{
	char *place = field_place(object, key);

	if (form->narrow) {
		folder_drop(place);
		time_drop(place);
	}
	return place;
}

static char *reason_text(const char *text, const struct cell_form *form)
{
	char *ret = must_strdup(text);

	if (form->narrow)
		folder_drop(ret);
	return ret;
}

static char *rule_text(const json_t *row, const char *key, const struct cell_form *form)
{
	auto_free char *place = cell_place_text(row, key, form);
	const char *text = field_text(json_object_get(row, key), "text");

	return must_printf("%s%s%s", place, *place && *text ? ": " : "", text);
}

static char *nothing(const struct column *c, const struct cell_form *form)
{
	return must_strdup((c->flags & COLUMN_EMPTY) && !form->raw ? "" : "-");
}

char *cell_text(const struct column *c, const json_t *row, const struct cell_form *form)
{
	return cell_value_text(c, json_object_get(row, c->key), row, form);
}

char *cell_value_text(const struct column *c, const json_t *value, const json_t *row, const struct cell_form *form)
{
	if (!value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value)))
		return nothing(c, form);
	if (c->kind == COLUMN_PLACE)
		return cell_place_text(row, c->key, form);
	if (c->kind == COLUMN_RULE)
		return rule_text(row, c->key, form);
	if (c->kind == COLUMN_REASON && json_is_string(value))
		return reason_text(json_string_value(value), form);
	if (c->kind == COLUMN_TIME && json_is_string(value) && !form->raw)
		return time_here(json_string_value(value), false);
	if (c->kind == COLUMN_KERNEL)
		return cell_kernel_text(field_text(row, "file"), field_text(row, c->key), form);
	if (c->kind == COLUMN_MARK && json_is_false(value))
		return nothing(c, form);
	if (json_is_boolean(value))
		return must_strdup(json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value) && form->raw && json_integer_value(value) >= 0)
		return must_printf("%lld", (long long)json_integer_value(value)); /* a double keeps 53 bits */
	if (json_is_number(value))
		return number_text(c, json_number_value(value), form);
	return json_is_string(value) ? must_strdup(json_string_value(value)) : nothing(c, form);
}
