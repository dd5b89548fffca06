/* Capabilities, as sets of bits. The only file that calls capset(2). */
#pragma once

#include <linux/capability.h>
#include <stdint.h>

#include <cgq/err.h>

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

/* Permitted and effective become keep, as far as they are permitted; inheritable and ambient none. 0 or -errno. */
int caps_keep_only(uint64_t keep, struct err *e);
uint64_t caps_permitted(void);
/* Needs CAP_SETPCAP. */
int caps_bound(uint64_t bounding, struct err *e);
