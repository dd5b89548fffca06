/* The command line of cgqd: one table for the parser and for --help. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/interface.h>

#include "policy_files.h"

/* clang-format off */
static const struct row {
	char letter;
	const char *name, *value, *help;
} rows[] = {
	{'c', "config",   "DIR",  "policy folder instead of the three default ones; may be repeated, later wins"},
	{'s', "settings", "FILE", "the daemon's own settings (/etc/cgq/cgqd.conf)"},
	{'S', "socket",   "PATH", "where to answer (" CGQ_SOCKET_DEFAULT ")"},
	{'d', "state",    "DIR",  "what must outlive a restart (/var/lib/cgq)"},
	{'t', "tree",     "NAME", "name of the cgroup tree in each hierarchy (cgq)"},
	{'1', "once",     NULL,   "apply, place what runs, and end"},
	{'p', "passive",  NULL,   "classify and measure; write nothing"},
	{'k', "check",    NULL,   "read policy and settings, print their faults, and end"},
	{'v', "verbose",  NULL,   "say every move and every write"},
	{'h', "help",     NULL,   "this text"},
	{'V', "version",  NULL,   "the version"},
};
/* clang-format on */

void options_usage(FILE *f)
{
	fprintf(f, "Usage: cgqd [OPTION]…\n\nSplits this machine between the services that share it.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
			 rows[i].value ? rows[i].value : "");
		if (rows[i].letter == 'v')
			fprintf(f, "  -v, %-17s %s\n", left, rows[i].help);
		else
			fprintf(f, "      %-17s %s\n", left, rows[i].help);
	}
	fprintf(f, "\nPolicy: *.conf in /usr/lib/cgq/conf.d, /run/cgq/conf.d and /etc/cgq/conf.d.\n"
		   "SIGHUP reloads. SIGTERM stops and leaves the limits in place; `cgq reset` gives everything back.\n"
		   "Exit: 0 ended well, 1 failed or a file was refused (--check, --once), 2 usage\n"
		   "or, with --check, what cannot be read.\n");
}

unsigned options_read_how(const struct options *o)
{
	return (geteuid() == 0 ? READ_TRUSTED_ONLY : 0) | (o->default_folders ? 0 : READ_MUST_EXIST);
}

static bool is_tree_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return n > 0 && n < GROUP_PART_MAX_BYTES && s[n] == '\0' && s[0] != '-';
}

static int take(struct options *o, int letter, const char *value)
{
	switch (letter) {
	case 'c':
		if (o->n_folders == ARRAY_SIZE(o->folders)) {
			fprintf(stderr, "cgqd: --config: at most %zu folders\n", ARRAY_SIZE(o->folders));
			return -EINVAL;
		}
		o->folders[o->n_folders++] = value;
		return 0;
	case 's':
		o->settings = value;
		return 0;
	case 'S':
		o->socket = value;
		return 0;
	case 'd':
		o->state = value;
		return 0;
	case 't':
		if (!is_tree_name(value)) {
			fprintf(stderr, "cgqd: --tree: '%s' is not a name (letters, digits, '_' and '-')\n", value);
			return -EINVAL;
		}
		o->tree = value;
		return 0;
	case '1':
		o->once = true;
		return 0;
	case 'p':
		o->passive = true;
		return 0;
	case 'k':
		o->check = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case 'V':
		o->version = true;
		return 0;
	default: /* getopt has said what is wrong */
		return -EINVAL;
	}
}

int options_parse(int argc, char **argv, struct options *ret)
{
	static const char *const defaults[] = {"/usr/lib/cgq/conf.d", "/run/cgq/conf.d", "/etc/cgq/conf.d"};
	struct option longs[ARRAY_SIZE(rows) + 1] = {0};
	struct options o = {
		.settings = "/etc/cgq/cgqd.conf",
		.socket = CGQ_SOCKET_DEFAULT,
		.state = "/var/lib/cgq",
		.tree = "cgq",
	};
	int letter;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		longs[i] = (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL,
					   rows[i].letter};
	while ((letter = getopt_long(argc, argv, "v", longs, NULL)) >= 0)
		if (take(&o, letter, optarg) < 0)
			return -EINVAL;
	if (optind < argc) {
		fprintf(stderr, "cgqd: '%s': takes no arguments, only options\n", argv[optind]);
		return -EINVAL;
	}
	o.default_folders = o.n_folders == 0;
	if (o.default_folders)
		for (; o.n_folders < ARRAY_SIZE(defaults); o.n_folders++)
			o.folders[o.n_folders] = defaults[o.n_folders];
	*ret = o;
	return 0;
}
