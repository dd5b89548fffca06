/* The answer of Events: what is kept, of whom, and what is new. */
#include "world.h"

#include "methods.h"

static void happened(struct world *w, uint64_t at_usec, const char *group, const char *text)
{
	chronicle_add(w->chronicle, at_usec, &(struct happening){ .kind = HAPPENING_PERSON, .group = group, .text = text });
}

static size_t count(json_t *o)
{
	size_t n = json_array_size(json_object_get(o, "events"));

	json_decref(o);
	return n;
}

static void an_entry_is_told_whole_and_what_is_unknown_is_null(void **state)
{
	struct world *w = *state;
	uint64_t after = 0;
	json_t *o;

	chronicle_add(w->chronicle, 1795646281250999, &(struct happening){ .kind = HAPPENING_MOVE, .group = "web", .pid = 812,
		      .name = "a\033b", .at = { "/etc/x.conf", 3 }, .was = "/from", .text = "name:a" });
	happened(w, 0, NULL, NULL);
	o = report_events(&w->v, NULL, &after);
	assert_json(o, "events[0]",
		    "{\"seq\":1,\"at\":\"2026-11-25T22:38:01.250Z\",\"kind\":\"move\",\"group\":\"web\",\"pid\":812,"
		    "\"name\":\"a\\\\x1bb\",\"file\":\"/etc/x.conf\",\"line\":3,\"who\":null,\"what\":null,\"was\":\"/from\","
		    "\"now\":null,\"text\":\"name:a\",\"left_out\":0}");
	assert_json(o, "events[1]",
		    "{\"seq\":2,\"at\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"person\",\"group\":null,\"pid\":null,"
		    "\"name\":null,\"file\":null,\"line\":null,\"who\":null,\"what\":null,\"was\":null,\"now\":null,"
		    "\"text\":null,\"left_out\":0}");
	json_decref(o);
	assert_int_equal(after, 2);
}

static void a_group_is_itself_and_its_children_and_no_namesake(void **state)
{
	struct world *w = *state;
	uint64_t after = 0;
	json_t *o;

	happened(w, 0, "web", "own");
	happened(w, 0, "web/php", "child");
	happened(w, 0, "website", "other");
	happened(w, 0, "we", "other");
	happened(w, 0, NULL, "all");
	o = report_events(&w->v, "web", &after);
	assert_json(o, "events[0].text", "\"own\"");
	assert_json(o, "events[1].text", "\"child\"");
	assert_int_equal(count(o), 2);
	assert_int_equal(after, 5); /* the others were looked at, and are not looked at again */
}

static void a_group_that_is_gone_has_a_past_and_one_that_never_was_has_none(void **state)
{
	struct world *w = *state;
	uint64_t after = 0;

	happened(w, 0, "old", "once");
	assert_int_equal(count(report_events(&w->v, "old", &after)), 1);
	after = 0;
	assert_null(report_events(&w->v, "never", &after));
	assert_null(report_events(&w->v, "", &after));
	assert_int_equal(count(report_events(&w->v, "batch", &after)), 0);
}

static void after_an_entry_come_the_later_ones(void **state)
{
	struct world *w = *state;
	uint64_t after = 1;

	happened(w, 0, NULL, "one");
	happened(w, 0, NULL, "two");
	assert_int_equal(count(report_events(&w->v, NULL, &after)), 1);
	assert_int_equal(after, 2);
	after = 99; /* of an earlier daemon */
	assert_int_equal(count(report_events(&w->v, NULL, &after)), 2);
}

static void what_is_new_comes_in_batches_and_then_nothing(void **state)
{
	struct world *w = *state;
	uint64_t after = 0;
	json_t *o;

	for (unsigned i = 0; i < 150; i++)
		happened(w, i * 1000000ULL, i % 2 ? "web" : "batch", "x");
	assert_int_equal(count(report_events_next(&w->v, NULL, &after)), 100);
	o = report_events_next(&w->v, NULL, &after);
	assert_json(o, "events[0].seq", "101");
	assert_int_equal(count(o), 50);
	assert_null(report_events_next(&w->v, NULL, &after));
	after = 0;
	assert_int_equal(count(report_events_next(&w->v, "batch", &after)), 75);
	assert_null(report_events_next(&w->v, "batch", &after));
	assert_int_equal(after, 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_entry_is_told_whole_and_what_is_unknown_is_null, world_new, world_done),
		cmocka_unit_test_setup_teardown(a_group_is_itself_and_its_children_and_no_namesake, world_new, world_done),
		cmocka_unit_test_setup_teardown(a_group_that_is_gone_has_a_past_and_one_that_never_was_has_none, world_new, world_done),
		cmocka_unit_test_setup_teardown(after_an_entry_come_the_later_ones, world_new, world_done),
		cmocka_unit_test_setup_teardown(what_is_new_comes_in_batches_and_then_nothing, world_new, world_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
