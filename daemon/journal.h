/* What happened, as entries with fields in systemd's journal, where stderr is the journal. */
#pragma once

#include <stdbool.h>

#include "chronicle.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal;

/*
 * stream: the value of JOURNAL_STREAM, "DEVICE:INODE" of what the service manager connected to stderr. NULL where fd
 * is something else: then nothing is sent.
 */
struct journal *journal_new(const char *stream, int fd, const char *path);
void journal_free(struct journal *j);

/*
 * priority: as in syslog(3). False where it was not taken (j NULL too) and should be told otherwise. Never waits: where
 * the journal is stuck the entry is lost to it.
 */
bool journal_send(struct journal *j, int priority, const char *message, const struct happening *h);
