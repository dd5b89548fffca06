/* The columns of every table, and which of them are wanted. */
#include "columns.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

#define U COLUMN_USUAL
#define R COLUMN_RIGHT
#define C COLUMN_CUT
#define S COLUMN_SHY
#define E COLUMN_EMPTY
#define T COLUMN_TREE
#define L COLUMN_TAIL

/*   key                    heading      kind            flags      drop help */
static const struct column list_columns[] = {
	{"group",               "GROUP",     COLUMN_TEXT,    U | T | L, 0, "the group; outside: all that is in none"},
	{"procs",               "PROCS",     COLUMN_NUMBER,  U | R,     2, "processes"},
	{"cpu_percent",         "CPU",       COLUMN_PERCENT, U | R,     0, "CPU over the last second, of the machine"},
	{"cpu_min_percent",     "MIN",       COLUMN_SHARE,   U | R,     3, "CPU that is reserved, of the machine"},
	{"cpu_max_percent",     "MAX",       COLUMN_SHARE,   U | R,     0, "the CPU ceiling, of the machine"},
	{"throttled_percent",   "THROTTLED", COLUMN_PERCENT, U | R,     4, "share of CPU periods in which it was throttled"},
	{"memory_bytes",        "MEMORY",    COLUMN_BYTES,   U | R,     0, "memory in use, as charged to its cgroups"},
	{"memory_max_bytes",    "LIMIT",     COLUMN_BYTES,   U | R,     1, "the memory ceiling"},
	{"io_bytes_per_second", "IO",        COLUMN_SPEED,   U | R | S, 6, "bytes read and written a second; not measured yet"},
	{"pressure_percent",    "PRESSURE",  COLUMN_PERCENT, U | R | S, 5, "share of time in which a process waited for a CPU"},
	{"state",               "STATE",     COLUMN_STATE,   U,         0, "ok, or what is not as wanted"},
	{"reason",              "REASON",    COLUMN_REASON,  U | C | S | E, 7, "why it is not"},
	{"frozen",              "FROZEN",    COLUMN_MARK,    U | S | E, 0, "whether a person has stopped its processes"},
};

static const struct column status_columns[] = {
	{"group",     "GROUP",     COLUMN_TEXT,   U, 0, "the group"},
	{"key",       "KEY",       COLUMN_TEXT,   U, 0, "the key of the policy"},
	{"text",      "SETTING",   COLUMN_TEXT,   U, 0, "its value, as written"},
	{"path",      "PATH",      COLUMN_TEXT,   0, 0, "the cgroup"},
	{"unit",      "UNIT",      COLUMN_TEXT,   E, 0, "the unit of systemd, where groups are limited in place"},
	{"file",      "FILE",      COLUMN_TEXT,   U, 0, "the file of the kernel"},
	{"wanted",    "WANTED",    COLUMN_KERNEL, U, 0, "what it should hold"},
	{"effective", "EFFECTIVE", COLUMN_KERNEL, U, 0, "what is read back"},
	{"in_force",  "IN_FORCE",  COLUMN_YESNO,  U, 0, "whether that is as wanted"},
	{"use_bytes", "USE",       COLUMN_BYTES,  R, 0, "memory in use, while a limit waits for it to shrink"},
	{"at",        "FROM",      COLUMN_PLACE,  U, 0, "file:line of the setting"},
	{"over",      "OVER",      COLUMN_PLACE,  E, 0, "file:line of the setting that it overrides"},
	{"reason",    "REASON",    COLUMN_TEXT,   U | C | E, 0, "why it is not in force"},
};

static const struct column ps_columns[] = {
	{"pid",   "PID",   COLUMN_NUMBER, U | R, 0, "the process"},
	{"name",  "NAME",  COLUMN_TEXT,   U | C, 0, "its name, as the kernel has it"},
	{"user",  "USER",  COLUMN_TEXT,   U | C, 2, "its effective user"},
	{"group", "GROUP", COLUMN_TEXT,   U | L, 0, "the group that it belongs to"},
	{"how",   "HOW",   COLUMN_TEXT,   U, 1, "rule, pinned, run, follows, stays or keeper"},
	{"rule",  "RULE",  COLUMN_RULE,   U | C, 0, "file:line: text of the rule that placed it"},
	{"pinned_by", "PINNED_BY", COLUMN_TEXT, U | S | E, 3, "who pinned it"},
	{"pinned_at", "PINNED_AT", COLUMN_TIME, U | S | E, 4, "when it was pinned; with -r in UTC"},
	{"namespace", "NAMESPACE", COLUMN_TEXT, U | S | E, 2, "inside those of its group; pending: not yet"},
};

