/* cgq set: changes values of a group now, or takes them back. */
#include <string.h>

#include "command.h"
#include "exits.h"
#include "faults_ask.h"
#include "field.h"
#include "say.h"
#include "text.h"

/* "cpu=40%" */
static json_t *setting_make(const char *word)
{
	const char *equals = strchr(word, '=');
	json_t *ret = NULL;

	if (equals && equals > word)
		ret = json_pack("{s:s%, s:s}", "key", word, (size_t)(equals - word), "value", equals + 1);
	if (!ret)
		say("set: '%s' is not KEY=VALUE%s", TEXT_ESCAPED(word), equals && equals > word ? " in UTF-8" : "");
	return ret;
}

/* NULL, and said why, when one is none. */
static json_t *settings_make(const struct options *o)
{
	json_t *list = json_array();

	for (size_t i = 1; i < o->n_args; i++) {
		json_t *one = setting_make(o->args[i]);

		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	return list;
}

/* A list without keys means all of them: one that cannot be sent must not be left out. */
static json_t *keys_make(const struct options *o)
{
	json_t *list = json_array();

	for (size_t i = 1; i < o->n_args; i++) {
		bool has_value = strchr(o->args[i], '=');

		if (!has_value && json_array_append_new(list, json_string(o->args[i])) == 0)
			continue;
		say("set: --clear takes keys%s, not '%s'", has_value ? " without a value" : "", TEXT_ESCAPED(o->args[i]));
		json_decref(list);
		return NULL;
	}
	return list;
}

/* NULL: the command line is wrong. */
static json_t *question_make(const struct options *o)
{
	bool clear = o->set[OPTION_CLEAR];
	json_t *list, *question;

	if (o->set[OPTION_SAVE] && o->set[OPTION_RUNTIME]) {
		say("set: --save and --runtime exclude each other");
		return NULL;
	}
	if (!clear && o->n_args < 2) {
		say("set needs KEY=VALUE after the group, or --clear");
		return NULL;
	}
	list = clear ? keys_make(o) : settings_make(o);
	if (!list)
		return NULL;
	question = json_pack("{s:s, s:o, s:b}", "group", o->args[0], clear ? "keys" : "settings", list, "save",
			     o->set[OPTION_SAVE]);
	if (!question)
		say("set: not a text in UTF-8");
	return question;
}

static void result_say(const struct rows *r, const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "faults"), i, one)
	{
		const char *file = field_text(one, "file");
		long long line = json_integer_value(json_object_get(one, "line"));

		if (line > 0) /* of a real file: else it is what was just typed */
			say("%s:%lld: %s", file, line, field_text(one, "text"));
		else
			say("%s", field_text(one, "text"));
	}
	json_array_foreach((json_t *)field_list(answer, "notes"), i, one)
	{
		say("%s", json_string_value(one) ? json_string_value(one) : "-");
	}
}

int cmd_set(const struct options *o)
{
	json_t *answer = NULL, *question = question_make(o);
	int status = faults_ask(o, o->set[OPTION_CLEAR] ? "Clear" : "Set", question, result_say, &answer);

	if (status == 0 && json_array_size(field_list(answer, "faults")) > 0)
		status = EXIT_DIFFERS;
	json_decref(answer);
	return status;
}
