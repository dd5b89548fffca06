/* The connection to systemd's manager: made, watched, made again; and one call on it. */
#include "units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "clock.h"
#include "text.h"
#include "units_parts.h"

#define PRIVATE_ADDRESS "unix:path=/run/systemd/private" /* systemd's own: root's alone, there without dbus-daemon */
#define SYSTEM_ADDRESS	"unix:path=/run/dbus/system_bus_socket"
#define RETRY_USEC	1000000U
#define TICKS_MAX	5 /* a connection that nobody answers on is given up */

/* Callbacks run out of sd_bus_process(), in which no call can wait: what they learn is told by the loop. */
static void tell_soon(struct units *u)
{
	if (u->tell)
		sd_event_source_set_enabled(u->tell, SD_EVENT_ONESHOT);
}

/* One tick a second, only while there is something to wait for. */
static void retry_soon(struct units *u)
{
	if (u->timer) {
		sd_event_source_set_time_relative(u->timer, RETRY_USEC);
		sd_event_source_set_enabled(u->timer, SD_EVENT_ONESHOT);
	}
}

void units_lose(struct units *u)
{
	u->is_gone = u->is_gone || u->connected;
	u->connected = u->is_dead = false;
	u->ticks = u->version = 0;
	sd_bus_detach_event(u->bus);
	u->bus = sd_bus_close_unref(u->bus);
	tell_soon(u);
	retry_soon(u);
}

static int on_reloading(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct units *u = ctx;
	int begins;

	if (sd_bus_message_read(m, "b", &begins) < 0 || begins)
		return 0;
	u->is_reloaded = true;
	tell_soon(u);
	return 0;
}

static int on_job_removed(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	const char *path, *unit, *result;
	struct units *u = ctx;
	uint32_t id;

	if (!u->job || sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0 || strcmp(path, u->job) != 0)
		return 0;
	free(u->job_result);
	u->job_result = must_strdup(result);
	return 0;
}

static int on_disconnected(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct units *u = ctx;

	if (u->connected)
		u->by_system_bus = false; /* the private socket first, as at start */
	u->is_gone = u->is_gone || u->connected;
	u->connected = false;
	u->is_dead = true;
	tell_soon(u);
	return 0;
}

static int on_subscribed(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct units *u = ctx;

	if (sd_bus_message_is_method_error(m, NULL))
		return 0; /* of no use yet: given up like a connection that nobody answers on */
	u->connected = true;
	u->is_new = true;
	u->ticks = 0;
	tell_soon(u);
	return 0;
}

static int signal_match(struct units *u, const char *member, sd_bus_message_handler_t on)
{
	return sd_bus_match_signal_async(u->bus, NULL, u->by_system_bus ? SYSTEMD_NAME : NULL, SYSTEMD_PATH, MANAGER_NAME, member,
					 on, NULL, u);
}

