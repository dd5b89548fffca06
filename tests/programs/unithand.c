/* A hand on systemd for system tests: asks, sets, carries out plans and gives back, as cgqd does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/memory.h>

#include "kernel.h"
#include "plan_make.h"
#include "state_folder.h"
#include "text.h"
#include "unit_apply.h"
#include "unit_value.h"

#define ARGS_MAX 64

static struct units *units;

static int told(int r, const struct err *e)
{
	if (r < 0)
		fprintf(stderr, "%s\n", e->text);
	return r < 0;
}

static enum knob knob_named(const char *id, size_t len)
{
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		if (strlen(knob_rows[k].id) == len && !strncmp(knob_rows[k].id, id, len))
			return k;
	fprintf(stderr, "%s: no knob\n", id);
	exit(2);
}

static struct arena lists;

/* KNOB=TEXT, as the kernel's file has it; KNOB alone. */
static struct unit_setting setting_of(const char *arg)
{
	struct unit_setting s = {.knob = knob_named(arg, strcspn(arg, "="))};

	if (strchr(arg, '=') && value_from_text(s.knob, 2, strchr(arg, '=') + 1, 4096, &lists, &s.value) < 0)
		exit(2);
	return s;
}

static size_t settings_of(char **args, struct unit_setting *ret)
{
	size_t n = 0;

	for (; *args && n < ARGS_MAX; args++)
		ret[n++] = setting_of(*args);
	return n;
}

static void value_print(const char *before, enum knob k, const struct value *v)
{
	char text[300];

	unit_value_text(k, v, text, sizeof(text));
	printf("%s%s=%s\n", before, knob_rows[k].id, text);
}

static int get(char **args)
{
	struct unit_props p;
	struct err e;
	int r = units_get(units, args[0], &p, &e);

	if (r < 0)
		return told(r, &e);
	printf("load=%s\nactive=%s\nsub=%s\ncgroup=%s\nslice=%s\nfragment=%s\nfreezer=%s\nmain=%d\ncontrol=%d\nreload=%d\n"
	       "delegate=%d\ntransient=%d\n",
	       p.load_state, p.active_state, p.sub_state, p.cgroup, p.slice, p.fragment, p.freezer_state, (int)p.main_pid,
	       (int)p.control_pid, p.needs_reload, p.delegate, p.transient);
	for (size_t i = 0; i < p.n_dropins; i++)
		printf("dropin=%s\n", p.dropins[i]);
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		if (p.set[k].kind != VALUE_UNKNOWN)
			value_print("", k, &p.set[k]);
	unit_props_done(&p);
	return 0;
}

static int set(char **args)
{
	struct unit_setting list[ARGS_MAX];
	struct err e;

	return told(units_set(units, args[0], list, settings_of(args + 1, list), &e), &e);
}

static void result_print(void *ctx, const struct unit_action *a, const struct unit_result *r)
{
	static const char *const words[] = {"done", "later", "waits", "other", "refused"};
	char set_text[300], kernel[300];

	unit_value_text(a->knob, &r->set, set_text, sizeof(set_text));
	unit_value_text(a->knob, &r->kernel, kernel, sizeof(kernel));
	printf("%s %s set '%s' kernel '%s' %s\n", knob_rows[a->knob].id, words[r->outcome], set_text, kernel, r->e ? r->e->text : "");
}

static bool always(void *ctx, const struct unit_action *a)
{
	return true;
}

/* Everything of the daemon's that an applier needs; never given back, as the program ends. */
static struct unit_applier applier_on(const char *state, struct unit_store *store)
{
	static const struct hierarchy v2 = {.version = 2, .mount = "/sys/fs/cgroup", .base_is_root = true};
	static struct machine m;
	struct unit_applier a = {
		.bus = units_bus(units), .store = store, .state = -1, .folders = &unit_folders_of_systemd, .hierarchy = &v2,
		.page_bytes = 4096, .is_below = always, .tell = result_print,
	};
	struct err e;

