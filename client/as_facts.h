/* "name=php,user=www-data": what a person says of a process. */
#pragma once

#include <jansson.h>

#include <cgq/err.h>

/*
 * The parameters of ExplainAs, owned by the caller, with which file exe is; NULL with the one line that says what is
 * wrong. A comma belongs to the value unless a name and '=' follow it: args=--a,b,user=root are two facts.
 */
json_t *as_facts_read(const char *text, struct err *e);
