/* Whom the filter of process events wants, asked of the kernel of this host: nobody whom a rule could want is missed. */
#include "ear.h"

#include <sys/prctl.h>

#define NOBODY 65534

#define RUNS(name, path, ...)                                                                                        \
	static void name(struct ear *ear)                                                                            \
	{                                                                                                            \
		execl(path, __VA_ARGS__, (char *)NULL);                                                              \
	}

RUNS(runs_file, path_in(ear, "efile"), "x")
RUNS(runs_link, path_in(ear, "elink"), "x")
RUNS(runs_as_argv0, path_in(ear, "efile"), "/opt/y/eargv0")
RUNS(runs_titled, path_in(ear, "efile"), "eargv0: a title")
RUNS(runs_login, path_in(ear, "efile"), "-eargv0")
RUNS(runs_script, "/bin/sh", "sh", path_in(ear, "escript"))
RUNS(runs_script_by_link, path_in(ear, "esh"), "sh", path_in(ear, "escript"))
RUNS(runs_shebang, path_in(ear, "eshebang"), "x")
RUNS(runs_code, "/bin/sh", "sh", "-c", "exit 0")
RUNS(runs_script_by_option, "/bin/sh", "sh", "-e", path_in(ear, "escript"))
RUNS(runs_true, "/bin/true", "true")

static void becomes_nobody_and_runs_file(struct ear *ear)
{
	if (setgid(NOBODY) == 0 && setuid(NOBODY) == 0)
		runs_file(ear);
}

static void becomes_nobody(struct ear *ear)
{
	_exit(setuid(NOBODY) != 0);
}

static void becomes_group_of_nobody(struct ear *ear)
{
	_exit(setgid(NOBODY) != 0);
}

static void calls_itself_ecomm(struct ear *ear)
{
	_exit(prctl(PR_SET_NAME, "ecomm") != 0);
}

static struct file_id file_of(struct ear *ear, const char *name)
{
	struct stat st;

	assert_int_equal(stat(path_in(ear, name), &st), 0);
	return (struct file_id){st.st_dev, st.st_ino};
}

static void who_could_be_wanted_is_told_of_and_nobody_else(void **state)
{
	struct ear *ear = *state;
	struct file_id efile = file_of(ear, "efile");
	static struct wanted_name at_exec[] = {{"eargv0", 3}, {"ecomm", 2}, {"efile", 3}, {"elink", 3}, {"escript", 3}, {"eshebang", 3}};
	static struct wanted_id nobody = {NOBODY, 3}, nobody_later = {NOBODY, 2};
	const struct event_wants nothing = {.any = false}, names = {.any = true, .names = at_exec, .n_names = ARRAY_SIZE(at_exec)},
	      argv0 = {.any = true, .names = at_exec, .n_names = 1},
	      link = {.any = true, .names = at_exec + 3, .n_names = 1},
	      script = {.any = true, .names = at_exec + 4, .n_names = 1},
	      file = {.any = true, .exes = &efile, .n_exes = 1}, user = {.any = true, .users = &nobody, .n_users = 1},
	      user_later = {.any = true, .users = &nobody_later, .n_users = 1},
	      group = {.any = true, .user_groups = &nobody, .n_user_groups = 1},
	      every_exec = {.any = true, .every_exec = true}, every_name = {.any = true, .every_change_of_name = true},
	      every_ids = {.any = true, .every_change_of_ids = true}, every_fork = {.any = true, .every_fork = true};
	const struct {
		const char *what;
		const struct event_wants *wants;
		void (*runs)(struct ear *ear);
		const char *kinds;
	} rows[] = {
		/* by a name that the filter cannot make out: told, for the daemon to look */
		{"a title in argv[0]", &argv0, runs_titled, "X-"},
		{"a login shell's argv[0]", &argv0, runs_login, "X-"},
		{"an interpreter with a script", &script, runs_script, "X-"},
		{"an interpreter under another name", &script, runs_script_by_link, "X-"},
		{"an interpreter with an option, and a script", &script, runs_script_by_option, "X-"},
		{"argv[0]", &argv0, runs_as_argv0, "X-"},
		{"comm, where the executable is a link", &link, runs_link, "X-"},
		{"the executable's name, where comm is a link's", &names, runs_link, "X-"},
		{"a script by #!", &names, runs_shebang, "X-"},
		{"a comm that it gives itself", &names, calls_itself_ecomm, "C-"},
		{"the executable", &file, runs_link, "X-"},
		{"a user, at exec", &user, becomes_nobody_and_runs_file, "IX-"},
		{"a user, at once", &user_later, becomes_nobody, "I-"},
		{"a group", &group, becomes_group_of_nobody, "I-"},
		{"globs", &every_exec, runs_true, "X-"},
		{"globs of names", &every_name, calls_itself_ecomm, "C-"},
		{"negated users", &every_ids, becomes_nobody, "I-"},
		{"parents", &every_fork, runs_true, "FX-"},
		/* and nobody else */
		{"no rule", &nothing, runs_file, ""},
		{"another name", &names, runs_true, ""},
		{"an interpreter with code", &script, runs_code, ""},
		{"another executable", &file, runs_true, ""},
		{"another user", &user, runs_file, ""},
		{"a user, asked by a rule for names", &names, becomes_nobody, ""},
		{"a name, asked by a rule for users", &user, calls_itself_ecomm, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].what);
		want(ear, rows[i].wants);
		assert_told(ear, ran(ear, rows[i].runs), rows[i].kinds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_could_be_wanted_is_told_of_and_nobody_else, ear_open, ear_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
