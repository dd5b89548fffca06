/* How many sockets are few: alone in its file, so that a daemon for tests can be linked with another number. */
#include "quick_parts.h"

/* More of them make every program's start slow, everybody's: each is asked at each. */
const unsigned quick_sockets_max = 32;
