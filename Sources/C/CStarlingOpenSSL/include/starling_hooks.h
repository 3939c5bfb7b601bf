#ifndef STARLING_HOOKS_H
#define STARLING_HOOKS_H

#include <stddef.h>
#include <stdint.h>

/// One machine's own source of repeatable bytes, for simulations only.
typedef struct starling_random_stream {
    uint64_t state;
} starling_random_stream;

/// From here until `starling_openssl_leave` this thread's `gettimeofday` answers `unix_microseconds`, and OpenSSL draws this
/// thread's random bytes from `stream`; NULL leaves it the system's.
void starling_openssl_enter(uint64_t unix_microseconds, starling_random_stream *stream);
void starling_openssl_leave(void);

/// Makes streams work in this process: threads without a stream keep OpenSSL's own generator. 1 on success.
int starling_openssl_allow_streams(void);

/// Bytes as OpenSSL would hand them to this thread now; 1 on success. For the self-test.
int starling_openssl_random(uint8_t *out, size_t size);

#endif
