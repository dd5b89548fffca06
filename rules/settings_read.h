/* The daemon's own settings, /etc/cgq/cgqd.conf, section [cgqd]. */
#pragma once

#include <cgq/bounds.h>
#include <cgq/policy.h>

struct settings {
	double system_share;	/* system.cpu: 0.05 */
	unsigned verify_seconds;/* verify: 30 */
	bool latency_low;	/* latency = low: the kernel's way into a cgroup is kept warm, see daemon/warm.h */
	bool drift_report;	/* drift = report: what somebody else changed is told, and left so */
	bool containers_skip;	/* containers = skip is the only value so far */
	char confirm_health[POLICY_LINE_MAX_BYTES]; /* confirm.health: a command line; "": none */
};

extern const struct settings settings_default;

struct setting_row {
	const char *name;
	int (*read)(const char *text, struct settings *s); /* -EINVAL: not of that form */
	const char *form;  /* "normal or low" */
	const char *usual; /* what holds where it is not set; NULL: nothing */
	const char *help;
};

/* Reader and man page walk this table. */
extern const struct setting_row setting_rows[];
extern const size_t setting_rows_count;

/* text may hold anything. Faults go to faults; with any, *ret is untouched. */
void settings_read(const char *path, const char *text, size_t len, struct settings *ret, struct faults *faults);
