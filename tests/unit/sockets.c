/* Where a process is reached: the kernel's tables of sockets, line by line, and of one process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "sockets.h"

#define REST " 00000000:00000000 00:00000000 00000000     0        0 3217 1 0000000000000000 100 0 0 10 0\n"

static void a_line_that_is_none_is_not_taken(void **state)
{
	static const char *const lines[] = {
		"", "\n", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
		"   0: 0100007F:1F90 00000000:0000 0A\n", "   0: 0100007F1F90 00000000:0000 0A" REST, "   0: 0100007G:1F90 00000000:0000 0A" REST,
		"   0: 0100007F:1F9 00000000:0000 0A" REST, "   0: 0100007F:1F90 00000000:0000 AAA" REST,
		"   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 x\n",
		"   0: 00000000000000000000000001000000:1F90 00000000:0000 0A" REST, "   0: 0100007F:1F90 00000000:0000 " REST,
	};
	struct socket_seen s = {.inode = 5};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_false(socket_parse(lines[i], false, false, &s));
		assert_int_equal(s.inode, 5);
	}
}

static void a_line_says_who_is_at_each_end(void **state)
{
	struct socket_seen s;
	char text[INET6_ADDRSTRLEN];

	assert_true(socket_parse("   0: 0100007F:1F90 0200007f:0050 01" REST, false, false, &s));
	assert_true(s.connected);
	assert_false(s.listens);
	assert_int_equal(s.local_port, 8080);
	assert_int_equal(s.peer_port, 80);
	assert_int_equal(s.inode, 3217);
	assert_string_equal(inet_ntop(AF_INET, &s.peer, text, sizeof(text)), "127.0.0.2");
	assert_true(socket_parse("   0: 000000FD000000000000000001000000:1F90 00000000000000000000000000000000:0000 07" REST, true, true, &s));
	assert_true(s.listens);
	assert_string_equal(inet_ntop(AF_INET6, &s.local, text, sizeof(text)), "fd00::1");
	assert_true(socket_parse("   0: 0100007F:1F90 00000000:0000 07" REST, false, false, &s)); /* of tcp that is closed */
	assert_false(s.listens || s.connected);
}

struct found {
	unsigned n;
	struct socket_of one;
};

static void note(void *ctx, const struct socket_of *one)
{
	struct found *f = ctx;

	f->n++;
	f->one = *one;
}

static void the_sockets_of_one_process_are_its_own(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	struct found f = {0};
	int fd, before = sockets_each(getpid(), 0, note, &f);

	assert_true(before >= 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(sockets_each(getpid(), 0, note, &f), before); /* nobody reaches it yet */
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(sockets_each(getpid(), 20, note, &f), before + 1);
	assert_string_equal(f.one.protocol, "tcp");
	if (!before)
		assert_int_equal(f.one.seen.local_port, ntohs(at.sin_port));
	f.n = 0;
	assert_int_equal(sockets_each(getpid(), 0, note, &f), before + 1);
	assert_int_equal(f.n, 0);
	close(fd);
	assert_true(sockets_each(0x3fffffff, 1, note, &f) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_is_none_is_not_taken),
		cmocka_unit_test(a_line_says_who_is_at_each_end),
		cmocka_unit_test(the_sockets_of_one_process_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
