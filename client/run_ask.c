/* cgqd is asked to let a program start in a group. Descriptors are given to it only where it says that it needs them. */
#include "run_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "ask.h"
#include "call.h"
#include "field.h"
#include "run_exec.h"
#include "run_terminal.h"
#include "run_text.h"
#include "say.h"
#include "text.h"

/* The name by which the program goes: "make" of "/usr/bin/make". */
static const char *command_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool has_terminal(const struct run_program *p)
{
	return !p->detached && run_terminal_wanted();
}

/* NULL: the group's name is not UTF-8, and so none. */
static json_t *question_new(const struct run_program *p)
{
	json_t *command = json_string(command_name(p->argv[0]));
	json_t *q = json_pack("{s:s, s:o, s:b}", "group", p->group, "command", command ? command : json_null(), "terminal",
			      has_terminal(p));

	if (q && p->enters)
		json_object_set_new(q, "enter", json_integer(p->enter));
	return q;
}

static void note_say(const struct options *o, const json_t *answer)
{
	if (field_is_known(answer, "note") && !o->set[OPTION_QUIET])
		say("%s", field_text(answer, "note"));
}

/* 0, or an exit status. */
static int ask_once(const struct options *o, const struct run_program *p, const struct call_files *files, bool *ret_needs)
{
	json_t *q = question_new(p), *answer = NULL;
	int status;

	if (!q) {
		say("there is no group '%s'", TEXT_ESCAPED(p->group));
		return EXIT_RUN_FAILED;
	}
	status = ask_with(o, "Run", q, files, ret_needs, &answer);
	if (status == 0 && answer)
		note_say(o, answer);
	json_decref(answer);
	return status ? EXIT_RUN_FAILED : 0;
}

static int told(const struct err *e, int status)
{
	say("%s", e->text);
	return status;
}

/* In the order of enum START_FILES of cgqd. */
static int ask_with_files(const struct options *o, const struct run_program *p, struct run_talk *t)
{
	struct err e = {0};
	auto_fd int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), text = run_text_make(p->argv, environ, &e);
	struct call_files files = {.list = {p->streams[0], p->streams[1], p->streams[2], folder, text, t->theirs}, .n = 6, .stop = t->ends};

	if (folder < 0)
		fail(&e, errno, "the folder that you are in: %s", strerror(errno));
	return folder < 0 || text < 0 ? told(&e, EXIT_RUN_FAILED) : ask_once(o, p, &files, NULL);
}

static int failed_status(int r)
{
	return r == -EPIPE ? EXIT_RUN_FAILED : run_exec_status(-r);
}

static int ask_and_talk(const struct options *o, const struct run_program *p, struct run_talk *t, pid_t *ret_pid)
{
	struct err e = {0};
	int status, r;

	if (run_talk_open(t, &e) < 0)
		return told(&e, EXIT_RUN_FAILED);
	status = ask_with_files(o, p, t);
	run_talk_given(t);
	if (status == 0) {
		r = run_talk_started(t, p->argv[0], ret_pid, &e);
		status = r == 0 ? 0 : r == -ECANCELED ? EXIT_RUN_FAILED : told(&e, failed_status(r));
	}
	if (status)
		run_talk_give_up(t);
	return status;
}

enum run_way run_ask(const struct options *o, const struct run_program *p, struct run_talk *t, pid_t *ret_pid, int *ret_status)
{
	bool needs_files = false;

	*ret_status = ask_once(o, p, NULL, &needs_files);
	if (*ret_status == 0 && !needs_files)
		return RUN_WAY_PLACED;
	if (*ret_status == 0)
		*ret_status = ask_and_talk(o, p, t, ret_pid);
	return *ret_status ? RUN_WAY_FAILED : RUN_WAY_STARTED;
}
