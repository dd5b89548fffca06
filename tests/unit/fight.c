/* Two who write the same thing in turn: the table of repairs, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "drift_book.h"
#include "fight.h"

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

/* Asked at these times, in seconds, in this order, of one fight. */
static const struct {
	uint64_t at;
	enum fight_answer answer;
	uint64_t due; /* afterwards */
} rows[] = {
	{ 1000, FIGHT_REPAIR, 1000 }, { 1000, FIGHT_REPAIR, 1000 }, { 1000, FIGHT_REPAIR, 1001 },
	{ 1000, FIGHT_HOLD, 1001 },   { 0, FIGHT_HOLD, 1001 }, /* a clock that goes backwards repairs nothing */
	{ 1001, FIGHT_REPAIR, 1003 }, { 1002, FIGHT_HOLD, 1003 },   { 1003, FIGHT_ALARM, 1007 },
	{ 1007, FIGHT_REPAIR, 1015 }, { 1015, FIGHT_REPAIR, 1031 }, { 1031, FIGHT_REPAIR, 1063 },
	{ 1063, FIGHT_REPAIR, 1123 }, { 1123, FIGHT_REPAIR, 1183 }, { 1182, FIGHT_HOLD, 1183 },
	{ 1303, FIGHT_REPAIR, 1363 }, /* 180 s after the last one are not yet quiet enough */
	{ 1484, FIGHT_REPAIR, 1484 }, /* 181 are: all begins anew */
	{ UINT64_MAX / SECOND, FIGHT_REPAIR, UINT64_MAX / SECOND },
};

static void repairs_come_at_once_then_ever_later_and_anew_after_some_quiet(void **state)
{
	struct fight f = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (fight_ask(&f, rows[i].at * SECOND) != rows[i].answer || f.due_ns != rows[i].due * SECOND)
			print_error("row %zu: due %llu\n", i, (unsigned long long)(f.due_ns / SECOND));
		assert_int_equal(f.due_ns, rows[i].due * SECOND);
	}
}

static void one_fight_has_one_alarm(void **state)
{
	struct fight f = { 0 };
	unsigned alarms = 0;

	for (uint64_t at = 0; at < 3600 * 1000; at += 10)
		alarms += fight_ask(&f, at * SECOND / 1000 + 1) == FIGHT_ALARM;
	assert_int_equal(alarms, 1);
	assert_true(f.times < 70); /* an hour of 10 ms: a repair a minute */
	assert_true(fight_is_over(&f, 4000 * SECOND));
	assert_false(fight_is_over(&f, 3601 * SECOND));
}

static void a_count_never_begins_anew_by_overflow(void **state)
{
	struct fight f = { .times = UINT32_MAX, .last_ns = 5 * SECOND, .alarmed = true };

	assert_int_equal(fight_ask(&f, 6 * SECOND), FIGHT_REPAIR);
	assert_int_equal(f.times, UINT32_MAX);
	assert_int_equal(f.due_ns, 66 * SECOND);
}

static void a_fight_is_told_with_how_often_and_when_the_next_repair_comes(void **state)
{
	struct fight f = { .times = 12, .since_ns = 100 * SECOND, .last_ns = 130 * SECOND, .due_ns = 162 * SECOND };
	struct fight_words w = { "db memory.max", "changed", "repair" };
	char text[200];

	assert_string_equal(fight_text(&f, 130 * SECOND, &w, text, sizeof(text)),
			    "db memory.max: changed 12 times within 30 s by somebody else; next repair in 32 s");
	assert_string_equal(fight_text(&f, 162 * SECOND, &w, text, sizeof(text)),
			    "db memory.max: changed 12 times within 30 s by somebody else");
}

static struct drift_judgement judge(struct drift_book *b, const char *key, const char *found, uint64_t at_ns)
{
	struct drift_case c = { key, "db", "db memory.max", "changed", found, "memory.max: differs" };
	struct drift_judgement j;

	drift_book_begin(b);
	drift_book_judge(b, &c, at_ns, &j);
	drift_book_end(b, at_ns);
	return j;
}

struct listed {
	unsigned n;
	char text[400];
};

static void list_one(void *ctx, const char *group, const char *text)
{
	struct listed *l = ctx;

	assert_string_equal(group, "db");
	snprintf(l->text, sizeof(l->text), "%s", text);
	l->n++;
}

