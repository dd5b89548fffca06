/* Drop-ins by which a service's next start is in its group's network: ours alone are touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "service_nets.h"

struct room {
	char folder[64];
	char said[512];
};

static int room_new(void **state)
{
	struct room *r = must_alloc(sizeof(*r));

	strcpy(r->folder, "/tmp/cgq-test-XXXXXX");
	assert_non_null(mkdtemp(r->folder));
	*state = r;
	return 0;
}

static int room_done(void **state)
{
	struct room *r = *state;
	auto_free char *line = must_printf("rm -rf %s", r->folder);

	assert_int_equal(system(line), 0);
	free(r);
	return 0;
}

static char *path_of(const struct room *r, const char *unit)
{
	return must_printf("%s/%s.d/%s", r->folder, unit, SERVICE_NET_FILE);
}

static void file_put(const struct room *r, const char *unit, const char *text)
{
	auto_free char *folder = must_printf("%s/%s.d", r->folder, unit), *path = path_of(r, unit);
	FILE *f;

	mkdir(folder, 0755);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void assert_file(const struct room *r, const char *unit, const char *expected)
{
	auto_free char *path = path_of(r, unit);
	char text[512] = "";
	FILE *f = fopen(path, "re");

	if (!expected) {
		assert_null(f);
		return;
	}
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_string_equal(text, expected);
}

static void note(void *ctx, const struct service_net *one, bool stands)
{
	struct room *r = ctx;
	size_t len = strlen(r->said);

	snprintf(r->said + len, sizeof(r->said) - len, "%c%s %s;", stands ? '+' : '-', one->unit, one->group);
}

static int follow(struct room *r, const char *tree, const char *unit, const char *group, const char *name)
{
	struct service_nets wanted = {0};
	struct err e = {0};
	int result;

	r->said[0] = '\0';
	if (unit)
		service_nets_add(&wanted, unit, group, name);
	result = service_nets_follow(r->folder, tree, &wanted, note, r, &e);
	service_nets_done(&wanted);
	return result;
}

static const char of_web[] = "# cgqd, tree cgq: the network of group web; this file goes with it\n[Service]\n"
			     "NetworkNamespacePath=/run/netns/cgq-web\n";

static void a_drop_in_comes_and_goes_with_its_group(void **state)
{
	struct room *r = *state;
	auto_free char *folder = must_printf("%s/a.service.d", r->folder);

	assert_int_equal(follow(r, "cgq", "a.service", "web", "cgq-web"), 0);
	assert_file(r, "a.service", of_web);
	assert_string_equal(r->said, "+a.service web;");
	assert_int_equal(follow(r, "cgq", "a.service", "web", "cgq-web"), 0);
	assert_string_equal(r->said, ""); /* a second run writes nothing */
	assert_int_equal(follow(r, "cgq", "a.service", "db", "cgq-db"), 0);
	assert_string_equal(r->said, "+a.service db;");
	assert_int_equal(follow(r, "cgq", "b.service", "web", "cgq-web"), 0);
	assert_string_equal(r->said, "-a.service db;+b.service web;");
	assert_file(r, "a.service", NULL);
	assert_int_equal(access(folder, F_OK), -1); /* and its folder */
	assert_int_equal(follow(r, "cgq", NULL, NULL, NULL), 0);
	assert_file(r, "b.service", NULL);
}

static void what_is_not_ours_is_left_alone(void **state)
{
	static const char other[] = "# cgqd, tree cgq-test: the network of group web; this file goes with it\n";
	static const char persons[] = "[Service]\nNetworkNamespacePath=/run/netns/own\n";
	struct room *r = *state;

	file_put(r, "other.service", other);
	file_put(r, "own.service", persons);
	file_put(r, "x.socket", of_web);
	assert_int_equal(follow(r, "cgq", NULL, NULL, NULL), 0);
	assert_file(r, "other.service", other);
	assert_file(r, "own.service", persons);
	assert_file(r, "x.socket", of_web);
	assert_int_equal(follow(r, "cgq", "own.service", "web", "cgq-web"), -EEXIST);
	assert_file(r, "own.service", persons);
	assert_int_equal(follow(r, "cgq", "../own.service", "web", "cgq-web"), -EINVAL);
	assert_string_equal(r->said, "");
}

static void without_systemd_nothing_is_made(void **state)
{
	struct room *r = *state, none = {.folder = "/tmp/cgq-test-none/x"};

	assert_int_equal(follow(&none, "cgq", "a.service", "web", "cgq-web"), 0);
	assert_int_equal(access("/tmp/cgq-test-none", F_OK), -1);
	assert_string_equal(r->said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_drop_in_comes_and_goes_with_its_group, room_new, room_done),
		cmocka_unit_test_setup_teardown(what_is_not_ours_is_left_alone, room_new, room_done),
		cmocka_unit_test_setup_teardown(without_systemd_nothing_is_made, room_new, room_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
