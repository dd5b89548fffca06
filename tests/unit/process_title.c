/* What ps shows of a process that calls itself something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process_title.h"

/* "", or what the file holds, its last NUL apart. */
static size_t file_read(const char *path, char *ret, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(ret, 1, size - 1, f) : 0;

	if (f)
		fclose(f);
	ret[n] = '\0';
	return n;
}

/* This test, started again with other arguments. */
static int child(unsigned letters)
{
	char args[2048], comm[32], of[300] = "", wanted[400];
	size_t n;

	memset(of, 'w', letters);
	snprintf(wanted, sizeof(wanted), "cgq-keeper: %s", of);
	process_title_find();
	process_title("cgq-keeper", "%s", of);
	n = file_read("/proc/self/cmdline", args, sizeof(args));
	if (n != strlen(wanted) + 1 || strcmp(args, wanted) != 0)
		return 1;
	file_read("/proc/self/comm", comm, sizeof(comm));
	file_read("/proc/self/environ", args, sizeof(args));
	return strcmp(comm, "cgq-keeper\n") == 0 && strcmp(args, "ROOM=x") == 0 && getenv("ROOM") ? 0 : 2;
}

static int child_says(const char *letters, char *further)
{
	char *argv[] = { (char *)"process_title", (char *)"--child", (char *)letters, further, NULL };
	char *variables[] = { (char *)"ROOM=x", NULL };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execve("/proc/self/exe", argv, variables);
		_exit(9);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_title_may_be_longer_than_the_arguments_were_and_the_environment_stays(void **state)
{
	assert_int_equal(child_says("200", (char *)"-"), 0);
}

static void of_longer_arguments_nothing_is_left(void **state)
{
	char further[200] = "";

	memset(further, '-', sizeof(further) - 1);
	assert_int_equal(child_says("3", further), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_may_be_longer_than_the_arguments_were_and_the_environment_stays),
		cmocka_unit_test(of_longer_arguments_nothing_is_left),
	};

	if (argc > 3 && strcmp(argv[1], "--child") == 0)
		return child(argv[2][0] == '2' ? 200 : 3);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
