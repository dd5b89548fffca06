/* Notices that mounts of cgroups come, go or change, and how they are mounted. */
#pragma once

#include <stdbool.h>

struct mounts;

struct mounts *mounts_new(void); /* never NULL; one that cannot look notices nothing */
void mounts_free(struct mounts *m);
int mounts_fd(const struct mounts *m); /* to be waited for with EPOLLPRI; -1: nothing to wait for */
/* Whether those of cgroups are others than at the last call: most mounts that change are none of ours. */
bool mounts_changed(struct mounts *m);
/* Those with favordynmods, as favordynmods_note() lists them, when mounts_changed() was called last; "": none. */
const char *mounts_favordynmods(const struct mounts *m);
