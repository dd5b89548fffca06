/* cgq reload: has the policy read again, waits for the result, and prints every refusal. */
#include <stdio.h>

#include "ask.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "field.h"
#include "rows.h"
#include "say.h"

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

int cmd_reload(const struct options *o)
{
	json_t *answer = NULL;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0)
		status = ask(o, "Reload", json_object(), &answer);
	if (status == 0 && o->set[OPTION_JSON])
		status = rows_json(&r, answer, NULL);
	else if (status == 0 && (o->set[OPTION_OUTPUT] || o->set[OPTION_RAW]))
		status = rows_show(&r, field_list(answer, "faults"), false, 0);
	else if (status == 0)
		result_show(&r, answer);
	if (status == 0 && (json_array_size(field_list(answer, "refused")) > 0 ||
			    faults_of(field_list(answer, "faults"), "fault") > 0))
		status = EXIT_DIFFERS;
	json_decref(answer);
	return status;
}
