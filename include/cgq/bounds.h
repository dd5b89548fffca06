/* How much of anything is accepted. Every bound is stated to the user when it is hit. */
#pragma once

#define POLICY_LINE_MAX_BYTES  1000	   /* iniparser takes 1022 characters with its own additions */
#define POLICY_FILE_MAX_BYTES  (1U << 20)  /* 1 MiB: 10,000 groups of 100 bytes */
#define POLICY_FILES_MAX       1000	   /* *.conf files over all folders */
#define POLICY_GROUPS_MAX      10000
#define POLICY_RULES_MAX       20000
#define POLICY_FAULTS_MAX      1000	   /* further ones of the same file are only counted */
#define GROUP_PART_MAX_BYTES   64	   /* one part of a group's path */
#define GROUP_DEPTH_MAX	       8	   /* web/php/pool is 3 */
#define GROUP_PATH_MAX_BYTES   255
#define RULE_TERMS_MAX	       32
#define MEMORY_LEAST_BYTES     (1U << 20)  /* of a ceiling: below it no program starts, each allocation would be a kill */
#define PROC_ARGS_MAX_BYTES    (32U << 10) /* of a command line: the class path of a Java program alone may be 20 KiB */
#define PROC_ENVIRON_MAX_BYTES (128U << 10)
#define CPUS_MAX	       8192	   /* CONFIG_NR_CPUS of the largest distribution kernels */
#define NODES_MAX	       1024	   /* NUMA nodes, likewise */
#define KEEPER_NAME_BYTES      256	   /* of a file in /run/netns: NAME_MAX and its NUL */
#define KEEPER_LINK_BYTES      16	   /* of an interface: IFNAMSIZ */
