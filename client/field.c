/* Reading what cgqd answered: a missing or strange field is an unknown one. */
#include "field.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

const char *field_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool field_is_known(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value && !json_is_null(value);
}

bool field_is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

double field_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

const json_t *field_list(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_array(value) ? value : NULL;
}

char *field_place(const json_t *object, const char *key)
{
	const json_t *place = json_object_get(object, key);
	const char *file = field_text(place, "file");
	json_int_t line = json_integer_value(json_object_get(place, "line"));

	if (!*file)
		return must_strdup("");
	return line > 0 ? must_printf("%s:%lld", file, (long long)line) : must_strdup(file);
}

char *field_escaped(const char *s)
{
	size_t len = strlen(s), size = len * 4 + 4; /* a byte becomes \xHH at worst */

	return text_escape(s, len, must_alloc(size), size);
}

static bool is_text_fit(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

static bool is_fit(json_t *value)
{
	const char *key;
	json_t *part;
	size_t i;

	if (json_is_string(value))
		return is_text_fit(json_string_value(value));
	json_object_foreach(value, key, part)
	{
		if (!is_text_fit(key) || !is_fit(part))
			return false;
	}
	json_array_foreach(value, i, part)
	{
		if (!is_fit(part))
			return false;
	}
	return true;
}

static json_t *object_escaped(json_t *object)
{
	json_t *ret = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		auto_free char *shown = field_escaped(key);
		json_t *copy = json_incref(value);

		field_escape(&copy);
		json_object_set_new(ret, shown, copy);
	}
	return ret;
}

static json_t *array_escaped(json_t *array)
{
	json_t *ret = json_array();
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		json_t *copy = json_incref(value);

		field_escape(&copy);
		json_array_append_new(ret, copy);
	}
	return ret;
}

/* As a rule all is fit, and thousands of rows need not be made anew. */
void field_escape(json_t **value)
{
	json_t *old = *value;

	if (is_fit(old))
		return;
	if (json_is_string(old)) {
		auto_free char *shown = field_escaped(json_string_value(old));

		*value = json_string(shown);
	} else if (json_is_object(old)) {
		*value = object_escaped(old);
	} else {
		*value = array_escaped(old);
	}
	json_decref(old);
}
