/* The daemon's own settings. */
#include "policy_help.h"

#include "settings_read.h"

static const struct {
	const char *text, *expected;
} hostile[] = {
	{ "[cgqd]\nsystem.cpu = 5\n", "s:2: system.cpu: '5' is not a percentage from 1% to 50% (like 5%)\n" },
	{ "[cgqd]\nsystem.cpu = 0%\n", "s:2: system.cpu: '0%' is not a percentage from 1% to 50% (like 5%)\n" },
	{ "[cgqd]\nsystem.cpu = 51%\n", "s:2: system.cpu: '51%' is not a percentage from 1% to 50% (like 5%)\n" },
	{ "[cgqd]\nverify = 30\n", "s:2: verify: '30' is not a time from 1s to 60m (like 30s)\n" },
	{ "[cgqd]\nverify = 0s\n", "s:2: verify: '0s' is not a time from 1s to 60m (like 30s)\n" },
	{ "[cgqd]\nverify = 61m\n", "s:2: verify: '61m' is not a time from 1s to 60m (like 30s)\n" },
	{ "[cgqd]\nverify = 18446744073709551615m\n",
	  "s:2: verify: '18446744073709551615m' is not a time from 1s to 60m (like 30s)\n" },
	{ "[cgqd]\ndrift = ignore\n", "s:2: drift: 'ignore' is not repair or report\n" },
	{ "[cgqd]\ndrift = Report\n", "s:2: drift: 'Report' is not repair or report\n" },
	{ "[cgqd]\ncontainers = take\n", "s:2: containers: 'take' is not skip\n" },
	{ "[cgqd]\nverfiy = 30s\n", "s:2: unknown setting 'verfiy'; did you mean 'verify'?\n" },
	{ "[cgqd]\nzzzzzz = 30s\n", "s:2: unknown setting 'zzzzzz'\n" },
	{ "[cgqd]\nhistory = 1h\n", "s:2: 'history' is not supported by this version\n" },
	{ "[cgqd]\nlatency = Low\n", "s:2: latency: 'Low' is not normal or low\n" },
	{ "[cgqd]\nverify = 1s\nverify = 2s\n", "s:3: 'verify' stands in line 2 already\n" },
	{ "[cgqd]\n[cgqd]\n", "s:2: [cgqd] stands in line 1 already\n" },
	{ "[web]\ncpu = 40%\n", "s:1: [web]: only [cgqd] stands here; groups stand in policy files\n" },
	{ "verify = 1s\n", "s:1: 'verify' stands before the first [section]\n" },
	{ "[cgqd]\nverify =\n", "s:2: verify: has no value\n" },
};

static void a_wrong_setting_is_told_and_changes_nothing(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct settings s = { .system_share = 0.25, .verify_seconds = 7 };
		struct faults faults = { 0 };
		auto_free char *told = NULL;

		settings_read("s", hostile[i].text, strlen(hostile[i].text), &s, &faults);
		told = help_faults(&faults);
		assert_string_equal(told, hostile[i].expected);
		assert_true(s.system_share == 0.25);
		assert_int_equal(s.verify_seconds, 7);
		faults_done(&faults);
	}
}

static void what_is_not_set_is_as_by_default(void **state)
{
	static const char text[] = "[CGQD]\nsystem.cpu = 10%\nverify = 2m\ndrift = report\nlatency = low\ncontainers = skip\n";
	struct settings s = { 0 };
	struct faults faults = { 0 };

	settings_read("s", "", 0, &s, &faults);
	assert_true(s.system_share == 0.05);
	assert_int_equal(s.verify_seconds, 30);
	assert_true(s.containers_skip);
	assert_false(s.drift_report);
	assert_false(s.latency_low);
	settings_read("s", text, strlen(text), &s, &faults);
	assert_true(s.system_share == 0.10);
	assert_int_equal(s.verify_seconds, 120);
	assert_true(s.drift_report);
	assert_true(s.latency_low);
	assert_int_equal(faults.n, 0);
	faults_done(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_setting_is_told_and_changes_nothing),
		cmocka_unit_test(what_is_not_set_is_as_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