static const struct column explain_columns[] = {
	{"pid",       "PID",       COLUMN_NUMBER, U | R, 0, "the process"},
	{"name",      "NAME",      COLUMN_TEXT,   U, 0, "its name, as the kernel has it"},
	{"user",      "USER",      COLUMN_TEXT,   U, 0, "its effective user"},
	{"group",     "GROUP",     COLUMN_TEXT,   U, 0, "the group that it belongs to"},
	{"how",       "HOW",       COLUMN_TEXT,   U, 0, "rule, pinned, run, follows, stays, none …"},
	{"rule",      "RULE",      COLUMN_RULE,   U, 0, "file:line: text of the rule that placed it"},
	{"exclusion", "EXCLUSION", COLUMN_TEXT,   U | E, 0, "why it is never placed"},
	{"unit",      "UNIT",      COLUMN_TEXT,   E, 0, "its unit of systemd, where groups are limited in place"},
	{"unlimited", "UNLIMITED", COLUMN_TEXT,   E, 0, "why no limit of its group holds it"},
	{"moved_at",  "MOVED_AT",  COLUMN_TIME,   U, 0, "when it was moved"},
	{"ended_at",  "ENDED_AT",  COLUMN_TIME,   E, 0, "when it was seen to have ended"},
	{"pinned_to", "PINNED_TO", COLUMN_TEXT,   E, 0, "the group that a person pinned it to"},
	{"pinned_by", "PINNED_BY", COLUMN_TEXT,   E, 0, "who pinned it"},
	{"pinned_at", "PINNED_AT", COLUMN_TIME,   E, 0, "when it was pinned; with -r in UTC"},
	{"namespace", "NAMESPACE", COLUMN_TEXT,   E, 0, "inside those of its group; pending: not yet"},
};

static const struct column check_columns[] = {
	{"severity", "SEVERITY", COLUMN_TEXT,   U, 0, "fault, warning or hint"},
	{"file",     "FILE",     COLUMN_TEXT,   U, 0, "the file"},
	{"line",     "LINE",     COLUMN_NUMBER, U | R, 0, "its line; 0: the whole file"},
	{"text",     "TEXT",     COLUMN_TEXT,   U, 0, "what is wrong"},
};

static const struct column diff_columns[] = {
	{"kind",   "KIND",   COLUMN_TEXT,   U, 0, "what is done, like make or write; rules, setting"},
	{"group",  "GROUP",  COLUMN_TEXT,   U, 0, "the group"},
	{"path",   "PATH",   COLUMN_TEXT,   U, 0, "the cgroup; of rules and settings the group"},
	{"hierarchy", "HIERARCHY", COLUMN_TEXT, E, 0, "its hierarchy, by controllers"},
	{"file",   "FILE",   COLUMN_TEXT,   U | E, 0, "the file of the kernel, or the key"},
	{"was",    "WAS",    COLUMN_KERNEL, U | E, 0, "what it holds now"},
	{"text",   "TEXT",   COLUMN_KERNEL, U | E, 0, "what it would hold"},
	{"at",     "FROM",   COLUMN_PLACE,  U | E, 0, "file:line of the setting"},
	{"danger", "DANGER", COLUMN_TEXT,   U | C | E, 0, "what may go wrong, or what it means to who runs"},
};

static const struct column events_columns[] = {
	{"seq",      "SEQ",      COLUMN_NUMBER, R, 0, "its number, since cgqd was started"},
	{"at",       "TIME",     COLUMN_TIME,   U, 0, "when; with -r in UTC"},
	{"kind",     "KIND",     COLUMN_TEXT,   U, 0, "move, return, apply, refuse, trouble, limit, oom …"},
	{"group",    "GROUP",    COLUMN_TEXT,   U | E, 0, "the group"},
	{"pid",      "PID",      COLUMN_NUMBER, U | R | E, 0, "the process"},
	{"name",     "NAME",     COLUMN_TEXT,   U | E, 0, "its name"},
	{"file",     "FILE",     COLUMN_TEXT,   E, 0, "the file of the policy that asks for it"},
	{"line",     "LINE",     COLUMN_NUMBER, R | E, 0, "its line"},
	{"who",      "WHO",      COLUMN_TEXT,   E, 0, "the person who did it"},
	{"what",     "WHAT",     COLUMN_TEXT,   U | E, 0, "a file of the kernel, a key, a policy file"},
	{"was",      "WAS",      COLUMN_TEXT,   U | E, 0, "its value before, or where the process came from"},
	{"now",      "NOW",      COLUMN_TEXT,   U | E, 0, "its value since, or where the process went"},
	{"text",     "TEXT",     COLUMN_TEXT,   U | C | E, 0, "why"},
	{"left_out", "LEFT_OUT", COLUMN_NUMBER, R, 0, "more of its kind before it, of which only the number is known"},
};

#undef U
#undef R
#undef C
#undef S
#undef E
#undef T
#undef L

