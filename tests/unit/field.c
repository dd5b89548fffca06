/* What cgqd answered, made fit for a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cgq/auto.h>

#include "field.h"

static void every_string_and_key_is_made_fit_however_deep(void **state)
{
	static const struct {
		const char *answer, *shown;
	} rows[] = {
		{"{\"a\":\"\\u001b[31mred\"}", "{\"a\":\"\\\\x1b[31mred\"}"},
		{"{\"\\u001b\":1}", "{\"\\\\x1b\":1}"},
		{"{\"a\":[{\"b\":[\"fine\",\"no\\nline\"]}]}", "{\"a\":[{\"b\":[\"fine\",\"no\\\\nline\"]}]}"},
		{"{\"a\":[{\"\\t\":null}],\"z\":\"fine\"}", "{\"a\":[{\"\\\\t\":null}],\"z\":\"fine\"}"},
		{"[\"fine\",\"\xc3\xbc\"]", "[\"fine\",\"\\\\xc3\\\\xbc\"]"},
		{"{\"a\":\"\\u007f\"}", "{\"a\":\"\\\\x7f\"}"},
		{"{\"a\":{\"b\":[1,2.5,true,null,\"c\\\\d ~\"]}}", "{\"a\":{\"b\":[1,2.5,true,null,\"c\\\\d ~\"]}}"},
		{"\"\\r\"", "\"\\\\x0d\""},
		{"17", "17"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *value = json_loads(rows[i].answer, JSON_DECODE_ANY, NULL);
		char *text;

		field_escape(&value);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_SORT_KEYS);
		assert_string_equal(text, rows[i].shown);
		free(text);
		json_decref(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_string_and_key_is_made_fit_however_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
