/* What units.c and units_*.c share: the connection, and one call on it. */
#pragma once

#include <systemd/sd-bus.h>

#include "units.h"

#define SYSTEMD_NAME  "org.freedesktop.systemd1"
#define SYSTEMD_PATH  "/org/freedesktop/systemd1"
#define MANAGER_NAME  SYSTEMD_NAME ".Manager"

struct units {
	sd_bus *bus; /* NULL: lost, and not tried again yet */
	sd_event *event;
	sd_event_source *timer, *tell;
	struct units_events on;
	bool connected;	    /* systemd answered on this bus */
	bool is_dead;	    /* this bus ended; dropped by whoever is outside of its callbacks */
	bool by_system_bus; /* which of the two is tried, or used */
	unsigned version;   /* of systemd; 0: not asked yet on this connection */
	unsigned ticks;	    /* that this connection has been under way */
	bool is_new, is_gone, is_reloaded; /* to be told */
	char *job;	    /* path of the job that is waited for */
	char *job_result;   /* once it has ended */
};

static inline void auto_message_unref(sd_bus_message **m)
{
	sd_bus_message_unref(*m);
}

#define auto_message __attribute__((cleanup(auto_message_unref)))

/* A call of the manager that is to be filled: "SetUnitProperties". */
int units_call_new(struct units *u, const char *method, sd_bus_message **ret, struct err *e);
/* Sends it and waits for the answer; ret may be NULL. built is what putting it together came to; subject is for e. */
int units_call(struct units *u, sd_bus_message *m, int built, const char *subject, sd_bus_message **ret, struct err *e);
/* Takes in what comes until it is so: 0, -ETIMEDOUT, or what the bus says. */
int units_wait(struct units *u, bool (*is_so)(const struct units *u));
/* It is of no use any more; not out of a callback of it. */
void units_lose(struct units *u);
