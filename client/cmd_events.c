/* cgq events: what happened and why, and with --follow what happens. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "ask.h"
#include "command.h"
#include "event_line.h"
#include "exits.h"
#include "field.h"
#include "rows.h"

#define TIME_WIDTH	19 /* 2026-11-25 19:31:02 */
#define KIND_WIDTH	8  /* rollback */
#define GROUP_WIDTH	12 /* grows with the longest that was shown */
#define GROUP_WIDTH_MAX 32

struct showing {
	struct rows rows;
	size_t group_width;
	bool begun;
	bool closed; /* stdout takes no more */
};

/* Whole: what is long ends with the values and the reason, which are what somebody at a narrow terminal looks for. */
static void line_put(const struct terminal *t, const char *line, size_t faint)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == ' ')
		len--;
	if (faint > len)
		faint = len;
	printf("%s%.*s%s%.*s\n", terminal_colour(t, COLOUR_FAINT), (int)faint, line, terminal_colour(t, COLOUR_PLAIN),
	       (int)(len - faint), line + faint);
}

static void group_width_set(struct showing *s, const json_t *events)
{
	const json_t *event;
	size_t i;

	json_array_foreach((json_t *)events, i, event)
	{
		size_t len = strlen(field_text(event, "group"));

		if (len > s->group_width && len <= GROUP_WIDTH_MAX)
			s->group_width = len;
	}
}

static void event_show(const struct showing *s, const json_t *event)
{
	const char *group = field_text(event, "group");
	auto_free char *time = event_time(event), *sentence = event_sentence(event, &s->rows.form);
	auto_free char *line = must_printf("%-*s %-*s %-*s %s", TIME_WIDTH, time, KIND_WIDTH, field_text(event, "kind"),
					   (int)s->group_width, *group ? group : "-", sentence);

	line_put(&s->rows.terminal, line, strlen(time));
}

static void heading_show(const struct showing *s)
{
	auto_free char *line = must_printf("%-*s %-*s %-*s %s", TIME_WIDTH, "TIME", KIND_WIDTH, "KIND",
					   (int)s->group_width, "GROUP", "WHAT");

	line_put(&s->rows.terminal, line, 0);
}

static void lines_show(struct showing *s, const json_t *events)
{
	const json_t *event;
	size_t i;

	group_width_set(s, events);
	if (!s->begun && !s->rows.options->set[OPTION_NOHEADINGS])
		heading_show(s);
	json_array_foreach((json_t *)events, i, event)
	{
		event_show(s, event);
	}
}

/* With headings over the first batch only. */
static int table_show(struct showing *s, const json_t *events)
{
	struct options o = *s->rows.options;
	struct rows rows = s->rows;

	o.set[OPTION_NOHEADINGS] = o.set[OPTION_NOHEADINGS] || s->begun;
	rows.options = &o;
	return json_array_size(events) > 0 || !s->begun ? rows_show(&rows, events, false, 0) : 0;
}

static int json_lines(struct showing *s, json_t *answer)
{
	json_t *event;
	size_t i;

	rows_keep(&s->rows, answer);
	json_array_foreach(json_object_get(answer, "events"), i, event)
	{
		json_dumpf(event, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		putchar('\n');
	}
	return 0;
}

/* Whoever reads along waits for each of these. */
static int followed(void *ctx, json_t *answer)
{
	struct showing *s = ctx;
	const struct options *o = s->rows.options;
	const json_t *events = field_list(answer, "events");
	int status = 0;

	if (o->set[OPTION_JSON])
		status = json_lines(s, answer);
	else if (o->set[OPTION_OUTPUT] || o->set[OPTION_RAW])
		status = table_show(s, events);
	else
		lines_show(s, events);
	s->begun = true;
	s->closed = fflush(stdout) == EOF || ferror(stdout);
	return status == 0 && s->closed ? EXIT_DIFFERS : status;
}

static int once(struct showing *s, json_t *question)
{
	const struct options *o = s->rows.options;
	json_t *answer = NULL;
	int status = ask(o, "Events", question, &answer);

	if (status == 0)
		status = o->set[OPTION_JSON] ? rows_json(&s->rows, answer, NULL) : followed(s, answer);
	json_decref(answer);
	return status;
}

int cmd_events(const struct options *o)
{
	struct showing s = {.group_width = GROUP_WIDTH};
	json_t *question;
	int status = rows_init(o, &s.rows);

	if (status)
		return status;
	question = json_pack("{s:s?}", "group", o->n_args ? o->args[0] : NULL);
	status = o->set[OPTION_FOLLOW] ? ask_more(o, "Events", question, followed, &s) : once(&s, question);
	return s.closed ? EXIT_AS_WANTED : status; /* main tells of a stdout that takes nothing */
}