static int bus_begin(struct units *u)
{
	int r = sd_bus_set_address(u->bus, u->by_system_bus ? SYSTEM_ADDRESS : PRIVATE_ADDRESS);

	if (r >= 0)
		r = sd_bus_set_bus_client(u->bus, u->by_system_bus);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(u->bus, UNITS_WAIT_USEC);
	if (r >= 0)
		r = sd_bus_start(u->bus);
	if (r >= 0)
		r = sd_bus_match_signal_async(u->bus, NULL, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
					      "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, NULL, u);
	if (r >= 0)
		r = signal_match(u, "Reloading", on_reloading);
	if (r >= 0)
		r = signal_match(u, "JobRemoved", on_job_removed);
	if (r >= 0)
		r = sd_bus_call_method_async(u->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER_NAME, "Subscribe", on_subscribed, u,
					     "");
	return r;
}

/* It is connected once systemd has answered, which is not waited for. */
static int bus_start(struct units *u)
{
	int r = sd_bus_new(&u->bus);

	if (r < 0)
		return r;
	r = bus_begin(u);
	if (r >= 0 && u->event)
		r = sd_bus_attach_event(u->bus, u->event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		units_lose(u);
	return r;
}

/* The other one, where this one does not answer. */
static int bus_start_any(struct units *u)
{
	int r = bus_start(u);

	if (r >= 0)
		return r;
	u->by_system_bus = !u->by_system_bus;
	return bus_start(u);
}

static void tell(struct units *u, bool *what, void (*on)(void *ctx))
{
	if (*what && on)
		on(u->on.ctx);
	*what = false;
}

static int on_tell(sd_event_source *s, void *ctx)
{
	struct units *u = ctx;

	if (u->is_dead)
		units_lose(u);
	tell(u, &u->is_gone, u->on.gone);
	if (u->connected)
		tell(u, &u->is_new, u->on.returned);
	tell(u, &u->is_reloaded, u->on.reloaded);
	return 0;
}

static int on_tick(sd_event_source *s, uint64_t usec, void *ctx)
{
	struct units *u = ctx;

	if (u->connected)
		return 0;
	if (u->bus && ++u->ticks > TICKS_MAX) {
		units_lose(u);
		u->by_system_bus = !u->by_system_bus;
	}
	if (!u->bus)
		bus_start_any(u);
	retry_soon(u);
	return 0;
}

static int loop_join(struct units *u)
{
	int r = sd_event_add_defer(u->event, &u->tell, on_tell, u);

	if (r >= 0)
		r = sd_event_source_set_enabled(u->tell, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(u->event, &u->timer, CLOCK_MONOTONIC, RETRY_USEC, RETRY_USEC / 4, on_tick, u);
	return r < 0 ? r : sd_event_source_set_enabled(u->timer, SD_EVENT_OFF);
}

int units_wait(struct units *u, bool (*is_so)(const struct units *u))
{
	uint64_t until_ns = clock_now_ns() + UNITS_WAIT_USEC * 1000ULL;

	while (!is_so(u)) {
		uint64_t now_ns = clock_now_ns();
		int r = sd_bus_process(u->bus, NULL);

		if (r == 0 && now_ns >= until_ns)
			return -ETIMEDOUT;
		if (r == 0)
			r = sd_bus_wait(u->bus, (until_ns - now_ns) / 1000 + 1);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

/* On one of the two buses, before anything is asked. */
static int connect_now(struct units *u)
{
	int r = -ENOTCONN;

	for (int i = 0; i < 2 && r < 0; i++) {
		r = bus_start(u);
		if (r >= 0)
			r = units_wait(u, units_connected);
		if (r < 0 && u->bus)
			units_lose(u);
		if (r < 0)
			u->by_system_bus = !u->by_system_bus;
	}
	return r;
}

struct units *units_new(sd_event *event, const struct units_events *on, struct err *e)
{
	struct units *u = must_alloc(sizeof(*u));
	int r;

	u->event = sd_event_ref(event);
	if (on)
		u->on = *on;
	r = event ? loop_join(u) : 0;
	if (r >= 0)
		r = connect_now(u);
	if (r < 0) {
		fail(e, -r, "systemd cannot be asked: neither its private socket nor the system bus answers: %s", strerror(-r));
		units_free(u);
		return NULL;
	}
	u->is_new = false;
	return u;
}

void units_free(struct units *u)
{
	if (!u)
		return;
	sd_event_source_disable_unref(u->tell);
	sd_event_source_disable_unref(u->timer);
	sd_bus_detach_event(u->bus);
	sd_bus_close_unref(u->bus);
	sd_event_unref(u->event);
	free(u->job);
	free(u->job_result);
	free(u);
}

bool units_connected(const struct units *u)
{
	return u->connected;
}

/* What systemd's own errors come to; those of D-Bus itself are known to sd-bus. */
static int error_number(const sd_bus_error *error)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {
		{SYSTEMD_NAME ".NoSuchUnit", ENOENT},	    {SYSTEMD_NAME ".LoadFailed", ENOENT},
		{SYSTEMD_NAME ".UnitExists", EEXIST},	    {SYSTEMD_NAME ".UnitMasked", EPERM},
		{SYSTEMD_NAME ".BadUnitSetting", EINVAL},   {SYSTEMD_NAME ".UnitInactive", ESRCH},
		{SYSTEMD_NAME ".NoSuchProcess", ESRCH},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (error->name && !strcmp(error->name, rows[i].name))
			return rows[i].number;
	return sd_bus_error_get_errno(error);
}

static int answer_fail(const sd_bus_error *error, int r, const char *method, const char *subject, struct err *e)
{
	int code = sd_bus_error_is_set(error) ? error_number(error) : -r;

	return fail(e, code, "systemd: %s %s: %s", method, TEXT_ESCAPED(subject),
		    error->message ? TEXT_ESCAPED(error->message) : strerror(code));
}

bool units_lost(int r)
{
	return r == -ETIMEDOUT || r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE || r == -EHOSTUNREACH;
}

int units_call_new(struct units *u, const char *method, sd_bus_message **ret, struct err *e)
{
	int r = -ENOTCONN;

	if (u->connected)
		r = sd_bus_message_new_method_call(u->bus, ret, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER_NAME, method);
	return r < 0 ? fail(e, -r, "systemd: %s: %s", method, strerror(-r)) : 0;
}

int units_call(struct units *u, sd_bus_message *m, int built, const char *subject, sd_bus_message **ret, struct err *e)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *method = sd_bus_message_get_member(m);
	int r = built;

	if (r >= 0)
		r = sd_bus_call(u->bus, m, UNITS_WAIT_USEC, &error, ret);
	if (r >= 0)
		return 0;
	if (units_lost(r))
		units_lose(u);
	r = answer_fail(&error, r, method, subject, e);
	sd_bus_error_free(&error);
	return r;
}
