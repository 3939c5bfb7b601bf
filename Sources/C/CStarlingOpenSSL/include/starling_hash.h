#ifndef STARLING_HASH_H
#define STARLING_HASH_H

#include <stddef.h>
#include <stdint.h>

/// An HMAC-SHA1 key with both of its pads hashed once (RFC 2104 §4), so that a message costs no allocation.
typedef struct starling_hmac_sha1_key starling_hmac_sha1_key;

/// Returns NULL when memory is short.
starling_hmac_sha1_key *starling_hmac_sha1_new(const uint8_t *key, size_t key_size);
void starling_hmac_sha1_free(starling_hmac_sha1_key *key);

/// HMAC over up to three parts, as if they lay behind one another; `out` holds 20 bytes.
void starling_hmac_sha1(const starling_hmac_sha1_key *key, const void *part1, size_t size1, const void *part2, size_t size2,
                        const void *part3, size_t size3, uint8_t *out);

/// 1 when both are equal, in a time that does not depend on where they differ.
int starling_equal_constant_time(const void *left, const void *right, size_t size);

/// `out` holds 32 bytes.
void starling_sha256(const void *bytes, size_t size, uint8_t *out);

/// SHA-256, SHA-384 or SHA-512, by the size of what comes out: 32, 48 or 64 bytes.
void starling_sha2(const void *bytes, size_t size, size_t digest_size, uint8_t *out);

/// `out` holds 20 bytes.
void starling_sha1(const void *bytes, size_t size, uint8_t *out);

/// `out` holds 16 bytes (TURN's long-term key, RFC 8489 §9.2.2).
void starling_md5(const void *bytes, size_t size, uint8_t *out);

#endif