#define SET(name, rows, list)                                                                                        \
	const struct column_set columns_##name = {rows, list, sizeof(list) / sizeof((list)[0])}

SET(list, "groups", list_columns);
SET(status, "knobs", status_columns);
SET(ps, "processes", ps_columns);
SET(explain, NULL, explain_columns);
SET(check, "faults", check_columns);
SET(diff, "actions", diff_columns);
SET(events, "events", events_columns);

char *column_name(const struct column *c, char ret[COLUMN_NAME_BYTES])
{
	size_t i;

	for (i = 0; i < COLUMN_NAME_BYTES - 1 && c->key[i]; i++)
		ret[i] = (char)toupper((unsigned char)c->key[i]);
	ret[i] = '\0';
	return ret;
}

/* Is it the column's name less its unit: "memory_max" for "memory_max_bytes"? */
static bool is_unitless(const char *key, const char *name, size_t len)
{
	static const char *const units[] = {"_percent", "_bytes", "_bytes_per_second"};

	if (strncasecmp(key, name, len) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(key + len, units[i]) == 0)
			return true;
	return false;
}

static bool is_same(const char *a, const char *name, size_t len)
{
	return strlen(a) == len && strncasecmp(a, name, len) == 0;
}

bool column_is_called(const struct column *c, const char *name, size_t len)
{
	return is_same(c->key, name, len) || is_same(c->heading, name, len) ||
	       (len > 0 && len < strlen(c->key) && is_unitless(c->key, name, len));
}

static void choice_add(struct column_choice *ret, const struct column *c, const char *heading, size_t len, bool asked)
{
	ret->columns[ret->n] = c;
	ret->asked[ret->n] = asked;
	for (size_t i = 0; i < len && i < COLUMN_NAME_BYTES - 1; i++)
		ret->headings[ret->n][i] = (char)toupper((unsigned char)heading[i]);
	ret->n++;
}

/* "+A" where A is a usual one: it stays where it is. */
static bool choice_ask(struct column_choice *choice, const struct column *c)
{
	for (size_t i = 0; i < choice->n; i++) {
		if (choice->columns[i] != c)
			continue;
		choice->asked[i] = true;
		return true;
	}
	return false;
}

static void choose_usual(const struct column_set *s, bool long_names, struct column_choice *ret)
{
	for (size_t i = 0; i < s->n; i++) {
		char name[COLUMN_NAME_BYTES] = "";
		const char *heading = long_names ? column_name(&s->list[i], name) : s->list[i].heading;

		if (s->list[i].flags & COLUMN_USUAL)
			choice_add(ret, &s->list[i], heading, strlen(heading), false);
	}
}

static int unknown_column(const struct column_set *s, const char *name, size_t len, struct err *e)
{
	char names[COLUMNS_MAX][COLUMN_NAME_BYTES], all[400] = "";
	const char *candidates[2 * COLUMNS_MAX], *meant;
	auto_free char *given = must_strndup(name, len);

	for (char *p = given; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	for (size_t i = 0; i < s->n; i++) {
		size_t used = strlen(all);

		candidates[i] = column_name(&s->list[i], names[i]);
		candidates[s->n + i] = s->list[i].heading;
		snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", names[i]);
	}
	meant = text_suggest(given, candidates, 2 * s->n);
	if (meant)
		return fail(e, EINVAL, "there is no column '%s' (did you mean %s?): there are %s",
			    text_escape(given, strlen(given), (char[64]){0}, 64), meant, all);
	return fail(e, EINVAL, "there is no column '%s': there are %s",
		    text_escape(given, strlen(given), (char[64]){0}, 64), all);
}

int column_find(const struct column_set *s, const char *name, size_t len, const struct column **ret, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!column_is_called(&s->list[i], name, len))
			continue;
		*ret = &s->list[i];
		return 0;
	}
	return unknown_column(s, name, len, e);
}

static int choose_one(const struct column_set *s, const char *name, size_t len, struct column_choice *ret,
		      struct err *e)
{
	const struct column *c = NULL;
	int r;

	if (ret->n >= COLUMNS_MAX)
		return fail(e, EINVAL, "a table has at most %d columns", COLUMNS_MAX);
	r = column_find(s, name, len, &c, e);
	if (r == 0 && (!ret->usual || !choice_ask(ret, c)))
		choice_add(ret, c, name, len, true);
	return r;
}

int columns_choose(const struct column_set *s, const char *text, bool long_names, struct column_choice *ret,
		   struct err *e)
{
	*ret = (struct column_choice){.usual = !text || *text == '+'};
	if (ret->usual)
		choose_usual(s, long_names, ret);
	if (!text)
		return 0;
	if (*text == '+')
		text++;
	for (;;) {
		size_t len = strcspn(text, ",");
		int r = choose_one(s, text, len, ret, e);

		if (r < 0)
			return r;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}
