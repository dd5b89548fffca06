/* Texts of counter files become counters. */
#pragma once

#include <cgq/knob.h>
#include <cgq/sample.h>

struct counter sample_number(const char *text);
/* The value after "KEY " at the start of a line. */
struct counter sample_keyed(const char *text, const char *key);
/* cpu.stat; version 1 has no usage in it. */
void sample_cpu_stat(const char *text, int version, struct sample *ret);
/* "some avg10=1.23 …" of a pressure file; negative: unknown. */
double sample_pressure(const char *text);
