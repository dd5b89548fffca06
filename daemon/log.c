/* Lines to stderr, with the priority in front where the journal reads them. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include <systemd/sd-daemon.h>

#include <cgq/auto.h>

static bool verbose;

void log_verbose(bool on)
{
	verbose = on;
}

int log_priority(enum log_level level)
{
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	return priorities[level];
}

bool log_shows(enum log_level level)
{
	return level != LOG_LEVEL_DETAIL || verbose;
}

/* The service manager sets JOURNAL_STREAM for a stderr that it connected to the journal, which takes "<4>" off. */
static const char *prefix(enum log_level level)
{
	static const char *const journal[] = {SD_ERR, SD_WARNING, SD_INFO, SD_DEBUG};
	static const char *const plain[] = {"cgqd: error: ", "cgqd: warning: ", "cgqd: ", "cgqd: "};

	return getenv("JOURNAL_STREAM") ? journal[level] : plain[level];
}

void log_line(enum log_level level, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;
	int r;

	if (!log_shows(level))
		return;
	va_start(ap, fmt);
	r = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (r < 0) {
		text = NULL;
		return;
	}
	/* One call, so that lines of several threads or processes do not mix. */
	fprintf(stderr, "%s%s\n", prefix(level), text);
}
