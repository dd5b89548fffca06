/* Orders for the starter: in which order, and how many at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "starter_queue.h"

#include <cmocka.h> /* last: it has a macro fail() */

static struct question orders[100];

static struct question *put(struct questions *q, unsigned i, enum starter_order_kind kind, uid_t uid)
{
	orders[i] = (struct question){ .order = { .kind = kind, .uid = uid, .serial = i + 1 }, .ctx = &orders[i] };
	queue_put(q, &orders[i]);
	return &orders[i];
}

static struct question *send_next(struct questions *q)
{
	struct question *a = queue_next(q);

	if (a)
		a->sent = true;
	return a;
}

static void what_is_cgqds_own_is_done_one_after_the_other(void **state)
{
	struct questions q;
	struct question *keep, *net;

	queue_init(&q);
	keep = put(&q, 0, STARTER_KEEP, 0);
	net = put(&q, 1, STARTER_NET, 0);
	assert_ptr_equal(send_next(&q), keep);
	assert_null(send_next(&q));
	assert_ptr_equal(queue_sent(&q, keep->order.serial), keep);
	assert_ptr_equal(send_next(&q), net);
}

static void a_start_does_not_overtake_what_it_needs_and_holds_up_nothing(void **state)
{
	struct questions q;
	struct question *keep, *start, *forget;

	queue_init(&q);
	keep = put(&q, 0, STARTER_KEEP, 0);
	start = put(&q, 1, STARTER_START, 1);
	forget = put(&q, 2, STARTER_FORGET, 0);
	assert_ptr_equal(send_next(&q), keep);
	assert_null(send_next(&q));
	queue_sent(&q, keep->order.serial);
	assert_ptr_equal(send_next(&q), start);
	assert_ptr_equal(send_next(&q), forget);
	queue_sent(&q, forget->order.serial);
	assert_false(queue_has_own(&q));
	assert_true(queue_is_any_sent(&q));
}

static void a_user_whose_files_hang_takes_no_turn_of_others(void **state)
{
	struct questions q;
	struct question *other;
	unsigned i;

	queue_init(&q);
	for (i = 0; i < 50; i++)
		put(&q, i, STARTER_START, 1000);
	for (unsigned sent = 0; sent < STARTS_USER_MAX; sent++)
		assert_int_equal(send_next(&q)->order.uid, 1000);
	assert_null(send_next(&q));
	other = put(&q, i++, STARTER_START, 1001);
	assert_ptr_equal(send_next(&q), other);
	other = put(&q, i++, STARTER_KEEP, 0);
	assert_ptr_equal(send_next(&q), other);
}

static void all_users_together_fill_no_socket(void **state)
{
	struct questions q;
	unsigned n = 0;

	queue_init(&q);
	for (unsigned i = 0; i < 100; i++)
		put(&q, i, STARTER_START, i);
	while (send_next(&q))
		n++;
	assert_int_equal(n, STARTS_MAX);
}

static void who_has_gone_is_asked_for_nothing(void **state)
{
	struct questions q;
	struct question *first, *second;

	queue_init(&q);
	first = put(&q, 0, STARTER_START, 1);
	second = put(&q, 1, STARTER_START, 1);
	send_next(&q);
	assert_null(queue_unsent(&q, first)); /* its answer comes */
	assert_ptr_equal(queue_unsent(&q, second), second);
	assert_null(queue_next(&q));
	second = put(&q, 1, STARTER_START, 1); /* the end is where it should be */
	assert_ptr_equal(send_next(&q), second);
	assert_ptr_equal(queue_first(&q), first);
	assert_null(queue_sent(&q, 77));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_cgqds_own_is_done_one_after_the_other),
		cmocka_unit_test(a_start_does_not_overtake_what_it_needs_and_holds_up_nothing),
		cmocka_unit_test(a_user_whose_files_hang_takes_no_turn_of_others),
		cmocka_unit_test(all_users_together_fill_no_socket),
		cmocka_unit_test(who_has_gone_is_asked_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
