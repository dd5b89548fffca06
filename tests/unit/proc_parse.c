/* Laws of the parsers of /proc: hostile bytes change nothing, and what is true is found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "proc_parse.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* What follows comm: state, ppid, flags, number of threads, start time. */
#define STAT_TAIL(state, ppid, flags, threads, start)                                                                \
	" " state " " ppid " 812 812 0 -1 " flags " 5 0 0 0 1 2 0 0 20 0 " threads " 0 " start " 0 0 0\n"

static void a_damaged_stat_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{BYTES("")},
		{BYTES("\n")},
		{BYTES("812")},
		{BYTES("812 (")},
		{BYTES("812 )a( S 1 812 812 0 -1 0 5 0 0 0 1 2 0 0 20 0 1 0 99\n")},
		{BYTES("812 (a)")},
		{BYTES("812 (a) S 1 812 812 0 -1 4194560 5 0 0 0 1 2 0 0 20 0 1 0\n")},
		{BYTES("0 (a)" STAT_TAIL("S", "1", "0", "1", "99"))},
		{BYTES("-1 (a)" STAT_TAIL("S", "1", "0", "1", "99"))},
		{BYTES("4294967296 (a)" STAT_TAIL("S", "1", "0", "1", "99"))},
		{BYTES("8 12 (a)" STAT_TAIL("S", "1", "0", "1", "99"))},
		{BYTES("(a)" STAT_TAIL("S", "1", "0", "1", "99"))},
		{BYTES("812 (a)" STAT_TAIL("SS", "1", "0", "1", "99"))},
		{BYTES("812 (a)" STAT_TAIL("S", "-1", "0", "1", "99"))},
		{BYTES("812 (a)" STAT_TAIL("S", "1", "0x", "1", "99"))},
		{BYTES("812 (a)" STAT_TAIL("S", "1", "0", "1", "18446744073709551616"))},
		{BYTES("812 (a)" STAT_TAIL("S", "1", "0", "1", "1e9"))},
		{BYTES("812\0 (a)" STAT_TAIL("S", "1", "0", "1", "99"))},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {.pid = 7, .comm = "before"}, before = f;
		/* exactly as long as it is, so that a byte read beyond it is noticed */
		auto_free char *copy = must_alloc(rows[i].len + 1);

		copy = must_realloc(copy, rows[i].len ? rows[i].len : 1);
		memcpy(copy, rows[i].text, rows[i].len);
		assert_int_equal(proc_parse_stat(copy, rows[i].len, &f), -EBADMSG);
		assert_memory_equal(&f, &before, sizeof(f));
	}
}

static void comm_may_hold_anything_and_stat_is_cut_at_the_last_bracket(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *comm;
	} rows[] = {
		{BYTES("812 () S 1 1\n)" STAT_TAIL("S", "33", "0", "1", "99")), ") S 1 1\n"},
		{BYTES("812 ()" STAT_TAIL("S", "33", "0", "1", "99")), ""},
		{BYTES("812 ((sd-pam))" STAT_TAIL("S", "33", "0", "1", "99")), "(sd-pam)"},
		{BYTES("812 (\033[2J)" STAT_TAIL("S", "33", "0", "1", "99")), "\033[2J"},
		{BYTES("812 (a b c)" STAT_TAIL("S", "33", "0", "1", "99")), "a b c"},
		{BYTES("812 (kworker/u8:2-events_unbound)" STAT_TAIL("S", "33", "0", "1", "99")), "kworker/u8:2-ev"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_stat(rows[i].text, rows[i].len, &f), 0);
		assert_string_equal(f.comm, rows[i].comm);
		assert_int_equal(f.pid, 812);
		assert_int_equal(f.ppid, 33);
		assert_int_equal(f.start_ticks, 99);
		assert_false(f.kernel_thread);
		assert_false(f.exiting);
	}
}

