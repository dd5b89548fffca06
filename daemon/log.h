/* Lines to stderr. Only the daemon's core and main log; everything below them returns errors. */
#pragma once

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DETAIL };

/* As in syslog(3). */
int log_priority(enum log_level level);
bool log_shows(enum log_level level);
void log_verbose(bool on); /* shows LOG_LEVEL_DETAIL too */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
