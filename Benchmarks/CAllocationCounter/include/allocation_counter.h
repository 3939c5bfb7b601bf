#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// How often any thread of this process has asked for heap memory (malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign),
/// whoever called: this program, the Swift runtime or a library.
uint64_t allocation_count(void);

#endif
