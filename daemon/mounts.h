/* Notices that mounts of cgroups come, go or change. */
#pragma once

#include <stdbool.h>

struct mounts;

struct mounts *mounts_new(void); /* never NULL; one that cannot look notices nothing */
void mounts_free(struct mounts *m);
int mounts_fd(const struct mounts *m); /* to be waited for with EPOLLPRI; -1: nothing to wait for */
/* Whether those of cgroups are others than at the last call: most mounts that change are none of ours. */
bool mounts_changed(struct mounts *m);