	a.kernel = kernel_libcgroup_new(&e);
	if (!a.kernel || a.kernel->discover(a.kernel, &m, &e) < 0 || state_folder_open(state, &a.state, &e) < 0 ||
	    unit_store_load(a.state, store, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		exit(2);
	}
	return a;
}

static int plan_run(char **args, bool gives_back)
{
	struct unit_setting list[ARGS_MAX];
	size_t n = settings_of(args + 2, list);
	struct seen_unit unit = {.name = args[1], .group = GROUP_NONE};
	struct seen_units seen = {.list = &unit, .n = 1};
	struct unit_action actions[ARGS_MAX] = {0};
	struct unit_plan plan = {.list = actions, .n = n};
	struct unit_store store = {0};
	struct unit_applier a = applier_on(args[0], &store);
	struct err e;

	for (size_t i = 0; i < n; i++)
		actions[i] = (struct unit_action){.knob = list[i].knob, .value = list[i].value, .gives_back = gives_back, .group = GROUP_NONE};
	return told(unit_apply(&a, &plan, &seen, &e), &e);
}

static int apply(char **args)
{
	return plan_run(args, false);
}

static int back(char **args)
{
	return plan_run(args, true);
}

static int back_all(char **args)
{
	struct unit_store store = {0};
	struct unit_applier a = applier_on(args[0], &store);
	struct err e;

	return told(unit_give_back_all(&a, &e), &e);
}

static int found(void *ctx, const char *name, const char *active_state)
{
	printf("%s %s\n", name, active_state);
	return 0;
}

static int find(char **args)
{
	struct err e;

	return told(units_find(units, args[0], found, NULL, &e), &e);
}

static size_t pids_of(char **args, pid_t *ret)
{
	size_t n = 0;
	uint64_t pid;

	for (; *args && n < ARGS_MAX && text_u64(*args, &pid) == 0; args++)
		ret[n++] = (pid_t)pid;
	return n;
}

/* NAME SLICE PID… [KNOB=VALUE…] */
static int scope(char **args)
{
	struct unit_setting list[ARGS_MAX];
	pid_t pids[ARGS_MAX];
	size_t n = pids_of(args + 2, pids);
	struct unit_scope s = {
		.name = args[0], .slice = args[1], .description = "a test's", .pids = pids, .n_pids = n, .delegate = true,
		.settings = list, .n_settings = settings_of(args + 2 + n, list),
	};
	struct err e;

	return told(units_scope_start(units, &s, &e), &e);
}

static int attach(char **args)
{
	pid_t pids[ARGS_MAX];
	struct err e;

	return told(units_scope_attach(units, args[0], pids, pids_of(args + 1, pids), &e), &e);
}

static int freeze(char **args)
{
	struct err e;

	return told(units_freeze(units, args[0], &e), &e);
}

static int thaw(char **args)
{
	struct err e;

	return told(units_thaw(units, args[0], &e), &e);
}

static int tries(char **args)
{
	struct unit_setting list[ARGS_MAX];
	size_t n = settings_of(args + 1, list);
	struct err e;

	printf("%s\n", units_set(units, args[0], list, n, &e) < 0 ? e.text : "set");
	return 0;
}

static void reloaded(void *ctx)
{
	puts("reloaded");
}

static void gone(void *ctx)
{
	puts("gone");
}

static void returned(void *ctx)
{
	puts("returned");
	tries(ctx);
}

/* Tells what happens until it is killed; UNIT KNOB=VALUE… is set once systemd is back. */
static int watch(char **args)
{
	struct units_events on = {.reloaded = reloaded, .gone = gone, .returned = returned, .ctx = args};
	sd_event *event;
	struct err e;

	if (sd_event_new(&event) < 0)
		return 1;
	units = units_new(event, &on, &e);
	if (!units)
		return told(-1, &e);
	puts("connected");
	return sd_event_loop(event) < 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
	int least;
} commands[] = {
	{"get", get, 1},   {"set", set, 1},	    {"apply", apply, 2},   {"back", back, 2},	{"back-all", back_all, 1},
	{"find", find, 1}, {"scope", scope, 3},	    {"attach", attach, 2}, {"freeze", freeze, 1}, {"thaw", thaw, 1},
	{"watch", watch, 1},
};

int main(int argc, char **argv)
{
	struct err e;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) != 0 || argc - 2 < commands[i].least)
			continue;
		if (commands[i].run != watch) {
			units = units_new(NULL, NULL, &e);
			if (!units)
				return told(-1, &e);
		}
		return commands[i].run(argv + 2);
	}
	fprintf(stderr, "usage: unithand COMMAND ARGS…\n");
	return 2;
}
