/* A person's decision about a process, in answers. */
#include "decision.h"
#include "report_json.h"
#include "report_pin.h"

void report_pin(const struct pin *pin, struct users *users, json_t *o)
{
	char when[32] = "";

	if (pin)
		decision_time(pin->at_usec, when, sizeof(when));
	put_text(o, "pinned_by", pin ? users_name(users, pin->uid) : NULL);
	put_text(o, "pinned_at", pin ? when : NULL);
}
