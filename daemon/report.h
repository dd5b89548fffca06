/* The view becomes JSON: one function for each question. jansson values belong to the caller. */
#pragma once

#include <jansson.h>

#include "service.h"
#include "view.h"

json_t *report_list(const struct view *v);
json_t *report_list_columns(const struct view *v, const json_t *keys);
/* group NULL: all. NULL when there is no such group. */
json_t *report_status(const struct view *v, const char *group);
json_t *report_ps(const struct view *v, const char *group);
/* Of one that has ended: what is remembered. NULL with e when there is no such process, and none is remembered. */
json_t *report_explain(const struct view *v, pid_t pid, struct err *e);
/*
 * Where a process would go of which this is known: an object of texts by the names of match kinds, and which file exe
 * is, as "exe_device" and "exe_inode". user and group are numbers; NULL with e where they are not.
 */
json_t *report_as(const struct view *v, const json_t *given, struct err *e);
/* What a reload would do now; with name and text: as if that file were there too. NULL with e on trouble. */
json_t *report_diff(const struct view *v, const char *name, const char *text, size_t len, struct err *e);
/*
 * What is kept of what happened after the entry *after (0: all), to a group and its children (NULL: everything).
 * An *after that has not been yet is of an earlier daemon, and like 0. *after becomes the newest that was looked at. NULL when there is no such group, in the policy or in the record.
 */
json_t *report_events(const struct view *v, const char *group, uint64_t *after);
/* The same for who follows: a batch of what is new; NULL when nothing is. */
json_t *report_events_next(const struct view *v, const char *group, uint64_t *after);
json_t *report_refusals(const struct view *v); /* [{"file","line","text","severity"}] of refused files */
json_t *report_reload(const struct view *v);   /* what a reload came to: refused files, their faults, troubles */
/* What a set came to: its faults, the file it was saved in, and what a person should know. */
json_t *report_set(const struct view *v, const struct set_request *q, const struct faults *faults);
