/* A server with other limits than the default ones: tests make them small. */
#pragma once

#include "connection.h"

int server_new_limited(sd_event *event, const char *path, const struct connection_limits *limits,
		       server_call *call, void *ctx, struct server **ret, struct err *e);
