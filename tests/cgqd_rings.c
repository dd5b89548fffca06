/* In place of daemon/quick_limits.c: no machine has so few CPUs that a socket each is right. */
#include "quick_parts.h"

const unsigned quick_sockets_max = 0;
