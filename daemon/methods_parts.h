/* What the files of methods share; nobody else includes it. */
#pragma once

#include <jansson.h>

#include "methods.h"

#define SERVICE "org.varlink.service"
#define CGQ	"io.cgq"

struct question {
	struct service *service;
	const struct peer *peer;
	json_t *parameters;
	const char **error_name;
	json_t **error_parameters;
	struct following *following; /* NULL: one answer only */
};

/* The answer is an error: always NULL. key NULL: one without details. */
json_t *refuse(struct question *q, const char *name, const char *key, json_t *value);
json_t *refuse_text(struct question *q, const char *name, const char *key, const char *text);
json_t *no_such_group(struct question *q); /* of the parameter of that name */
const char *parameter_text(const struct question *q, const char *key);

/* methods_read.c, methods_change.c and methods_run.c: one function for each call, whose parameters are of the right types. */
json_t *do_list(struct question *q);
json_t *do_list_columns(struct question *q);
json_t *do_status(struct question *q);
json_t *do_ps(struct question *q);
json_t *do_explain(struct question *q);
json_t *do_explain_as(struct question *q);
json_t *do_diff(struct question *q);
json_t *do_events(struct question *q);
json_t *do_reload(struct question *q);
json_t *do_confirm(struct question *q);
json_t *do_set(struct question *q);
json_t *do_clear(struct question *q);
json_t *do_reset(struct question *q);
json_t *do_pin(struct question *q);
json_t *do_unpin(struct question *q);
json_t *do_freeze(struct question *q);
json_t *do_thaw(struct question *q);
json_t *do_kill(struct question *q);
json_t *do_run(struct question *q);
