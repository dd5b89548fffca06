/* The folders that looking up a path leads through: whoever replaces an entry of one makes the path mean something else. */
#pragma once

/*
 * step is called with each folder, links followed, and the entry that is looked up in it: "/etc/cgq" with "/etc"
 * being a link to "srv" gives ("/", "etc"), ("/", "srv"), ("/srv", "cgq"). It ends at the first entry that is not there.
 */
void path_steps(const char *path, void (*step)(void *ctx, const char *folder, const char *name), void *ctx);
