/* What a BPF program tells of one process becomes facts. */
#pragma once

#include <cgq/facts.h>

struct task_record;

/* Replaces what stands in ret, which owns nothing: FACT_STAT, FACT_IDS and FACT_NAMESPACE, and of the executable what it says. */
void task_facts_take(const struct task_record *r, struct proc_facts *ret);
