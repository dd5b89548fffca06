/* Faults, warnings and hints, as every command that tells of them prints them. */
#pragma once

#include <jansson.h>

#include "terminal.h"

/* A line for each: "file:line: text", "file:line: warning: text". before: put in front of each line. */
void faults_show(const struct terminal *t, const json_t *faults, const char *before);
/* How many are of that severity. */
size_t faults_of(const json_t *faults, const char *severity);
/* What is in force instead of a refused file. */
const char *refused_text(const json_t *refused);
