/* Laws of messages with descriptors beside them: nothing is lost, and nothing is left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd_message.h"

enum { OURS, THEIRS };
static int pair[2];
static int null_fds[FD_MESSAGE_MAX + 1];

static size_t count_open(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int pair_make(void **state)
{
	for (size_t i = 0; i < sizeof(null_fds) / sizeof(*null_fds); i++)
		null_fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int pair_drop(void **state)
{
	for (size_t i = 0; i < sizeof(null_fds) / sizeof(*null_fds); i++)
		close(null_fds[i]);
	close(pair[OURS]);
	return close(pair[THEIRS]);
}

static bool is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
}

static void what_is_sent_comes_with_all_its_descriptors(void **state)
{
	static const size_t counts[] = {0, 1, 2, FD_MESSAGE_MAX};
	int got[FD_MESSAGE_MAX];

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		uint64_t said = 7 + i, heard = 0;
		size_t n;

		assert_int_equal(fd_message_send(pair[OURS], &said, sizeof(said), null_fds, counts[i], 0), 0);
		assert_int_equal(fd_message_recv(pair[THEIRS], &heard, sizeof(heard), got, FD_MESSAGE_MAX, &n, 0), sizeof(heard));
		assert_int_equal(heard, said);
		assert_int_equal(n, counts[i]);
		for (size_t k = 0; k < n; k++) {
			assert_true(is_null(got[k]));
			assert_true(fcntl(got[k], F_GETFD) & FD_CLOEXEC);
			close(got[k]);
		}
	}
}

static void descriptors_beyond_the_room_are_closed(void **state)
{
	const size_t before = count_open();
	char c = 'x';
	int got[2];
	size_t n;

	assert_int_equal(fd_message_send(pair[OURS], &c, 1, null_fds, FD_MESSAGE_MAX, 0), 0);
	assert_int_equal(fd_message_recv(pair[THEIRS], &c, 1, got, 2, &n, 0), 1);
	assert_int_equal(n, 2);
	assert_int_equal(count_open(), before + 2);
	close(got[0]);
	close(got[1]);
	assert_int_equal(fd_message_send(pair[OURS], &c, 1, null_fds, 3, 0), 0);
	assert_int_equal(fd_message_recv(pair[THEIRS], &c, 1, NULL, 0, &n, 0), 1);
	assert_int_equal(n, 0);
	assert_int_equal(count_open(), before);
}

static void a_message_that_is_too_long_is_refused_and_its_descriptors_are_closed(void **state)
{
	const size_t before = count_open();
	char said[16] = "0123456789abcde", heard[8];
	int got[4];
	size_t n = 99;

	assert_int_equal(fd_message_send(pair[OURS], said, sizeof(said), null_fds, 3, 0), 0);
	assert_int_equal(fd_message_recv(pair[THEIRS], heard, sizeof(heard), got, 4, &n, 0), -EMSGSIZE);
	assert_int_equal(n, 0);
	assert_int_equal(count_open(), before);
}

static void the_end_is_told_from_silence(void **state)
{
	char c;
	size_t n;

	assert_int_equal(fd_message_recv(pair[THEIRS], &c, 1, NULL, 0, &n, MSG_DONTWAIT), -EAGAIN);
	shutdown(pair[OURS], SHUT_RDWR);
	assert_int_equal(fd_message_recv(pair[THEIRS], &c, 1, NULL, 0, &n, MSG_DONTWAIT), 0);
	/* without a signal */
	assert_int_equal(fd_message_send(pair[THEIRS], "x", 1, NULL, 0, 0), -EPIPE);
}

static void more_descriptors_than_a_message_takes_are_not_sent(void **state)
{
	char c;
	size_t n;

	assert_int_equal(fd_message_send(pair[OURS], "x", 1, null_fds, FD_MESSAGE_MAX + 1, 0), -EINVAL);
	assert_int_equal(fd_message_recv(pair[THEIRS], &c, 1, NULL, 0, &n, MSG_DONTWAIT), -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_sent_comes_with_all_its_descriptors, pair_make, pair_drop),
		cmocka_unit_test_setup_teardown(descriptors_beyond_the_room_are_closed, pair_make, pair_drop),
		cmocka_unit_test_setup_teardown(a_message_that_is_too_long_is_refused_and_its_descriptors_are_closed, pair_make,
						pair_drop),
		cmocka_unit_test_setup_teardown(the_end_is_told_from_silence, pair_make, pair_drop),
		cmocka_unit_test_setup_teardown(more_descriptors_than_a_message_takes_are_not_sent, pair_make, pair_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
