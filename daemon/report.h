/* The view becomes JSON: one function for each question. jansson values belong to the caller. */
#pragma once

#include <jansson.h>

#include "service.h"
#include "view.h"

json_t *report_list(const struct view *v);
/* group NULL: all. NULL when there is no such group. */
json_t *report_status(const struct view *v, const char *group);
json_t *report_ps(const struct view *v, const char *group);
/* NULL with e when there is no such process. */
json_t *report_explain(const struct view *v, pid_t pid, struct err *e);
/* What a reload would do now; with name and text: as if that file were there too. NULL with e on trouble. */
json_t *report_diff(const struct view *v, const char *name, const char *text, size_t len, struct err *e);
json_t *report_refusals(const struct view *v); /* [{"file","line","text","severity"}] of refused files */
json_t *report_reload(const struct view *v);   /* what a reload came to: refused files, their faults, troubles */
/* What a set came to: its faults, the file it was saved in, and what a person should know. */
json_t *report_set(const struct view *v, const struct set_request *q, const struct faults *faults);