static void a_kernel_thread_is_told_by_its_flag(void **state)
{
	struct proc_facts f = {0};

	/* 0x208040 of a real kthreadd; 0x400100 of a real shell */
	assert_int_equal(proc_parse_stat(BYTES("2 (kthreadd)" STAT_TAIL("S", "0", "2129984", "1", "3")), &f), 0);
	assert_true(f.kernel_thread);
	assert_int_equal(proc_parse_stat(BYTES("9 (kthreadd)" STAT_TAIL("S", "0", "4194560", "1", "3")), &f), 0);
	assert_false(f.kernel_thread);
}

static void a_process_lives_while_one_of_its_threads_does(void **state)
{
	static const struct {
		const char *text;
		bool exiting;
	} rows[] = {
		{"8 (a)" STAT_TAIL("Z", "1", "0", "1", "9"), true},
		{"8 (a)" STAT_TAIL("Z", "1", "0", "0", "9"), true},
		{"8 (a)" STAT_TAIL("X", "1", "0", "1", "9"), true},
		{"8 (a)" STAT_TAIL("R", "1", "4194564", "1", "9"), true},
		{"8 (a)" STAT_TAIL("R", "1", "4194564", "0", "9"), true},
		{"8 (a)" STAT_TAIL("R", "1", "4194564", "2", "9"), false},
		{"8 (a)" STAT_TAIL("Z", "1", "0", "2", "9"), false},
		{"8 (a)" STAT_TAIL("T", "1", "0", "1", "9"), false},
		{"8 (Z)" STAT_TAIL("D", "1", "0", "1", "9"), false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_stat(rows[i].text, strlen(rows[i].text), &f), 0);
		assert_int_equal(f.exiting, rows[i].exiting);
	}
}

static void a_damaged_status_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"Uid:\t0\t33\t33\t33\n",
		"Gid:\t0\t33\t33\t33\n",
		"Uid:\t0\nGid:\t0\t33\t33\t33\n",
		"Uid:\t0\t-1\t33\t33\nGid:\t0\t33\t33\t33\n",
		"Uid:\t0\t4294967296\t0\t0\nGid:\t0\t33\t33\t33\n",
		"xUid:\t0\t1\t1\t1\nGid:\t0\t33\t33\t33\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {.uid = 5}, before = f;

		assert_int_equal(proc_parse_status(rows[i], strlen(rows[i]), &f), -EBADMSG);
		assert_memory_equal(&f, &before, sizeof(f));
	}
}

static void effective_ids_count_and_a_second_pid_is_of_a_namespace_below(void **state)
{
	static const struct {
		const char *text;
		bool nested;
	} rows[] = {
		{"Name:\tx\nUid:\t0\t33\t1\t1\nGid:\t0\t44\t1\t1\nNSpid:\t812\n", false},
		{"Name:\tx\nUid:\t0\t33\t1\t1\nGid:\t0\t44\t1\t1\nNSpid:\t812\t1\n", true},
		{"Name:\tx\nUid:\t0\t33\t1\t1\nGid:\t0\t44\t1\t1\nNSpid:\t812\t7\t1\n", true},
		{"Name:\tUid:\\n\nUid:\t0\t33\t1\t1\nGid:\t0\t44\t1\t1\n", false},
		{"Uid:\t0\t33\t1\t1\nGid:\t0\t44\t1\t1", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_status(rows[i].text, strlen(rows[i].text), &f), 0);
		assert_int_equal(f.uid, 33);
		assert_int_equal(f.gid, 44);
		assert_int_equal(f.nested_pid_namespace, rows[i].nested);
	}
}

static void a_thread_is_told_its_process(void **state)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{"", -EBADMSG},
		{"Name:\tTgid:\nPid:\t7\n", -EBADMSG},
		{"Tgid:\n", -EBADMSG},
		{"Tgid:\t0\n", -EBADMSG},
		{"Tgid:\t4294967296\n", -EBADMSG},
		{"Name:\tx\nNgid:\t0\nTgid:\t812\nPid:\t813\n", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		pid_t pid = 5;

		assert_int_equal(proc_parse_tgid(rows[i].text, strlen(rows[i].text), &pid), rows[i].r);
		assert_int_equal(pid, rows[i].r ? 5 : 812);
	}
}

