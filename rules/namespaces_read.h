/* "net pid:new mount:path:/run/x" → the namespaces that a group wants. */
#pragma once

#include <cgq/memory.h>
#include <cgq/namespace.h>

/* "none": none of its own, for a file that overrides another. 0, or -EINVAL with what is wrong in why. Paths
 * are of the arena. */
int namespaces_read(const char *text, struct arena *arena, struct namespaces *ret, char *why, size_t size);

bool namespaces_any(const struct namespaces *n);
uint32_t namespaces_kinds(const struct namespaces *n,
                          enum namespace_mode mode);                 /* a bit per kind that is of that mode */
const char *namespace_name(enum namespace_kind kind);                /* as the policy has it, "mount" */
const char *namespace_file(enum namespace_kind kind);                /* below /proc/PID/ns, "mnt" */
const char *namespaces_text(uint32_t kinds, char *ret, size_t size); /* "net pid"; returns ret */
