/* Laws of what is asked of the kernel: no event that a rule could act on is left out, and little else is asked for. */
#include "judged.h"

#include "event_wants.h"

static void add(char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, 512 - n, fmt, ap);
	va_end(ap);
}

/* "name:x@3 exe:1/10 user:33@2 every-exec": the number is that of the when bits. */
static void wants_text(const struct row *rows, size_t n, char text[512])
{
	struct policy *p = built_new(rows, n);
	struct event_wants w;

	event_wants_make(p, &resolved, &w);
	text[0] = '\0';
	if (!w.any)
		add(text, "nothing ");
	for (size_t i = 0; i < w.n_names; i++)
		add(text, "name:%s@%u ", w.names[i].text, w.names[i].when);
	for (size_t i = 0; i < w.n_exes; i++)
		add(text, "exe:%u/%u ", (unsigned)w.exes[i].dev, (unsigned)w.exes[i].ino);
	for (size_t i = 0; i < w.n_users; i++)
		add(text, "user:%u@%u ", w.users[i].id, w.users[i].when);
	for (size_t i = 0; i < w.n_user_groups; i++)
		add(text, "group:%u@%u ", w.user_groups[i].id, w.user_groups[i].when);
	add(text, "%s%s%s%s", w.every_exec ? "every-exec " : "", w.every_fork ? "every-fork " : "",
	    w.every_change_of_name ? "every-name " : "", w.every_change_of_ids ? "every-ids " : "");
	event_wants_done(&w);
	built_free(p);
}

static void no_event_that_a_rule_could_act_on_is_left_out(void **state)
{
	static const struct {
		const char *match, *more; /* of two groups */
		const char *wants;
	} rows[] = {
		/* no list can say whom they fit */
		{"name:my*", NULL, "every-exec every-name "},
		{"name:x,my*", NULL, "name:x@2 every-exec every-name "},
		{"!name:x", NULL, "every-exec every-name "},
		{"!exe:/usr/sbin/mariadbd", NULL, "every-exec "},
		{"!user:mysql", NULL, "every-exec every-ids "},
		{"args:*x*", NULL, "every-exec "},
		{"tag:blue", NULL, "every-exec "},
		{"unit:x.service", NULL, "every-exec "},
		{"cgroup:/x", NULL, "every-exec "},
		{"parent:cron", NULL, "every-exec every-fork "},
		{"name:x", "args:y", "name:x@3 every-exec "},
		/* one term says whom; what another asks for may come later, without an exec */
		{"name:x !user:mysql", NULL, "name:x@3 every-ids "},
		{"user:mysql name:x*", NULL, "user:33@3 every-name "},
		{"name:x user:mysql", NULL, "name:x@3 user:33@2 "},
		{"user:mysql exe:/usr/sbin/mariadbd group:mysql name:x", NULL,
		 "name:x@2 exe:1/10 exe:1/11 user:33@2 group:33@2 "},
		{"parent:cron name:x", NULL, "name:x@3 every-fork "},
		{"args:*x* group:mysql", NULL, "group:33@3 "},
		/* each value once, whichever rule asks */
		{"name:y,x,y", "name:x exe:/usr/sbin/mariadbd", "name:x@3 name:y@3 exe:1/10 exe:1/11 "},
		{"user:mysql", "user:mysql name:z", "name:z@3 user:33@3 "},
		/* who does not exist is nobody */
		{"user:mysql,nobody-such", NULL, "user:33@3 "},
		{"name:x", NULL, "name:x@3 "},
		{NULL, NULL, "nothing "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row policy[] = {{"a", rows[i].match, false}, {"b", rows[i].more, false}};
		char text[512];

		wants_text(policy, 2, text);
		if (strcmp(text, rows[i].wants) != 0)
			fail_msg("%s | %s: '%s', not '%s'", rows[i].match ? rows[i].match : "-",
				 rows[i].more ? rows[i].more : "-", text, rows[i].wants);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_event_that_a_rule_could_act_on_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
