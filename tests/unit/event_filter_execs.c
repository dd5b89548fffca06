/* What the sockets of one CPU each are told: programs that rules name, where they start, whatever else is told elsewhere. */
#include "ear.h"

#include <sched.h>

static unsigned cpus[2]; /* the first and the last that we may use */

static void cpus_find(void)
{
	cpu_set_t set;
	bool any = false;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		cpus[1] = i;
		cpus[0] = any ? cpus[0] : i;
		any = true;
	}
	assert_true(cpus[0] != cpus[1]);
}

static void go_to(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		_exit(126);
}

static void runs_file(struct ear *ear)
{
	go_to(cpus[0]);
	execl(path_in(ear, "efile"), "x", (char *)NULL);
}

static void runs_file_elsewhere(struct ear *ear)
{
	go_to(cpus[1]);
	execl(path_in(ear, "efile"), "x", (char *)NULL);
}

static void runs_true(struct ear *ear)
{
	go_to(cpus[0]);
	execl("/bin/true", "true", (char *)NULL);
}

/* The ears of two CPUs, as ears of their own that share folder and filter. */
static void ears_open(struct ear *ear, struct ear *ret[2])
{
	struct err e = {0};

	for (unsigned i = 0; i < 2; i++) {
		ret[i] = calloc(1, sizeof(*ear));
		ret[i]->events = events_new_of_execs(&e);
		if (!ret[i]->events || event_filter_execs(ear->filter, events_fd(ret[i]->events), cpus[i], &e) < 0)
			FAIL("%s", e.text);
		listen_on(ret[i]); /* what came before the filter */
		ret[i]->n = 0;
	}
}

static void ears_close(struct ear *ears[2])
{
	for (unsigned i = 0; i < 2; i++) {
		events_free(ears[i]->events);
		free(ears[i]);
	}
}

static void one_cpu_is_told_of_what_rules_name_there(void **state)
{
	static struct wanted_name name[] = {{"efile", WANT_AT_EXEC}};
	const struct event_wants names = {.any = true, .names = name, .n_names = 1},
				 globs = {.any = true, .names = name, .n_names = 1, .every_exec = true, .every_fork = true};
	const struct {
		const char *what;
		const struct event_wants *wants;
		bool everything; /* a full look goes on */
		void (*runs)(struct ear *ear);
		const char *here, *elsewhere;
	} rows[] = {
		{"a name, on another CPU", &names, false, runs_file_elsewhere, "", "X"},
		{"another name", &names, false, runs_true, "", ""},
		{"another name, while everything is told", &names, true, runs_true, "", ""},
		{"another name, where globs ask for every program", &globs, false, runs_true, "", ""},
		{"a name", &names, false, runs_file, "X", ""},
		{"a name, while everything is told", &names, true, runs_file, "X", ""},
	};
	struct ear *ear = *state, *ears[2];

	cpus_find();
	ears_open(ear, ears);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		pid_t pid;

		want(ear, rows[i].wants);
		if (rows[i].everything)
			event_filter_begin(ear->filter);
		pid = ran(ear, rows[i].runs);
		listen_on(ears[0]);
		listen_on(ears[1]);
		if (strcmp(kinds_of(ears[0], pid), rows[i].here) != 0 || strcmp(kinds_of(ears[1], pid), rows[i].elsewhere) != 0)
			FAIL("%s: not told where it should be, or elsewhere", rows[i].what);
	}
	ears_close(ears);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_cpu_is_told_of_what_rules_name_there, ear_open, ear_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
