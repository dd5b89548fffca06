/* The starter: what a privileged helper of cgqd does, see starter.h. */
#pragma once

/* Carries out the orders that come over fd until its end, then 0; -errno where it cannot go on. */
int starter_run(int fd);
