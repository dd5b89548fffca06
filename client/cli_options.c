/* The command line becomes a command, its options and its arguments. */
#include "cli_options.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "call.h"
#include "command.h"
#include "text.h"

const struct option_row option_rows[OPTION__COUNT] = {
#define X(id, letter, name, argument, optional, own, help) {letter, name, argument, optional, own, help},
	OPTION_TABLE(X)
#undef X
};

struct parser {
	struct options *o;
	char **argv;
	int argc, next;
	struct err *e;
};

static int option_by_name(const char *name, size_t len)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (strlen(option_rows[i].name) == len && memcmp(option_rows[i].name, name, len) == 0)
			return i;
	return -1;
}

static int option_by_letter(char letter)
{
	for (int i = 0; i < OPTION__COUNT; i++)
		if (option_rows[i].letter && option_rows[i].letter == letter)
			return i;
	return -1;
}

static int unknown_option(struct parser *p, const char *name, size_t len)
{
	const char *names[OPTION__COUNT];
	auto_free char *given = must_strndup(name, len);
	const char *meant;

	for (int i = 0; i < OPTION__COUNT; i++)
		names[i] = option_rows[i].name;
	meant = text_suggest(given, names, OPTION__COUNT);
	return fail(p->e, EINVAL, "there is no option --%s%s%s%s", TEXT_ESCAPED(given),
		    meant ? " (did you mean --" : "", meant ? meant : "", meant ? "?)" : "");
}

/* given: what followed '=' or the letter; NULL: look at the next word, where one is needed. */
static int option_take(struct parser *p, int option, const char *given)
{
	const struct option_row row = command_option(p->o->command, option);

	if (!row.argument && given)
		return fail(p->e, EINVAL, "--%s takes no argument", row.name);
	if (row.argument && !given && !row.argument_optional) {
		if (p->next >= p->argc)
			return fail(p->e, EINVAL, "--%s needs an argument: %s", row.name, row.argument);
		given = p->argv[p->next++];
	}
	p->o->set[option] = true;
	p->o->values[option] = given;
	return 0;
}

static int take_long(struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");
	int option = option_by_name(word, len);

	if (option < 0)
		return unknown_option(p, word, len);
	return option_take(p, option, word[len] == '=' ? word + len + 1 : NULL);
}

/* -nr, -oGROUP, -o GROUP */
static int take_letters(struct parser *p, const char *letters)
{
	int r = 0;

	for (const char *s = letters; *s && r == 0; s++) {
		int option = option_by_letter(*s);

		if (option < 0)
			return fail(p->e, EINVAL, "there is no option -%s",
				    text_escape(s, 1, (char[8]){0}, 8));
		if (option_rows[option].argument)
			return option_take(p, option, s[1] ? s + 1 : NULL);
		r = option_take(p, option, NULL);
	}
	return r;
}

static int take_plain(struct parser *p, const char *word)
{
	struct options *o = p->o;

	if (o->command) {
		o->args[o->n_args++] = word;
		return 0;
	}
	o->command = command_find(word);
	return o->command ? 0 : command_unknown(word, p->e);
}

/* "cgq run web make -j 8": what follows GROUP and a word that is no option is not for us. */
static bool is_another_program(const struct options *o)
{
	return o->command && o->command->n_args_own && o->n_args > o->command->n_args_own;
}

static int take_words(struct parser *p)
{
	bool only_plain = false;
	int r = 0;

	while (r == 0 && p->next < p->argc) {
		const char *word = p->argv[p->next++];

		only_plain = only_plain || is_another_program(p->o);
		if (only_plain || word[0] != '-' || !word[1])
			r = take_plain(p, word);
		else if (strcmp(word, "--") == 0)
			only_plain = true, p->o->n_own = p->o->n_args;
		else if (word[1] == '-')
			r = take_long(p, word + 2);
		else
			r = take_letters(p, word + 1);
	}
	return r;
}

/* "events", "check and diff", "explain, check and diff" */
static void owners_of(int option, char *ret, size_t size)
{
	size_t len = 0, left = 0;

	for (size_t i = 0; i < commands_count; i++)
		left += (commands[i].own & (1U << option)) != 0;
	ret[0] = '\0';
	for (size_t i = 0; i < commands_count && len < size; i++) {
		if (!(commands[i].own & (1U << option)))
			continue;
		len += (size_t)snprintf(ret + len, size - len, "%s%s", len == 0 ? "" : left == 1 ? " and " : ", ",
					commands[i].name);
		left--;
	}
}

static int own_options_check(const struct options *o, struct err *e)
{
	for (int i = 0; i < OPTION__COUNT; i++) {
		char owners[80];

		if (!o->set[i] || !option_rows[i].own || (o->command->own & (1U << i)))
			continue;
		owners_of(i, owners, sizeof(owners));
		return fail(e, EINVAL, "%s takes no --%s; it belongs to %s", o->command->name, option_rows[i].name,
			    owners);
	}
	return 0;
}

static int values_check(const struct options *o, struct err *e)
{
	const char *when = o->values[OPTION_COLOR], *path = o->values[OPTION_SOCKET];

	if (when && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 && strcmp(when, "never") != 0)
		return fail(e, EINVAL, "--color: '%s' is none of auto, always, never", TEXT_ESCAPED(when));
	if (path && (!*path || strlen(path) >= SOCKET_PATH_MAX_BYTES))
		return fail(e, EINVAL, "--socket: a socket's path has 1 to %d bytes", SOCKET_PATH_MAX_BYTES - 1);
	if (o->set[OPTION_OUTPUT] && !o->command->columns)
		return fail(e, EINVAL, "%s has no columns to choose from", o->command->name);
	return 0;
}

static int args_check(const struct options *o, struct err *e)
{
	const struct command *c = o->command;

	/* --as FACTS stands in place of what explain is about. */
	if (o->n_args < c->n_args_min && !o->set[OPTION_AS])
		return fail(e, EINVAL, "%s needs an argument: %s", c->name, c->args);
	if (o->n_args <= c->n_args_max)
		return 0;
	if (c->n_args_max == 0)
		return fail(e, EINVAL, "%s takes no argument like '%s'", c->name, TEXT_ESCAPED(o->args[0]));
	return fail(e, EINVAL, "%s takes %s; '%s' is too much", c->name,
		    c->n_args_max == 1 ? "one argument" : "two arguments", TEXT_ESCAPED(o->args[c->n_args_max]));
}

int cli_options_parse(int argc, char **argv, struct options *ret, struct err *e)
{
	struct parser p = {.o = ret, .argv = argv, .argc = argc, .next = 1, .e = e};
	int r;

	*ret = (struct options){.n_own = SIZE_MAX, .args = must_alloc(sizeof(char *) * (size_t)(argc + 1))};
	r = take_words(&p);
	if (r < 0)
		return r;
	if (ret->set[OPTION_COLOR] && !ret->values[OPTION_COLOR])
		ret->values[OPTION_COLOR] = "always";
	if (ret->set[OPTION_VERSION] || ret->set[OPTION_HELP])
		return 0;
	if (!ret->command)
		ret->command = command_find("list");
	r = own_options_check(ret, e);
	if (r == 0)
		r = values_check(ret, e);
	return r < 0 ? r : args_check(ret, e);
}

void cli_options_done(struct options *o)
{
	free(o->args);
	o->args = NULL;
}
