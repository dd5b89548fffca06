/* What settle_units.c owns of the daemon: groups limited in place, on units of systemd. */
#pragma once

#include <systemd/sd-event.h>

#include <cgq/plan.h>
#include <cgq/unit.h>

#include "strmap.h"
#include "unit_frozen.h"
#include "unit_load.h"
#include "unit_store.h"
#include "units.h"

struct in_place {
	struct units *bus;	    /* NULL: none yet, or another placement */
	struct unit_store store;
	bool store_loaded;
	struct unit_load *load;
	struct want *groups;	    /* what each group is to have, see want_in_place() */
	struct seen_units seen;	    /* as they stood at the last look */
	struct unit_want *want;	    /* of each of these */
	struct refusals refusals;   /* by name of the unit */
	uint64_t refusals_until_ns; /* then they are tried once more */
	struct strmap reclaimed;    /* by unit and knob, the soft limit for whose sake less was to be in use, once */
	struct unit_frozen frozen;  /* by cgqd, or found so at its start */
	sd_event_source *soon;	    /* another settle, since somebody joined a group, or systemd read its files anew */
	uint64_t rest_until_ns;	    /* before that no other settle comes for those who join */
	size_t n_refused;	    /* units that hold others' processes */
	unsigned refused_seconds;   /* until units that hold others' processes are looked at again; 0: there is none */
	uint64_t refused_until_ns;
	bool is_taken_over;	    /* what an earlier daemon had frozen is known */
	bool looks;		    /* a full look goes on: who joins is seen by it anyway */
};
