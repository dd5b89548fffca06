/* The call Run. */
#include "methods_parts.h"

#include <limits.h>
#include <string.h>

#include "report_json.h"

static const char *const error_names[] = {
	[RUN_MISSES_NOTHING] = CGQ ".Failed",
	[RUN_MISSES_GROUP] = CGQ ".NoSuchGroup",
	[RUN_MISSES_PERMISSION] = CGQ ".PermissionDenied",
	[RUN_MISSES_FILES] = CGQ ".FilesNeeded",
};

/* It is the client's own word, and stands before who it was in what is kept of this: it may not push that out. */
#define COMMAND_MAX_BYTES 64

/* NULL stays NULL; what is longer ends before the character that does not fit. */
static const char *command_cut(const char *command, char ret[COMMAND_MAX_BYTES + 1])
{
	size_t len = command ? strnlen(command, COMMAND_MAX_BYTES + 1) : 0;

	if (len > COMMAND_MAX_BYTES)
		for (len = COMMAND_MAX_BYTES; len > 0 && (command[len] & 0xc0) == 0x80; len--)
			;
	memcpy(ret, command ? command : "", len);
	ret[len] = '\0';
	return command ? ret : NULL;
}

static json_t *answer_new(const struct run_done *done)
{
	json_t *o = json_object();

	put_u64(o, "pid", (uint64_t)done->pid);
	put(o, "placed_caller", json_boolean(done->placed_caller));
	put_text(o, "note", done->note[0] ? done->note : NULL);
	return o;
}

static json_t *run_refuse(struct question *q, const struct run_done *done, const struct err *e)
{
	if (done->missing == RUN_MISSES_GROUP)
		return no_such_group(q);
	if (done->missing == RUN_MISSES_FILES)
		return refuse(q, error_names[done->missing], NULL, NULL);
	return refuse_text(q, error_names[done->missing], "text", e->text);
}

static void finish(struct call_extra *extra, int r, const struct run_done *done, const struct err *e)
{
	json_t *o;

	if (r >= 0) {
		server_answer_late(extra, NULL, answer_new(done));
		return;
	}
	o = json_object();
	put_text(o, "text", e->text);
	server_answer_late(extra, error_names[done->missing], o);
}

json_t *do_run(struct question *q)
{
	json_t *enter = json_object_get(q->parameters, "enter");
	char command[COMMAND_MAX_BYTES + 1];
	struct run_request request = {
		.peer = q->peer,
		.group = parameter_text(q, "group"),
		.command = command_cut(parameter_text(q, "command"), command),
		.enters = json_is_integer(enter),
		.terminal = json_is_true(json_object_get(q->parameters, "terminal")),
		.finish = finish,
	};
	struct run_done done = { 0 };
	struct err e = { 0 };
	int r;

	if (request.enters && (json_integer_value(enter) < 0 || json_integer_value(enter) > INT_MAX))
		return refuse_text(q, SERVICE ".InvalidParameter", "parameter", "enter");
	request.enter = (pid_t)json_integer_value(enter);
	r = q->service->run(q->service->ctx, &request, &done, &e);
	if (r < 0)
		return run_refuse(q, &done, &e);
	return r > 0 ? NULL : answer_new(&done); /* answered later: see struct call_extra */
}