/* NULL where NULL is expected */
static void assert_text(const char *got, const char *wanted)
{
	if (!got || !wanted)
		assert_ptr_equal(got, wanted);
	else
		assert_string_equal(got, wanted);
}

static void a_program_is_known_by_its_name_even_under_a_title(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *args, *argv0;
	} rows[] = {
		{BYTES(""), NULL, NULL},
		{BYTES("\0\0\0"), NULL, NULL},
		{BYTES("-"), "-", "-"},
		{BYTES("/"), "/", NULL},
		{BYTES("\0a\0"), " a", NULL},
		{BYTES("/usr/sbin/mariadbd\0--port=3307\0\0\0"), "/usr/sbin/mariadbd --port=3307", "mariadbd"},
		{BYTES("/usr/sbin/mariadbd"), "/usr/sbin/mariadbd", "mariadbd"},
		{BYTES("-bash\0"), "-bash", "bash"},
		{BYTES("./run\0a\0\0b\0"), "./run a  b", "run"},
		{BYTES("nginx: master process /usr/sbin/nginx -g x\0"), "nginx: master process /usr/sbin/nginx -g x", "nginx"},
		{BYTES("nginx: worker process\0\0\0\0"), "nginx: worker process", "nginx"},
		{BYTES("sshd: root@pts/0"), "sshd: root@pts/0", "sshd"},
		{BYTES("sshd: /usr/sbin/sshd -D [listener]\0"), "sshd: /usr/sbin/sshd -D [listener]", "sshd"},
		{BYTES("postgres: 15/main: checkpointer \0"), "postgres: 15/main: checkpointer ", "postgres"},
		{BYTES("php-fpm: pool www\0"), "php-fpm: pool www", "php-fpm"},
		{BYTES("/usr/sbin/foo: bar/baz\0"), "/usr/sbin/foo: bar/baz", "foo"},
		{BYTES("foo:\0"), "foo:", "foo"},
		{BYTES("/opt/chrome/chrome --type=zygote --x=/y\0"), "/opt/chrome/chrome --type=zygote --x=/y", "chrome"},
		{BYTES("/opt/My App/bin/run\0"), "/opt/My App/bin/run", "run"},
		{BYTES("puma 5.6.5 (tcp://0.0.0.0:3000) [app]"), "puma 5.6.5 (tcp://0.0.0.0:3000) [app]", "puma"},
		{BYTES("dovecot/imap\0"), "dovecot/imap", "imap"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_args(rows[i].text, rows[i].len, &f), 0);
		assert_text(f.args, rows[i].args);
		assert_text(f.argv0_name, rows[i].argv0);
		proc_facts_done(&f);
	}
}

static void a_command_line_is_taken_up_to_its_bound(void **state)
{
	auto_free char *text = must_alloc(3 * PROC_ARGS_MAX_BYTES);
	struct proc_facts f = {.exe_name = must_strdup("sh")};

	memset(text, 'a', 3 * PROC_ARGS_MAX_BYTES);
	memcpy(text, "sh", 3);
	assert_int_equal(proc_parse_args(text, 3 * PROC_ARGS_MAX_BYTES, &f), 0);
	assert_int_equal(strlen(f.args), PROC_ARGS_MAX_BYTES);
	assert_true(f.args_cut);
	/* half a name is no name */
	assert_null(f.script_name);
	proc_facts_done(&f);
}

/* "java -cp A:B:C… org.apache.Main": what tells one from another stands at the end. */
static void a_class_path_of_20_KiB_hides_no_main_class(void **state)
{
	static const char begin[] = "java\0-cp", end[] = "org.apache.Main\0";
	const size_t len = sizeof(begin) + (20 << 10) + sizeof(end);
	auto_free char *text = must_alloc(len);
	struct proc_facts f = {0};

	memset(text, 'a', len);
	memcpy(text, begin, sizeof(begin));
	text[len - sizeof(end) - 1] = '\0';
	memcpy(text + len - sizeof(end), end, sizeof(end));
	assert_int_equal(proc_parse_args(text, len, &f), 0);
	assert_false(f.args_cut);
	assert_string_equal(strrchr(f.args, ' '), " org.apache.Main");
	proc_facts_done(&f);
}

