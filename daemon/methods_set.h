/* What the calls Set and Clear ask for. */
#pragma once

#include <jansson.h>

#include "service.h"
#include "users.h"

/* Owns what request borrows. */
struct set_text {
	struct set_request request;
	const char **keys, **values;
	char **lowered; /* the keys, as a file's are */
	struct users *users;
};

/*
 * parameters: {"group", "settings": [{"key","value"}], "save"} or {"group", "keys": [string], "save"}, whose types are
 * as they must be as far as named here. -EINVAL: the list holds something else. set_text_done() either way.
 */
int set_text_read(json_t *parameters, uid_t uid, struct set_text *ret);
void set_text_done(struct set_text *t);
