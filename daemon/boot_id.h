/* Which boot this is: what is remembered of processes and cgroups counts for one boot only. */
#pragma once

#define BOOT_ID_SIZE 64

void boot_id_read(char ret[BOOT_ID_SIZE]); /* "" where it cannot be read */
