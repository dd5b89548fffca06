/* Every file of tests/policies: good ones are taken, bad ones get exactly the faults that stand beside them; hints too. */
#include "policy_help.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>

#include "policy_check.h"
#include "policy_choose.h"

/* tests/policies/WHICH, beside this source */
static char *folder_path(const char *which)
{
	auto_free char *here = must_strdup(__FILE__);

	return must_printf("%s/../policies/%s", dirname(here), which);
}

/* NULL when it is not there */
static char *file_bytes(const char *path, size_t *ret_len)
{
	auto_file FILE *f = fopen(path, "r");
	char *bytes;

	if (!f)
		return NULL;
	bytes = must_alloc(100001);
	*ret_len = fread(bytes, 1, 100000, f);
	return bytes;
}

/* What is told of one file: its faults, or else its warnings; or the hints that who asks for them gets. */
static char *told_of(const char *name, const char *text, size_t len, bool advise)
{
	struct machine m = help_machine();
	struct file_set files = { 0 }, none = { 0 };
	struct choice c;
	char *told;

	file_set_put(&files, name, name, text, len, !len);
	policy_choose(&files, NULL, &none, &m, &c);
	if (advise) {
		faults_done(&c.faults);
		policy_advise(c.policy, &m, &c.faults);
		faults_sort(&c.faults);
	}
	told = help_faults(&c.faults);
	choice_done(&c);
	file_set_done(&files);
	return told;
}

/* What stands in NAME.EXTENSION beside NAME.conf; nothing when there is no such file. */
static char *expected_of(const char *folder, const char *name, const char *extension)
{
	auto_free char *path = must_printf("%s/%.*s.%s", folder, (int)(strlen(name) - strlen(".conf")), name, extension);
	size_t len;
	char *bytes = file_bytes(path, &len);

	return bytes ? bytes : must_strdup("");
}

static void file_check(const char *folder, const char *name, const char *extension)
{
	auto_free char *path = must_printf("%s/%s", folder, name);
	auto_free char *expected = expected_of(folder, name, extension);
	size_t len;
	auto_free char *text = file_bytes(path, &len);
	auto_free char *told = told_of(name, text, len, strcmp(extension, "hints") == 0);

	if (strcmp(told, expected))
		print_error("%s\n", path);
	assert_string_equal(told, expected);
	assert_true(*expected || strcmp(extension, "errors"));
}

static void folder_check(const char *which, const char *extension)
{
	auto_free char *folder = folder_path(which);
	auto_dir DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *end = strrchr(entry->d_name, '.');

		if (!end || strcmp(end, ".conf"))
			continue;
		file_check(folder, entry->d_name, extension);
		n++;
	}
	assert_true(n > 5);
}

static void a_bad_policy_gets_exactly_its_faults(void **state)
{
	folder_check("bad", "errors");
}

static void a_good_policy_gets_none(void **state)
{
	folder_check("good", "warnings");
}

static void a_good_policy_gets_exactly_its_hints(void **state)
{
	folder_check("good", "hints");
}

/* CONFIG [hints] prints what is told of one file, to be read before it is kept as expected. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_policy_gets_exactly_its_faults),
		cmocka_unit_test(a_good_policy_gets_none),
		cmocka_unit_test(a_good_policy_gets_exactly_its_hints),
	};
	size_t len;

	if (argc >= 2) {
		auto_free char *text = file_bytes(argv[1], &len);
		auto_free char *told = text ? told_of(basename(argv[1]), text, len, argc > 2) : must_strdup("");

		fputs(told, stdout);
		return text ? 0 : 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
