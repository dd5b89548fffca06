/* The command line of cgqd: one table for the parser, --help and the man page. */
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
const struct daemon_option daemon_options[] = {
	{'c', "config",   "DIR",  "policy folder instead of the three default ones; may be repeated, later wins"},
	{'s', "settings", "FILE", "the daemon's own settings (/etc/cgq/cgqd.conf)"},
	{'S', "socket",   "PATH", "where to answer (" CGQ_SOCKET_DEFAULT ")"},
	{'d', "state",    "DIR",  "what must outlive a restart (/var/lib/cgq)"},
	{'t', "tree",     "NAME", "name of the cgroup tree in each hierarchy (cgq)"},
	{'1', "once",     NULL,   "apply, place what runs, and end"},
	{'p', "passive",  NULL,   "classify and measure; write nothing"},
	{'k', "check",    NULL,   "read policy and settings, print their faults, and end"},
	{'H', "helper",   "ROLE", "what cgqd and its units start for what needs more privilege; not for people"},
	{'v', "verbose",  NULL,   "say every move and every write"},
	{'h', "help",     NULL,   "this text"},
	{'V', "version",  NULL,   "the version"},
};
/* clang-format on */

const size_t daemon_options_count = ARRAY_SIZE(daemon_options);

const char daemon_exits[] = "0  ended well\n"
			    "1  failed; with --check or --once also: a file was refused\n"
			    "2  the command line is wrong; with --check also: something cannot be read\n";

void options_usage(FILE *f)
{
	fprintf(f, "Usage: cgqd [OPTION]…\n\nSplits this machine between the services that share it.\n\n");
	for (const struct daemon_option *row = daemon_options; row < daemon_options + daemon_options_count; row++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
		fprintf(f, "  %s %-17s %s\n", row->letter == 'v' ? "-v," : "   ", left, row->help);
	}
	fprintf(f, "\nPolicy: *.conf in /usr/lib/cgq/conf.d, /run/cgq/conf.d and /etc/cgq/conf.d.\n"
		   "SIGHUP reloads. SIGTERM stops and leaves the limits in place; `cgq reset` gives everything back.\n"
		   "\nExit status:\n%s", daemon_exits);
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
			fprintf(stderr, "cgqd: --tree: '%s' is not a name (letters, digits, '_' and '-', at most %u)\n", value,
				GROUP_PART_MAX_BYTES - 1);
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
	case 'H':
		o->helper = value;
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
	struct option longs[ARRAY_SIZE(daemon_options) + 1] = {0};
	struct options o = {
		.settings = "/etc/cgq/cgqd.conf",
		.socket = CGQ_SOCKET_DEFAULT,
		.state = "/var/lib/cgq",
		.tree = "cgq",
	};
	int letter;

	for (size_t i = 0; i < ARRAY_SIZE(daemon_options); i++) {
		const struct daemon_option *row = &daemon_options[i];

		longs[i] = (struct option){row->name, row->value ? required_argument : no_argument, NULL, row->letter};
	}
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
