/* Commands that do one thing to a process or a group. */
#include "deed.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "ask.h"
#include "command.h"
#include "exits.h"
#include "field.h"
#include "rows.h"
#include "say.h"
#include "text.h"

int deed_pid(const struct options *o, const char *text, json_int_t *ret)
{
	uint64_t pid;

	if (text_u64(text, &pid) < 0 || pid == 0 || pid > INT_MAX) {
		say("%s: '%s' is not a process id", o->command->name, TEXT_ESCAPED(text));
		return EXIT_USAGE;
	}
	*ret = (json_int_t)pid;
	return 0;
}

int deed_ask(const struct options *o, const char *method, json_t *parameters, json_t **ret)
{
	json_t *answer = NULL;
	int status = ask(o, method, parameters, &answer);

	if (status == 0 && field_is_known(answer, "note"))
		say("%s", field_text(answer, "note"));
	if (status == 0 && o->set[OPTION_JSON])
		status = rows_json(&(struct rows){.choice.usual = true}, answer, NULL);
	if (status == 0 && ret)
		*ret = json_incref(answer);
	json_decref(answer);
	return status;
}
