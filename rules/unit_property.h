/* Values of knobs as systemd says them: on its bus, and in a unit's file. */
#pragma once

#include <cgq/unit.h>

#define PROPERTY_MASK_BYTES 1024 /* CPUS_MAX bits */
#define QUOTA_SECOND_USEC   1000000

/* Whose property it is: CPU_IDLE is a word of CPU_WEIGHT's, and all else is its own. */
enum knob property_knob(enum knob k);
/* What a file calls it, and so the file 50-KEY.conf that SetUnitProperties leaves; NULL: systemd has no such property. */
const char *property_key(enum knob k);

/* In the kernel's terms; what systemd holds coarser is rounded. */
struct unit_setting {
	enum knob knob;
	struct value value;
};

/*
 * By key, which is the order that keeps systemd from asking for a daemon-reload (it compares its list of drop-ins with
 * the sorted one); one a property: of CPU_WEIGHT and CPU_IDLE, idle wins. Returns how many are left.
 */
size_t settings_sort(struct unit_setting *list, size_t n);

/*
 * The nearest value that systemd holds alike on its bus and in a file: CPUQuota= has two decimals of a percent. A quota
 * becomes one of a second; all else stays.
 */
void property_round(enum knob k, struct value *v);

/*
 * For all but lists. UINT64_MAX for no limit, or not set. CPU_IDLE is the weight 0; CPU_IDLE 0 is a weight that is not
 * set. A quota is microseconds a second, rounded as above.
 */
uint64_t property_number(enum knob k, const struct value *v);
/* Back. An idle weight is 0, one that is not set VALUE_MAX; a quota is one of a second, exactly as the bus says it. */
void property_value(enum knob k, uint64_t number, struct value *ret);

/* Lists: bytes used of the mask, which is the bus's; 0 for an empty list. */
size_t property_mask(const char *list, unsigned char ret[PROPERTY_MASK_BYTES]);
/* UNKNOWN: has no room in a value. */
void property_list(const unsigned char *mask, size_t bytes, struct arena *arena, struct value *ret);

/* Lines of a unit's file that say it, whatever stands before them; "" where systemd has no such property. */
void property_lines(enum knob k, const struct value *v, char *buf, size_t size);
/* "100%" of CPUQuota, as a unit's file has it; "not set"; "?" for unknown. */
void property_text(enum knob k, const struct value *v, char *buf, size_t size);