static struct listed list_of(const struct drift_book *b, uint64_t at_ns)
{
	struct listed l = { 0 };

	drift_book_each(b, at_ns, list_one, &l);
	return l;
}

static void what_is_put_back_is_told_each_time_until_the_alarm(void **state)
{
	struct drift_book *b = drift_book_new(false);
	uint64_t at = SECOND;
	unsigned news = 0, repairs = 0, alarms = 0;

	for (unsigned i = 0; i < 1000; i++, at += SECOND / 2) {
		struct drift_judgement j = judge(b, "1 db\nx", "7", at);

		news += j.news;
		repairs += j.put_back;
		alarms += j.alarm != NULL;
		assert_true(!j.news || j.put_back);
	}
	assert_int_equal(news, 5);
	assert_int_equal(alarms, 1);
	assert_true(repairs > 5 && repairs < 20);
	assert_true(drift_book_fights(b, "1 db\n", at));
	assert_false(drift_book_fights(b, "1 d\n", at));
	assert_non_null(strstr(list_of(b, at).text, "by somebody else"));
	assert_true(drift_book_due_ns(b) > at - SECOND && drift_book_due_ns(b) <= at + 60 * SECOND);
	/* nobody does it any more */
	drift_book_begin(b);
	drift_book_end(b, at + 300 * SECOND);
	assert_int_equal(list_of(b, at + 300 * SECOND).n, 0);
	assert_true(drift_book_due_ns(b) == UINT64_MAX);
	drift_book_free(b);
}

static void one_look_counts_once_however_many_rounds_it_takes(void **state)
{
	struct drift_book *b = drift_book_new(false);
	struct drift_case c = { "k", "db", "n", "changed", "7", "s" };
	struct drift_judgement j;

	drift_book_begin(b);
	for (unsigned i = 0; i < 5; i++) {
		drift_book_judge(b, &c, SECOND + i * 1000000, &j);
		assert_true(j.put_back);
		assert_int_equal(j.news, i == 0);
	}
	drift_book_free(b);
}

static void report_puts_nothing_back_and_tells_each_change_once(void **state)
{
	struct drift_book *b = drift_book_new(true);

	assert_true(judge(b, "k", "7", 1 * SECOND).news);
	for (unsigned i = 2; i < 100; i++) {
		struct drift_judgement j = judge(b, "k", "7", i * SECOND);

		assert_false(j.put_back);
		assert_false(j.news);
	}
	assert_string_equal(list_of(b, 100 * SECOND).text, "memory.max: differs");
	assert_true(judge(b, "k", "8", 100 * SECOND).news);
	assert_false(judge(b, "k", "8", 101 * SECOND).news);
	assert_true(drift_book_due_ns(b) == UINT64_MAX);
	/* put right by hand, and done again */
	drift_book_begin(b);
	drift_book_end(b, 102 * SECOND);
	assert_int_equal(list_of(b, 102 * SECOND).n, 0);
	assert_true(judge(b, "k", "8", 103 * SECOND).news);
	drift_book_free(b);
}

static void who_writes_without_end_is_not_reported_without_end(void **state)
{
	struct drift_book *b = drift_book_new(true);
	unsigned news = 0;

	for (unsigned i = 0; i < 10000; i++) {
		struct drift_judgement j = judge(b, "k", i % 2 ? "7" : "8", SECOND + i * SECOND / 10);

		assert_false(j.put_back);
		news += j.news;
	}
	assert_int_equal(news, 5);
	drift_book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repairs_come_at_once_then_ever_later_and_anew_after_some_quiet),
		cmocka_unit_test(one_fight_has_one_alarm),
		cmocka_unit_test(a_count_never_begins_anew_by_overflow),
		cmocka_unit_test(a_fight_is_told_with_how_often_and_when_the_next_repair_comes),
		cmocka_unit_test(what_is_put_back_is_told_each_time_until_the_alarm),
		cmocka_unit_test(one_look_counts_once_however_many_rounds_it_takes),
		cmocka_unit_test(report_puts_nothing_back_and_tells_each_change_once),
		cmocka_unit_test(who_writes_without_end_is_not_reported_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
