/* A systemd of one unit that does as it is told, and plans carried out against it. */
#pragma once

#include "unit_room.h"

#include <assert.h>

#include "unit_apply.h"

#define UNIT	"a.service"
#define DROPIN	"system/" UNIT ".d/" UNIT_FILE_NAME
#define CONTROL "system.control/" UNIT ".d"

/* One unit of a systemd that does as it is told, but for what a test has it do. */
static struct fake {
	bool is_there;
	bool loses_bus;		  /* at the next set */
	uint32_t refuses, ignores; /* knobs */
	struct value set[KNOB__COUNT];
	const char *fragment;
	unsigned sets, gets;
	void (*before_set)(void);
} fake;

static struct unit_store store;
static struct arena kept_lists; /* of values that outlive what said them */

static struct outcome {
	enum knob knob;
	enum unit_outcome outcome;
	int error;
	char text[512];
	struct seen_unit after; /* as the unit is known then */
} outcomes[16];
static size_t n_outcomes;
static uint64_t use_bytes, grows_by; /* at each look */

static inline struct value number(uint64_t n)
{
	return (struct value){.kind = VALUE_NUMBER, .number = n};
}

static inline int fake_get(void *ctx, const char *name, struct unit_props *ret, struct err *e)
{
	bool there = fake.is_there && !strcmp(name, UNIT);

	fake.gets++;
	*ret = (struct unit_props){
		.load_state = there ? "loaded" : "not-found", .active_state = "active", .cgroup = there ? "/a" : "", .fragment = there && fake.fragment ? fake.fragment : "",
		.sub_state = "", .slice = "", .freezer_state = "",
	};
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		if (property_rows[k].bus)
			ret->set[k] = there ? fake.set[k] : (struct value){.kind = VALUE_MAX};
	return 0;
}

static inline int fake_set(void *ctx, const char *name, const struct unit_setting *list, size_t n, struct err *e)
{
	char path[128];

	fake.sets++;
	if (fake.before_set)
		fake.before_set();
	if (fake.loses_bus)
		return err_fill(e, ECONNRESET, "lost");
	if (!fake.is_there || strcmp(name, UNIT) != 0)
		return err_fill(e, ENOENT, "no such unit");
	for (size_t i = 0; i < n; i++)
		if (fake.refuses & 1U << list[i].knob)
			return err_fill(e, EINVAL, "out of range");
	for (size_t i = 0; i < n; i++) {
		if (!(fake.ignores & 1U << list[i].knob)) {
			fake.set[list[i].knob] = list[i].value;
			value_keep(&kept_lists, &fake.set[list[i].knob]);
		}
		mkdir(path_in("system.control"), 0755);
		mkdir(path_in(CONTROL), 0755);
		snprintf(path, sizeof(path), CONTROL "/50-%s.conf", property_key(list[i].knob));
		text_put(path, "systemd's\n");
	}
	return 0;
}

static inline void on_tell(void *ctx, const struct unit_action *a, const struct unit_result *r)
{
	struct outcome *o = &outcomes[n_outcomes++];

	assert(n_outcomes < ARRAY_SIZE(outcomes));
	*o = (struct outcome){.knob = a->knob, .outcome = r->outcome, .error = r->error};
	snprintf(o->text, sizeof(o->text), "%s", r->e ? r->e->text : "");
	o->after.set[a->knob] = o->after.kernel[a->knob] = number(77);
	unit_result_take(&o->after, a->knob, r, &kept_lists);
}

static inline bool is_below(void *ctx, const struct unit_action *a)
{
	use_bytes += grows_by;
	return use_bytes <= a->only_below_bytes;
}

static inline struct unit_applier applier(void)
{
	return (struct unit_applier){
		.bus = {.get = fake_get, .set = fake_set}, .store = &store, .state = state_fd, .folders = &folders, .page_bytes = 4096,
		.is_below = is_below, .tell = on_tell,
	};
}

static inline int begin(void **state)
{
	fake = (struct fake){.is_there = true};
	for (enum knob k = 0; k < KNOB__COUNT; k++)
		fake.set[k] = (struct value){.kind = VALUE_MAX};
	fake.set[KNOB_CPU_IDLE] = number(0);
	n_outcomes = 0;
	use_bytes = grows_by = 0;
	return room_make(state);
}

static inline int end(void **state)
{
	unit_store_done(&store);
	return room_leave(state);
}

static inline int plan_run(const struct unit_action *list, size_t n)
{
	struct seen_unit units[] = {{.name = UNIT, .group = GROUP_NONE}, {.name = "b.service", .group = GROUP_NONE}};
	struct seen_units seen = {.list = units, .n = 2};
	struct unit_plan plan = {.list = (struct unit_action *)list, .n = n};
	struct unit_applier a = applier();
	struct err e;

	n_outcomes = 0;
	return unit_apply(&a, &plan, &seen, &e);
}

static inline struct unit_action set_of(enum knob k, uint64_t n)
{
	return (struct unit_action){.knob = k, .value = number(n), .group = GROUP_NONE};
}

static inline struct unit_action back_of(enum knob k)
{
	return (struct unit_action){.knob = k, .gives_back = true, .group = GROUP_NONE};
}
