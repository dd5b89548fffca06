/* Bytes of /proc/PID/cmdline become facts. */
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "proc_parse.h"
#include "script_name.h"
#include "span.h"

/* Where in s the two characters a and b first stand; s.len if nowhere. */
static size_t pair_at(struct span s, char a, char b)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.s[i] == a && s.s[i + 1] == b)
			return i;
	return s.len;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * A process may write a title over its arguments, and then argv[0] is a sentence:
 *
 *	nginx: worker process                      nginx
 *	sshd: root@pts/0                           sshd
 *	/usr/sbin/foo: bar                         foo
 *	/opt/chrome/chrome --type=zygote --x=/y    chrome
 *	/opt/My App/bin/run                        run
 *	puma 5.6.5 (tcp://0.0.0.0:3000) [app]      puma
 *	-bash                                      bash
 *
 * So: what stands before ": " or " -"; where its first word is a path, the base name of all of it, else that word.
 */
static char *name_of_argv0(struct span argv0)
{
	struct span rest, word;

	if (argv0.len > 1 && argv0.s[0] == '-')
		argv0 = (struct span){argv0.s + 1, argv0.len - 1};
	argv0.len = smaller(pair_at(argv0, ':', ' '), pair_at(argv0, ' ', '-'));
	rest = argv0;
	word = span_cut(&rest, ' ');
	if (memrchr(word.s, '/', word.len))
		word = span_base_name(argv0);
	if (word.len > 1 && word.s[word.len - 1] == ':')
		word.len--;
	return span_dup(word);
}

static char *args_joined(struct span args)
{
	char *joined;

	while (args.len && args.s[args.len - 1] == '\0')
		args.len--;
	if (args.len == 0)
		return NULL;
	joined = must_alloc(args.len + 1);
	for (size_t i = 0; i < args.len; i++)
		joined[i] = args.s[i] ? args.s[i] : ' ';
	return joined;
}

int proc_parse_args(const char *buf, size_t len, struct proc_facts *f)
{
	struct span all = {buf, smaller(len, PROC_ARGS_MAX_BYTES)};
	struct span rest = all;
	struct span argv0 = span_cut(&rest, '\0');

	free(f->args);
	free(f->argv0_name);
	free(f->script_name);
	f->args = args_joined(all);
	f->args_cut = len >= PROC_ARGS_MAX_BYTES;
	f->argv0_name = argv0.len ? name_of_argv0(argv0) : NULL;
	/* busybox and the like are known by argv[0] only */
	f->script_name = script_name(f->exe_name, rest, len >= PROC_ARGS_MAX_BYTES);
	if (!f->script_name)
		f->script_name = script_name(f->argv0_name, rest, len >= PROC_ARGS_MAX_BYTES);
	return 0;
}
