/* What a unit is, as its properties say: one GetAll becomes a struct unit_props. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "text.h"
#include "units_parts.h"

#define IDLE_VERSION 252 /* that CPUWeight=idle came with */

enum prop_kind { PROP_TEXT, PROP_PATHS, PROP_PID, PROP_BOOL };

/* What is not a knob. */
static const struct prop_row {
	const char *name, *type;
	enum prop_kind kind;
	size_t offset;
} prop_rows[] = {
	{"LoadState", "s", PROP_TEXT, offsetof(struct unit_props, load_state)},
	{"ActiveState", "s", PROP_TEXT, offsetof(struct unit_props, active_state)},
	{"SubState", "s", PROP_TEXT, offsetof(struct unit_props, sub_state)},
	{"ControlGroup", "s", PROP_TEXT, offsetof(struct unit_props, cgroup)},
	{"Slice", "s", PROP_TEXT, offsetof(struct unit_props, slice)},
	{"FragmentPath", "s", PROP_TEXT, offsetof(struct unit_props, fragment)},
	{"Id", "s", PROP_TEXT, offsetof(struct unit_props, id)},
	{"FreezerState", "s", PROP_TEXT, offsetof(struct unit_props, freezer_state)},
	{"DropInPaths", "as", PROP_PATHS, 0},
	{"MainPID", "u", PROP_PID, offsetof(struct unit_props, main_pid)},
	{"ControlPID", "u", PROP_PID, offsetof(struct unit_props, control_pid)},
	{"NeedDaemonReload", "b", PROP_BOOL, offsetof(struct unit_props, needs_reload)},
	{"Delegate", "b", PROP_BOOL, offsetof(struct unit_props, delegate)},
	{"Transient", "b", PROP_BOOL, offsetof(struct unit_props, transient)},
};

static int text_take(sd_bus_message *m, struct unit_props *p, const char **ret)
{
	const char *text;
	int r = sd_bus_message_read(m, "s", &text);

	if (r >= 0)
		*ret = arena_strdup(&p->arena, text);
	return r;
}

static int paths_take(sd_bus_message *m, struct unit_props *p)
{
	const char *list[256]; /* more drop-ins than anybody has; those at the end count */
	const char *path;
	size_t n = 0;
	int r = sd_bus_message_enter_container(m, 'a', "s");

	while (r >= 0 && (r = sd_bus_message_read(m, "s", &path)) > 0)
		list[n++ % ARRAY_SIZE(list)] = path;
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;
	p->n_dropins = n < ARRAY_SIZE(list) ? n : ARRAY_SIZE(list);
	p->dropins = arena_alloc(&p->arena, (p->n_dropins + 1) * sizeof(*p->dropins));
	for (size_t i = 0; i < p->n_dropins; i++)
		p->dropins[i] = arena_strdup(&p->arena, list[(n - p->n_dropins + i) % ARRAY_SIZE(list)]);
	return r;
}

static int prop_take(sd_bus_message *m, const struct prop_row *row, struct unit_props *p)
{
	void *field = (char *)p + row->offset;
	uint32_t number = 0;
	int flag = 0, r;

	switch (row->kind) {
	case PROP_TEXT:
		return text_take(m, p, field);
	case PROP_PATHS:
		return paths_take(m, p);
	case PROP_PID:
		r = sd_bus_message_read(m, "u", &number);
		*(pid_t *)field = number <= INT32_MAX ? (pid_t)number : 0;
		return r;
	case PROP_BOOL:
		r = sd_bus_message_read(m, "b", &flag);
		*(bool *)field = flag;
		return r;
	}
	return -EINVAL;
}

static const char *knob_type(enum knob k)
{
	return property_rows[k].form == PROPERTY_LIST ? "ay" : "t";
}

