/* Which script an interpreter runs. */
#pragma once

#include "span.h"

/*
 * interpreter: base name of the executable or of argv[0], may be NULL; args: what follows argv[0], NUL between
 * them; cut: the last one may have lost its end. The script's base name, owned by the caller, or NULL: not an
 * interpreter, or it runs no file.
 */
char *script_name(const char *interpreter, struct span args, bool cut);

/* Each name that interpreters are known by, without the version that may follow it; code: options after which no script comes. */
void script_interpreters(void (*each)(void *ctx, const char *name, const char *code), void *ctx);
