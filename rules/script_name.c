/* Which script an interpreter runs: the first argument that is neither an option nor the value of one. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "script_name.h"

/*
 * Only options that matter to where the script stands. Source: the manual page of each. A version may follow the
 * name: python3.11, ruby3.1, ksh93, luajit-2.1.
 */
static const struct interpreter {
	const char *names;
	const char *code;	/* letters: the program is their value, or stdin; there is no script */
	const char *value;	/* letters that take a value: the rest of the word, or else the next one */
	const char *rest;	/* letters that take the rest of the word only */
	const char *code_words; /* whole words, like code */
	const char *value_words;/* whole words that take the next one, unless "=" joins it to them */
	bool plus;		/* +o is an option too */
} interpreters[] = {
	{"sh bash dash ash ksh mksh zsh", "cs", "oO", "", "", "--rcfile --init-file", true},
	{"python pypy", "cm", "WX", "", "", "--check-hash-based-pycs", false},
	{"perl", "eE", "I", "MmilFCDVxd0", "", "", false},
	{"ruby", "e", "IrCE", "KWiTF0x", "", "--encoding --external-encoding --internal-encoding", false},
	{"node nodejs", "ep", "rC", "", "--eval --print",
	 "--require --import --loader --experimental-loader --conditions --env-file", false},
	{"php", "rRBE", "dczStF", "", "--run --process-code", "--define --php-ini --server --docroot", false},
	{"lua luajit", "", "el", "jO", "", "", false},
	{"tclsh wish", "", "", "", "", "-encoding", false},
	{"expect", "c", "", "D", "", "", false},
	{"Rscript", "e", "", "", "", "", false},
};

static bool list_has(const char *list, struct span word)
{
	struct span rest = {list, strlen(list)}, one;

	while ((one = span_word(&rest)).len)
		if (one.len == word.len && memcmp(one.s, word.s, word.len) == 0)
			return true;
	return false;
}

void script_interpreters(void (*each)(void *ctx, const char *name, const char *code), void *ctx)
{
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(interpreters); i++) {
		struct span rest = {interpreters[i].names, strlen(interpreters[i].names)}, one;

		while ((one = span_word(&rest)).len) {
			snprintf(name, sizeof(name), "%.*s", (int)one.len, one.s);
			each(ctx, name, interpreters[i].code);
		}
	}
}

static const struct interpreter *interpreter_find(const char *name)
{
	struct span s = {name, strlen(name)};
	struct span bare = s;

	while (bare.len && strchr("0123456789.-", bare.s[bare.len - 1]))
		bare.len--;
	for (size_t i = 0; bare.len && i < ARRAY_SIZE(interpreters); i++)
		if (list_has(interpreters[i].names, bare))
			return &interpreters[i];
	return NULL;
}

enum option { OPTION_ALONE, OPTION_TAKES_NEXT, OPTION_IS_CODE };

/* "-eo": letter by letter, until one of them takes the rest. */
static enum option option_of_letters(const struct interpreter *in, struct span letters)
{
	for (size_t i = 0; i < letters.len; i++) {
		char c = letters.s[i];

		if (strchr(in->code, c))
			return OPTION_IS_CODE;
		if (strchr(in->value, c))
			return i + 1 == letters.len ? OPTION_TAKES_NEXT : OPTION_ALONE;
		if (strchr(in->rest, c))
			return OPTION_ALONE;
	}
	return OPTION_ALONE;
}

static enum option option_read(const struct interpreter *in, struct span word)
{
	struct span rest = word;
	struct span key = span_cut(&rest, '=');

	if (list_has(in->code_words, key))
		return OPTION_IS_CODE;
	if (list_has(in->value_words, key))
		return key.len == word.len ? OPTION_TAKES_NEXT : OPTION_ALONE;
	if (word.s[1] == '-')
		return OPTION_ALONE;
	return option_of_letters(in, (struct span){word.s + 1, word.len - 1});
}

/* The first argument that is not an option; empty where there is none. */
static struct span script_find(const struct interpreter *in, struct span args)
{
	while (args.len) {
		struct span word = span_cut(&args, '\0');

		if (span_is(word, "--"))
			return span_cut(&args, '\0');
		if (span_is(word, "-"))
			break; /* stdin */
		if (word.len < 2 || !(word.s[0] == '-' || (in->plus && word.s[0] == '+')))
			return word;
		enum option o = option_read(in, word);

		if (o == OPTION_IS_CODE)
			break;
		if (o == OPTION_TAKES_NEXT)
			span_cut(&args, '\0');
	}
	return (struct span){"", 0};
}

char *script_name(const char *interpreter, struct span args, bool cut)
{
	const struct interpreter *in = interpreter ? interpreter_find(interpreter) : NULL;
	const char *end = args.s + args.len;
	struct span script;

	if (!in)
		return NULL;
	script = script_find(in, args);
	if (cut && script.s + script.len == end)
		return NULL;
	return span_dup(span_base_name(script));
}
