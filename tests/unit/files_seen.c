/* What is being written just now is put aside, with its faults. */
#include "policy_help.h"

#include "files_seen.h"

#define OURS "90-cgq-set.conf"

static void put(struct file_set *s, const char *name, const char *text)
{
	auto_free char *path = must_printf("/etc/cgq/conf.d/%s", name);

	file_set_put(s, name, path, text, text ? strlen(text) : 0, false);
}

/* One file: when it was seen last, now, and as it is taken; NULL: it was not there, "-": it could not be read. */
static const struct {
	const char *name, *seen, *now, *taken;
} rows[] = {
	{ "10-same.conf", "a", "a", "a" },
	{ "20-half.conf", "whole", "wh", "whole" },
	{ "30-gone.conf", "b", NULL, "b" },
	{ "40-begun.conf", NULL, "[c", NULL },
	{ "50-unreadable.conf", "d", "-", "d" },
	{ "60-never.conf", "-", "-", "-" },
	{ "70-readable.conf", "-", "e", "e" },
	{ "80-never-gone.conf", "-", NULL, NULL },
	{ OURS, "f", "g", "g" },
};

static const char *text_of(const char *shown)
{
	return shown && strcmp(shown, "-") != 0 ? shown : NULL;
}

static void fill(struct file_set *seen, struct file_set *now, struct faults *faults)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].seen)
			put(seen, rows[i].name, text_of(rows[i].seen));
		if (!rows[i].now)
			continue;
		put(now, rows[i].name, text_of(rows[i].now));
		if (!text_of(rows[i].now))
			fault_add(faults, SEVERITY_FAULT, (struct place){ file_set_find(now, rows[i].name)->path, 1 },
				  "cannot be read");
	}
}

static void each_file_is_what_it_was_unless_that_is_not_known(void **state)
{
	struct file_set seen = { 0 }, now = { 0 };
	struct faults faults = { 0 };

	fill(&seen, &now, &faults);
	assert_int_equal(faults.n, 2);
	assert_true(files_seen(&now, &faults, &seen, OURS));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct policy_file *f = file_set_find(&now, rows[i].name);

		assert_int_equal(!f, !rows[i].taken);
		if (f && text_of(rows[i].taken))
			assert_string_equal(f->text, rows[i].taken);
		else if (f)
			assert_null(f->text);
	}
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.list[0].at.file, "/etc/cgq/conf.d/60-never.conf");
	file_set_done(&seen);
	file_set_done(&now);
	faults_done(&faults);
}

static void nothing_is_put_aside_where_only_ours_is_new(void **state)
{
	struct file_set seen = { 0 }, now = { 0 };
	struct faults faults = { 0 };

	put(&seen, "10-web.conf", "a");
	put(&now, "10-web.conf", "a");
	put(&now, OURS, "g");
	assert_false(files_seen(&now, &faults, &seen, OURS));
	assert_int_equal(now.n, 2);
	/* and one that is gone stays so */
	put(&seen, OURS, "g");
	file_set_drop(&now, OURS);
	assert_false(files_seen(&now, &faults, &seen, OURS));
	assert_int_equal(now.n, 1);
	file_set_done(&seen);
	file_set_done(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_is_what_it_was_unless_that_is_not_known),
		cmocka_unit_test(nothing_is_put_aside_where_only_ours_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
