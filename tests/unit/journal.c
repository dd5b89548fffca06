/* Entries for the journal, as a socket of our own takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal.h"

struct fixture {
	char folder[64], path[96], stream[64];
	int listens, err[2]; /* what stands for stderr */
	struct journal *j;
};

static void stream_of(int fd, char *buf, size_t size)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(buf, size, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

static int set_up(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/cgq-test-journal-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/socket", f->folder);
	strcpy(a.sun_path, f->path);
	f->listens = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(f->listens, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->err), 0);
	stream_of(f->err[0], f->stream, sizeof(f->stream));
	f->j = journal_new(f->stream, f->err[0], f->path);
	assert_non_null(f->j);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	journal_free(f->j);
	close(f->listens);
	close(f->err[0]);
	close(f->err[1]);
	unlink(f->path);
	rmdir(f->folder);
	free(f);
	return 0;
}

/* One entry, with NULs of a length shown as '0'. */
static const char *received(struct fixture *f)
{
	static char text[8192];
	ssize_t n = recv(f->listens, text, sizeof(text) - 1, 0);

	for (ssize_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : '0';
	text[n < 0 ? 0 : n] = 0;
	return text;
}

static void an_entry_has_what_is_known_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_true(journal_send(f->j, 7, "pid 812 (apache2): moved to web", &(struct happening){
		.kind = HAPPENING_MOVE, .group = "web", .pid = 812, .name = "apache2", .at = { "/etc/x.conf", 3 },
		.was = "/from", .now = "/to", .who = "root", .what = "it", .text = "name:apache2" }));
	assert_string_equal(received(f), "PRIORITY=7\nSYSLOG_IDENTIFIER=cgqd\nMESSAGE=pid 812 (apache2): moved to web\n"
					 "CGQ_KIND=move\nCGQ_GROUP=web\nCGQ_NAME=apache2\nCGQ_FILE=/etc/x.conf\nCGQ_WHO=root\n"
					 "CGQ_WHAT=it\nCGQ_WAS=/from\nCGQ_NOW=/to\nCGQ_TEXT=name:apache2\nCGQ_PID=812\nCGQ_LINE=3\n");
	assert_true(journal_send(f->j, 6, "stopping", &(struct happening){ .kind = HAPPENING_STOP }));
	assert_string_equal(received(f), "PRIORITY=6\nSYSLOG_IDENTIFIER=cgqd\nMESSAGE=stopping\nCGQ_KIND=stop\n");
}

static void a_newline_in_a_value_begins_no_other_field(void **state)
{
	struct fixture *f = *state;

	assert_true(journal_send(f->j, 6, "x", &(struct happening){ .kind = HAPPENING_EXIT, .name = "a\nPRIORITY=0" }));
	assert_string_equal(received(f), "PRIORITY=6\nSYSLOG_IDENTIFIER=cgqd\nMESSAGE=x\nCGQ_KIND=exit\n"
					 "CGQ_NAME\n\x0c" "0000000" "a\nPRIORITY=0\n");
}

static void where_stderr_is_something_else_nothing_is_sent(void **state)
{
	static const char *const streams[] = { NULL, "", ":", "1:", ":1", "x:y", "1:1", "-1:1", "1:1 ", "1" };
	struct fixture *f = *state;
	char longer[80];

	for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++)
		assert_null(journal_new(streams[i], f->err[0], f->path));
	assert_null(journal_new(f->stream, f->err[1], f->path));
	assert_null(journal_new(f->stream, -1, f->path));
	snprintf(longer, sizeof(longer), "%s0", f->stream);
	assert_null(journal_new(longer, f->err[0], f->path));
	assert_false(journal_send(NULL, 6, "x", &(struct happening){ .kind = HAPPENING_STOP }));
}

static void a_stuck_journal_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	unsigned taken = 0;

	for (unsigned i = 0; i < 5000; i++)
		assert_true(journal_send(f->j, 6, "x", &(struct happening){ .kind = HAPPENING_STOP }));
	while (*received(f))
		taken++;
	assert_true(taken > 0 && taken < 5000);
}

static void what_no_journal_takes_is_for_the_log(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, 20000);

	memset(text, 'x', 19999);
	assert_false(journal_send(f->j, 6, text, &(struct happening){ .kind = HAPPENING_STOP }));
	free(text);
	assert_string_equal(received(f), "");
	close(f->listens);
	f->listens = -1;
	assert_false(journal_send(f->j, 6, "x", &(struct happening){ .kind = HAPPENING_STOP }));
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_has_what_is_known_and_nothing_else),
		TEST(a_newline_in_a_value_begins_no_other_field),
		TEST(where_stderr_is_something_else_nothing_is_sent),
		TEST(a_stuck_journal_holds_up_nobody),
		TEST(what_no_journal_takes_is_for_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
