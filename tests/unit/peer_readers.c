/* Who may look: the group cgq, however large it is. In a mount namespace of the test's own, with an /etc/group of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

#define GID	43210
#define MEMBERS 2000

static void group_write(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "root:x:0:\ncgq:x:%d:", GID);
	for (unsigned i = 0; i < MEMBERS; i++)
		fprintf(f, "%scolleague%u", i ? "," : "", i);
	fputc('\n', f);
	assert_int_equal(fclose(f), 0);
}

/* 0, or what failed. Nothing of it is seen outside of this process. */
static int child_ask(const char *path)
{
	struct readers readers;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 2;
	if (mount(path, "/etc/group", NULL, MS_BIND, NULL) < 0)
		return 3;
	readers = peer_readers();
	return readers.known && readers.gid == GID ? 0 : 1;
}

static void a_group_of_thousands_may_look_as_well(void **state)
{
	char path[] = "/tmp/cgq-test-group.XXXXXX";
	int fd, status = 0;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	group_write(path);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child_ask(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_of_thousands_may_look_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
