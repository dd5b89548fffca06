/* cgq reload: has the policy read again, waits for the result, and prints every refusal. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "faults_ask.h"
#include "field.h"
#include "say.h"
#include "text.h"

static void result_show(const struct rows *r, const json_t *answer)
{
	const json_t *one;
	size_t i;

	faults_show(&r->terminal, field_list(answer, "faults"), "");
	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		printf("%s: %s\n", field_text(one, "file"), refused_text(one));
	}
	json_array_foreach((json_t *)field_list(answer, "troubles"), i, one)
	{
		say("%s", json_string_value(one) ? json_string_value(one) : "-");
	}
}

/* What a change on trial waits for; also where it is an earlier one's. */
static void trial_say(const struct options *o, const json_t *answer)
{
	if (field_is_known(answer, "confirm"))
		pending_say(json_object_get(answer, "confirm"));
	else if (o->set[OPTION_CONFIRM])
		say("no file changed, so nothing waits to be confirmed");
}

/* NULL: the command line is wrong. */
static json_t *question_make(const struct options *o)
{
	uint64_t seconds;

	if (!o->set[OPTION_CONFIRM])
		return json_object();
	if (text_seconds(o->values[OPTION_CONFIRM], &seconds) < 0 || seconds < 1 || seconds > 3600) {
		say("--confirm: '%s' is not a time from 1s to 60m (like 30s)", TEXT_ESCAPED(o->values[OPTION_CONFIRM]));
		return NULL;
	}
	return json_pack("{s:I}", "confirm_seconds", (json_int_t)seconds);
}

int cmd_reload(const struct options *o)
{
	json_t *answer = NULL, *question = question_make(o);
	int status = faults_ask(o, "Reload", question, result_show, &answer);

	if (answer && !o->set[OPTION_JSON])
		trial_say(o, answer);
	if (status == 0 && (json_array_size(field_list(answer, "refused")) > 0 ||
			    faults_of(field_list(answer, "faults"), "fault") > 0))
		status = EXIT_DIFFERS;
	json_decref(answer);
	return status;
}
