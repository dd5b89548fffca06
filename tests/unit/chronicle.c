/* The record of what happened: bounded, in order, and a storm of one kind hides no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chronicle.h"

#define SECOND 1000000U

struct seen {
	uint64_t first, last;
	unsigned n;
	unsigned long left_out;
};

static bool see(void *ctx, const struct chronicle_entry *e)
{
	struct seen *s = ctx;

	if (s->n++ == 0)
		s->first = e->seq;
	else
		assert_int_equal(e->seq, s->last + 1);
	s->last = e->seq;
	s->left_out += e->left_out;
	return true;
}

static struct seen all_after(const struct chronicle *c, uint64_t after)
{
	struct seen s = {0};

	chronicle_each(c, after, see, &s);
	return s;
}

static void the_oldest_go_first_and_numbers_have_no_gaps(void **state)
{
	struct chronicle *c = chronicle_new(4);
	struct seen s;

	assert_int_equal(chronicle_last(c), 0);
	assert_int_equal(all_after(c, 0).n, 0);
	for (unsigned i = 1; i <= 10; i++)
		chronicle_add(c, i * SECOND, &(struct happening){.kind = HAPPENING_REFUSE});
	s = all_after(c, 0);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.first, 7);
	assert_int_equal(s.last, 10);
	assert_int_equal(chronicle_last(c), 10);
	assert_int_equal(all_after(c, 8).first, 9);
	assert_int_equal(all_after(c, 10).n, 0);
	assert_int_equal(all_after(c, UINT64_MAX - 1).n, 0);
	chronicle_free(c);
}

static void a_storm_is_counted_and_hides_nothing_else(void **state)
{
	struct chronicle *c = chronicle_new(100);
	struct seen s;

	for (unsigned i = 0; i < 5000; i++)
		chronicle_add(c, SECOND + i, &(struct happening){.kind = HAPPENING_MOVE});
	chronicle_add(c, SECOND + 5000, &(struct happening){.kind = HAPPENING_REFUSE});
	s = all_after(c, 0);
	assert_int_equal(s.n, 21);
	assert_int_equal(s.left_out, 0);
	/* what was left out is told with the next one that is kept */
	chronicle_add(c, 3 * SECOND, &(struct happening){.kind = HAPPENING_MOVE});
	s = all_after(c, s.last);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.left_out, 4980);
	chronicle_free(c);
}

static bool check_copy(void *ctx, const struct chronicle_entry *e)
{
	assert_string_equal(e->h.group, "web");
	assert_string_equal(e->h.at.file, "/etc/cgq/conf.d/50-web.conf");
	assert_int_equal(e->h.at.line, 3);
	assert_null(e->h.was);
	assert_string_equal(e->h.now, "");
	assert_true(strlen(e->h.text) < CHRONICLE_TEXT_MAX);
	return true;
}

static void what_is_kept_is_its_own_and_of_bounded_length(void **state)
{
	struct chronicle *c = chronicle_new(2);
	char group[] = "web", file[] = "/etc/cgq/conf.d/50-web.conf", text[4096];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	chronicle_add(c, 1, &(struct happening){.kind = HAPPENING_APPLY, .group = group, .at = {file, 3}, .now = "", .text = text});
	memset(group, '-', 3);
	memset(file, '-', 3);
	memset(text, '-', sizeof(text));
	chronicle_each(c, 0, check_copy, NULL);
	chronicle_free(c);
}

static void count(void *ctx, const struct chronicle_entry *e)
{
	*(unsigned *)ctx += e->seq;
}

static void a_listener_hears_what_is_kept(void **state)
{
	struct chronicle *c = chronicle_new(2);
	unsigned heard = 0;

	chronicle_listen(c, count, &heard);
	for (unsigned i = 0; i < 3; i++)
		chronicle_add(c, 1, &(struct happening){.kind = HAPPENING_START});
	chronicle_listen(c, NULL, NULL);
	chronicle_add(c, 1, &(struct happening){.kind = HAPPENING_START});
	assert_int_equal(heard, 1 + 2 + 3);
	chronicle_free(c);
	chronicle_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_go_first_and_numbers_have_no_gaps),
		cmocka_unit_test(a_storm_is_counted_and_hides_nothing_else),
		cmocka_unit_test(what_is_kept_is_its_own_and_of_bounded_length),
		cmocka_unit_test(a_listener_hears_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
