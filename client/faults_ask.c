/* Commands that change the policy: what is wrong with it are the rows of their answer. */
#include "faults_ask.h"

#include "ask.h"
#include "exits.h"
#include "field.h"

int faults_ask(const struct options *o, const char *method, json_t *question,
	       void (*show)(const struct rows *r, const json_t *answer), json_t **ret)
{
	struct rows r;
	int status;

	if (!question)
		return EXIT_USAGE;
	status = rows_init(o, &r);
	if (status == 0)
		status = ask(o, method, json_incref(question), ret);
	json_decref(question);
	if (status)
		return status;
	if (o->set[OPTION_JSON])
		return rows_json(&r, *ret, NULL);
	if (o->set[OPTION_OUTPUT] || o->set[OPTION_RAW])
		return rows_show(&r, field_list(*ret, "faults"), false, 0);
	show(&r, *ret);
	return 0;
}
