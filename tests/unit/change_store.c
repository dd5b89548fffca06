/* What persons changed, over a restart. */
#include "policy_help.h"

#include <errno.h>
#include <stdio.h>

#include "change_store.h"
#include "text.h"

#define BOOT  "bd809766-5ae2-4763-b6bb-a91be005314d"
#define OTHER "00000000-5ae2-4763-b6bb-a91be005314d"

static void fill(struct changes *c)
{
	static const struct override o = { (char *)"web/php", (char *)"cpu", (char *)"20% .. 40%", (char *)"root",
					   (char *)"2026-11-25 19:05:11" };

	*c = (struct changes){ .pending = { true, 30, 12345678901 } };
	overrides_put(&c->overrides, &o);
	c->held.why = must_strdup("oom kill in web");
	held_put(&c->held, "50-web.conf", "/etc/cgq/conf.d/50-web.conf", false, UINT64_MAX);
	held_put(&c->held, "60 x.conf", "/etc/cgq/conf.d/60 x.conf", true, 0);
}

static void what_is_kept_is_found_again(void **state)
{
	struct changes c, back;
	auto_free char *text = NULL, *again = NULL;

	fill(&c);
	text = change_store_format(&c, BOOT);
	assert_int_equal(change_store_parse(text, strlen(text), BOOT, &back, NULL), 0);
	assert_string_equal(back.overrides.list[0].value, "20% .. 40%");
	assert_true(back.pending.is_pending);
	assert_int_equal(back.pending.until_usec, 12345678901);
	assert_true(back.held.list[1].gone);
	again = change_store_format(&back, BOOT);
	assert_string_equal(again, text);
	changes_done(&c);
	changes_done(&back);
}

static void after_a_boot_nothing_is_set_and_what_waited_is_over(void **state)
{
	static const char *const boots[] = { OTHER, "" };
	struct changes c, back;
	auto_free char *text = NULL;

	fill(&c);
	text = change_store_format(&c, BOOT);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(change_store_parse(text, strlen(text), boots[i], &back, NULL), 0);
		assert_int_equal(back.overrides.n, 0);
		assert_true(back.pending.is_pending);
		assert_int_equal(back.pending.until_usec, 0);
		assert_int_equal(back.held.n, 2);
		changes_done(&back);
	}
	changes_done(&c);
}

static void damage_is_told_and_leaves_nothing_half_read(void **state)
{
	struct changes c, back;
	auto_free char *text = NULL;
	size_t len;

	fill(&c);
	text = change_store_format(&c, BOOT);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		struct err e = { 0 };
		char was = text[i];

		text[i] = was == '0' ? '1' : '0';
		assert_int_equal(change_store_parse(text, len, BOOT, &back, &e), -EBADMSG);
		assert_int_equal(back.overrides.n + back.held.n, 0);
		assert_false(back.pending.is_pending);
		assert_true(*e.text);
		text[i] = '\0';
		assert_int_equal(change_store_parse(text, len, BOOT, &back, NULL), -EBADMSG);
		text[i] = was;
		assert_int_equal(change_store_parse(text, i, BOOT, &back, NULL), -EBADMSG);
	}
	changes_done(&c);
}

/* With a right hash: what another version, or a hand, may have written. */
static const char *const strange[] = {
	"set web\n",
	"set web\tcpu\troot\twhen\n",
	"set web\tcpu\troot\twhen\t40%\tmore\n",
	"pending\n",
	"pending 30\n",
	"pending 30\t-1\n",
	"pending 99999999999\t1\n",
	"held x\ty\tfile\t1\n",
	"why\nheld x\ty\tfile\t1\n",
	"why z\nheld x\ty\tfile\n",
	"why z\nheld x\ty\tfile\tz\n",
	"unknown\n",
	"\n",
};

static void lines_of_another_kind_are_damage(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		auto_free char *body = must_printf("cgq-changes 1 " BOOT "\n%s", strange[i]);
		auto_free char *text = must_printf("%shash %llu\n", body,
						   (unsigned long long)text_hash(0, body, strlen(body)));
		struct changes back;

		assert_int_equal(change_store_parse(text, strlen(text), BOOT, &back, NULL), -EBADMSG);
		assert_int_equal(back.overrides.n + back.held.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_found_again),
		cmocka_unit_test(after_a_boot_nothing_is_set_and_what_waited_is_over),
		cmocka_unit_test(damage_is_told_and_leaves_nothing_half_read),
		cmocka_unit_test(lines_of_another_kind_are_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