static int knob_take(sd_bus_message *m, enum knob k, struct unit_props *p)
{
	const void *mask;
	uint64_t number;
	size_t bytes;
	int r;

	if (property_rows[k].form == PROPERTY_LIST) {
		r = sd_bus_message_read_array(m, 'y', &mask, &bytes);
		if (r >= 0)
			property_list(mask, bytes, &p->arena, &p->set[k]);
		return r;
	}
	r = sd_bus_message_read(m, "t", &number);
	if (r < 0)
		return r;
	property_value(k, number, &p->set[k]);
	if (k != KNOB_CPU_WEIGHT)
		return r;
	property_value(KNOB_CPU_IDLE, number, &p->set[KNOB_CPU_IDLE]);
	if (number == 0)
		property_value(k, UINT64_MAX, &p->set[k]);
	return r;
}

static const struct prop_row *prop_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(prop_rows); i++)
		if (!strcmp(name, prop_rows[i].name))
			return &prop_rows[i];
	return NULL;
}

static enum knob knob_find(const char *name)
{
	enum knob k = 0;

	while (k < KNOB__COUNT && (!property_rows[k].bus || strcmp(name, property_rows[k].bus) != 0))
		k++;
	return k;
}

/* One of another type than it has had so far is passed over, as one that is not there. */
static int variant_take(sd_bus_message *m, const char *name, struct unit_props *p)
{
	const struct prop_row *row = prop_find(name);
	enum knob k = row ? KNOB__COUNT : knob_find(name);
	const char *type = row ? row->type : k < KNOB__COUNT ? knob_type(k) : NULL;
	const char *has;
	char container;
	int r = sd_bus_message_peek_type(m, &container, &has);

	if (r < 0)
		return r;
	if (!type || strcmp(type, has) != 0)
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_enter_container(m, 'v', type);
	if (r >= 0)
		r = row ? prop_take(m, row, p) : knob_take(m, k, p);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int answer_take(sd_bus_message *m, struct unit_props *p)
{
	const char *name;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = variant_take(m, name, p);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

static void props_init(struct unit_props *p)
{
	*p = (struct unit_props){0};
	for (size_t i = 0; i < ARRAY_SIZE(prop_rows); i++)
		if (prop_rows[i].kind == PROP_TEXT)
			*(const char **)((char *)p + prop_rows[i].offset) = "";
}

void unit_props_done(struct unit_props *p)
{
	arena_done(&p->arena);
	props_init(p);
}

bool unit_props_settable(const struct unit_props *p)
{
	return !strcmp(p->load_state, "loaded");
}

/* Of all interfaces at once: a path of a unit that is not loaded has systemd load it. */
static int call_new(struct units *u, const char *name, sd_bus_message **ret, struct err *e)
{
	auto_free char *path = NULL;
	int r = u->connected ? sd_bus_path_encode(SYSTEMD_PATH "/unit", name, &path) : -ENOTCONN;

	if (r >= 0)
		r = sd_bus_message_new_method_call(u->bus, ret, SYSTEMD_NAME, path, "org.freedesktop.DBus.Properties", "GetAll");
	return r < 0 ? fail(e, -r, "systemd: GetAll %s: %s", TEXT_ESCAPED(name), strerror(-r)) : 0;
}

/* Asked once a connection: systemd may be another one after a daemon-reexec. */
static bool knows_idle(struct units *u)
{
	auto_free char *text = NULL;
	uint64_t version;

	if (!u->version && sd_bus_get_property_string(u->bus, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER_NAME, "Version", NULL, &text) >= 0) {
		text[strspn(text, "0123456789")] = '\0'; /* "252.39-1~deb12u2" */
		u->version = text_u64(text, &version) == 0 && version <= UINT32_MAX ? (unsigned)version : 1;
	}
	return u->version >= IDLE_VERSION;
}

int units_get(struct units *u, const char *name, struct unit_props *ret, struct err *e)
{
	auto_message sd_bus_message *m = NULL, *answer = NULL;
	int r = call_new(u, name, &m, e);

	props_init(ret);
	if (r >= 0)
		r = units_call(u, m, sd_bus_message_append(m, "s", ""), name, &answer, e);
	if (r < 0)
		return r;
	r = answer_take(answer, ret);
	if (!knows_idle(u))
		ret->set[KNOB_CPU_IDLE] = (struct value){0};
	if (r >= 0)
		return 0;
	unit_props_done(ret);
	return fail(e, -r, "systemd: GetAll %s: the answer is of no known form", TEXT_ESCAPED(name));
}
