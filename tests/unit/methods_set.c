/* What Set and Clear ask for: hostile parameters first. */
#include "policy_help.h"

#include <errno.h>

#include "methods_set.h"

static const char *const wrong[] = {
	"{\"group\":\"web\",\"settings\":[]}",
	"{\"group\":\"web\",\"settings\":[\"cpu\"]}",
	"{\"group\":\"web\",\"settings\":[null]}",
	"{\"group\":\"web\",\"settings\":[[]]}",
	"{\"group\":\"web\",\"settings\":[{}]}",
	"{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\"}]}",
	"{\"group\":\"web\",\"settings\":[{\"value\":\"40%\"}]}",
	"{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":40}]}",
	"{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":null}]}",
	"{\"group\":\"web\",\"settings\":[{\"key\":\"cpu\",\"value\":\"40%\",\"x\":1}]}",
	"{\"group\":\"web\",\"settings\":[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"b\"}]}",
	"{\"group\":\"web\",\"keys\":[1]}",
	"{\"group\":\"web\",\"keys\":[\"a\",{\"key\":\"b\"}]}",
};

static void a_list_of_anything_else_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		json_t *p = json_loads(wrong[i], 0, NULL);
		struct set_text t;

		assert_non_null(p);
		assert_int_equal(set_text_read(p, 0, &t), -EINVAL);
		set_text_done(&t);
		json_decref(p);
	}
}

static void keys_are_lower_cased_and_values_left_alone(void **state)
{
	json_t *p = json_loads("{\"group\":\"web/php\",\"settings\":[{\"key\":\"CPU.Burst\",\"value\":\"A b\"}],\"save\":true}", 0, NULL);
	struct set_text t;

	assert_int_equal(set_text_read(p, 0, &t), 0);
	assert_string_equal(t.request.who, "root");
	assert_string_equal(t.request.group, "web/php");
	assert_int_equal(t.request.n, 1);
	assert_string_equal(t.request.keys[0], "cpu.burst");
	assert_string_equal(t.request.values[0], "A b");
	assert_true(t.request.save);
	set_text_done(&t);
	json_decref(p);
}

static void keys_alone_are_to_be_taken_back(void **state)
{
	json_t *some = json_loads("{\"group\":\"web\",\"keys\":[\"cpu\",\"tasks\"]}", 0, NULL);
	json_t *all = json_loads("{\"group\":\"web\",\"keys\":null,\"save\":null}", 0, NULL);
	struct set_text t;

	assert_int_equal(set_text_read(some, 0, &t), 0);
	assert_int_equal(t.request.n, 2);
	assert_null(t.request.values);
	set_text_done(&t);
	assert_int_equal(set_text_read(all, 0, &t), 0);
	assert_int_equal(t.request.n, 0);
	assert_null(t.request.values);
	assert_false(t.request.save);
	set_text_done(&t);
	json_decref(some);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_anything_else_is_refused),
		cmocka_unit_test(keys_are_lower_cased_and_values_left_alone),
		cmocka_unit_test(keys_alone_are_to_be_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
