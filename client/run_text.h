/* Arguments and environment of a program, as cgqd takes them: see <cgq/run.h>. */
#pragma once

#include <cgq/err.h>

/* A sealed memfd, the caller's. -E2BIG: they are more than any exec takes. */
int run_text_make(char *const argv[], char *const environment[], struct err *e);
