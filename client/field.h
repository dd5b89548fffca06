/* Reading what cgqd answered: a missing or strange field is an unknown one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

const char *field_text(const json_t *object, const char *key); /* "" where there is none */
bool field_is_known(const json_t *object, const char *key);    /* there, and not null */
bool field_is_true(const json_t *object, const char *key);
double field_number(const json_t *object, const char *key);    /* 0 where there is none */
const json_t *field_list(const json_t *object, const char *key); /* an array, or NULL, which has no elements */
char *field_place(const json_t *object, const char *key);      /* "file:line", "" where there is none; owned by the caller */

/* Makes every string and key in it fit for a terminal: foreign bytes become \xHH. */
void field_escape(json_t **value);
char *field_escaped(const char *s); /* one string, of any length; owned by the caller */
