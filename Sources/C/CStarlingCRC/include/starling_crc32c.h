#ifndef STARLING_CRC32C_H
#define STARLING_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `size` bytes behind a prefix whose CRC-32C is `crc`; zero for no prefix.
uint32_t starling_crc32c(uint32_t crc, const void *bytes, size_t size);

/// The CRC-32C of two strings behind one another, from the CRC-32C of each and the size in bytes of the second.
uint32_t starling_crc32c_combine(uint32_t first, uint32_t second, size_t second_size);

/// What the two functions above do where the CPU has neither SSE4.2 nor PCLMULQDQ.
uint32_t starling_crc32c_portable(uint32_t crc, const void *bytes, size_t size);
uint32_t starling_crc32c_combine_portable(uint32_t first, uint32_t second, size_t second_size);

/// 1 where the CPU's own instructions are in use.
int starling_crc32c_is_accelerated(void);

#endif
