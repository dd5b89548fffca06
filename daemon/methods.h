/* The interface io.cgq: its methods, who may call them, and its description. */
#pragma once

#include "server.h"
#include "service.h"

/* It changes nothing, and may be answered while something else is being changed. Unknown ones too: they are refused. */
bool methods_only_look(const char *method);
/* A server_call; ctx is a struct service. Serves org.varlink.service as well. */
json_t *methods_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
		     const char **error_name, json_t **error_parameters, struct following *following);
