/* The socket's file: never reachable with a wrong mode, never in the way of a living daemon. */
#pragma once

#include <sys/types.h>

#include <cgq/err.h>

struct listener {
	int fd;
	char *path;
	dev_t dev; /* of the file we made, so that only that one is removed */
	ino_t ino;
};

/* 0666: who may do what is for each call to say. Replaces a dead socket; -EADDRINUSE if alive. */
int listener_open(const char *path, struct listener *ret, struct err *e);
void listener_close(struct listener *l);