static void an_interpreter_is_known_by_its_script(void **state)
{
	static const struct {
		const char *exe; /* NULL: not known */
		const char *text;
		size_t len;
		const char *script;
	} rows[] = {
		{"mariadbd", BYTES("mariadbd\0/opt/run.py\0"), NULL},
		{"php-fpm8.2", BYTES("php-fpm8.2\0/opt/run.php\0"), NULL},
		{"shutdown", BYTES("shutdown\0now\0"), NULL},
		{"dash", BYTES("sh\0-c\0exec /opt/run.sh\0"), NULL},
		{"dash", BYTES("sh\0-ec\0exec /opt/run.sh\0"), NULL},
		{"bash", BYTES("bash\0-s\0a\0"), NULL},
		{"bash", BYTES("-bash\0"), NULL},
		{"bash", BYTES("bash\0"), NULL},
		{"bash", BYTES("bash\0-\0"), NULL},
		{"bash", BYTES("bash\0\0x\0"), NULL},
		{"bash", BYTES("bash\0--rcfile\0"), NULL},
		{"python3.11", BYTES("python3\0-m\0http.server\0"), NULL},
		{"python3.11", BYTES("python3\0-c\0import x\0y\0"), NULL},
		{"perl", BYTES("perl\0-wne\0print\0"), NULL},
		{"node", BYTES("node\0--eval=1\0x.js\0"), NULL},
		{"node", BYTES("node\0-p\0001\0"), NULL},
		{"dash", BYTES("/bin/sh\0/opt/backup.sh\0-c\0"), "backup.sh"},
		{"dash", BYTES("/bin/sh\0-e\0/opt/backup.sh\0"), "backup.sh"},
		{"bash", BYTES("bash\0-eo\0pipefail\0+x\0./run\0"), "run"},
		{"bash", BYTES("bash\0--norc\0--rcfile\0/x\0run\0"), "run"},
		{"bash", BYTES("bash\0--\0-odd\0"), "-odd"},
		{"ksh93", BYTES("ksh\0/opt/a.ksh\0"), "a.ksh"},
		{"busybox", BYTES("ash\0/etc/init.d/rcS\0"), "rcS"},
		{NULL, BYTES("/usr/bin/python3\0/opt/app/run.py\0"), "run.py"},
		{"python3.11", BYTES("x\0-u\0-W\0ignore\0-Xdev\0/opt/app/run.py\0-m\0"), "run.py"},
		{"perl5.36.0", BYTES("perl\0-T\0-I\0lib\0-Mstrict\0daemon.pl\0"), "daemon.pl"},
		{"ruby3.1", BYTES("ruby\0-rbundler\0-C\0/srv\0bin/rails\0s\0"), "rails"},
		{"node", BYTES("node\0--max-old-space-size=100\0--require\0./a.js\0/srv/server.js\0"), "server.js"},
		{"php8.2", BYTES("php\0-d\0a=b\0-f\0/srv/worker.php\0"), "worker.php"},
		{"lua5.4", BYTES("lua\0-e\0a=1\0x.lua\0"), "x.lua"},
		{"tclsh8.6", BYTES("tclsh\0-encoding\0utf-8\0x.tcl\0"), "x.tcl"},
		{"Rscript", BYTES("Rscript\0--vanilla\0x.R\0"), "x.R"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {.exe_name = rows[i].exe ? must_strdup(rows[i].exe) : NULL};

		assert_int_equal(proc_parse_args(rows[i].text, rows[i].len, &f), 0);
		assert_text(f.script_name, rows[i].script);
		proc_facts_done(&f);
	}
}

static void a_tag_is_the_first_whole_CGQ_TAG(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *tag;
	} rows[] = {
		{BYTES(""), NULL},
		{BYTES("CGQ_TAG"), NULL},
		{BYTES("CGQ_TAG=\0"), NULL},
		{BYTES("XCGQ_TAG=a\0"), NULL},
		{BYTES("CGQ_TAGS=a\0"), NULL},
		{BYTES("cgq_tag=a\0"), NULL},
		{BYTES("A=CGQ_TAG=a\0"), NULL},
		{BYTES("A=1\0CGQ_TAG=blue\0CGQ_TAG=red\0"), "blue"},
		{BYTES("CGQ_TAG=a=b\n"), "a=b\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_environ(rows[i].text, rows[i].len, &f), 0);
		assert_text(f.tag, rows[i].tag);
		proc_facts_done(&f);
	}
}

static void half_a_tag_is_no_tag(void **state)
{
	auto_free char *text = must_alloc(PROC_ENVIRON_MAX_BYTES);
	struct proc_facts f = {0};

	memset(text, 'a', PROC_ENVIRON_MAX_BYTES);
	memcpy(text + 1, "\0CGQ_TAG=", 9);
	assert_int_equal(proc_parse_environ(text, PROC_ENVIRON_MAX_BYTES, &f), -EBADMSG);
	assert_null(f.tag);
}

static void exe_is_named_by_the_end_of_its_link(void **state)
{
	static const struct {
		const char *link, *name;
	} rows[] = {
		{"", NULL},
		{"/", NULL},
		{" (deleted)", " (deleted)"},
		{"/usr/sbin/mariadbd", "mariadbd"},
		{"/usr/sbin/mariadbd (deleted)", "mariadbd"},
		{"/a (deleted) (deleted)", "a (deleted)"},
		{"/memfd:x (deleted)", "memfd:x"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		proc_parse_exe_link(rows[i].link, strlen(rows[i].link), &f);
		assert_text(f.exe_name, rows[i].name);
		proc_facts_done(&f);
	}
}

static void facts_read_again_replace_the_earlier_ones(void **state)
{
	static const struct machine machine = {.hierarchies = {{.version = 2}}, .n_hierarchies = 1};
	struct proc_facts f = {0};

	for (int i = 0; i < 2; i++) {
		proc_parse_args(BYTES("python3\0a.py\0"), &f);
		proc_parse_environ(BYTES("CGQ_TAG=a\0"), &f);
		proc_parse_exe_link(BYTES("/usr/bin/python3"), &f);
		assert_int_equal(proc_parse_cgroup(BYTES("0::/a.service\n"), &machine, &f), 0);
	}
	assert_string_equal(f.script_name, "a.py");
	/* the leak checker judges the rest */
	proc_facts_done(&f);
	assert_null(f.unit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_stat_is_refused_and_changes_nothing),
		cmocka_unit_test(comm_may_hold_anything_and_stat_is_cut_at_the_last_bracket),
		cmocka_unit_test(a_kernel_thread_is_told_by_its_flag),
		cmocka_unit_test(a_process_lives_while_one_of_its_threads_does),
		cmocka_unit_test(a_damaged_status_is_refused),
		cmocka_unit_test(effective_ids_count_and_a_second_pid_is_of_a_namespace_below),
		cmocka_unit_test(a_thread_is_told_its_process),
		cmocka_unit_test(a_program_is_known_by_its_name_even_under_a_title),
		cmocka_unit_test(a_command_line_is_taken_up_to_its_bound),
		cmocka_unit_test(a_class_path_of_20_KiB_hides_no_main_class),
		cmocka_unit_test(an_interpreter_is_known_by_its_script),
		cmocka_unit_test(a_tag_is_the_first_whole_CGQ_TAG),
		cmocka_unit_test(half_a_tag_is_no_tag),
		cmocka_unit_test(exe_is_named_by_the_end_of_its_link),
		cmocka_unit_test(facts_read_again_replace_the_earlier_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
