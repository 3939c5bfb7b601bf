#ifndef STARLING_CERTIFICATE_H
#define STARLING_CERTIFICATE_H

#include "starling_hooks.h"

/// A self-signed ECDSA P-256 certificate and its key.
typedef struct starling_certificate starling_certificate;

/// Valid between two Unix times. `stream` may be NULL. Returns NULL where OpenSSL refuses; see `starling_openssl_error`.
starling_certificate *starling_certificate_new(int64_t not_before, int64_t not_after, starling_random_stream *stream);
void starling_certificate_free(starling_certificate *certificate);

/// The SHA-256 of its DER encoding; `out` holds 32 bytes.
void starling_certificate_sha256(const starling_certificate *certificate, uint8_t *out);

/// The size of the DER encoding, written to `out` where it fits.
size_t starling_certificate_der(const starling_certificate *certificate, uint8_t *out, size_t capacity);

/// 1 where its signature is that of its own key. For tests.
int starling_certificate_is_genuine(const starling_certificate *certificate);

/// The newest error of this thread in OpenSSL's words, and forgets all of them.
void starling_openssl_error(char *out, size_t capacity);

#endif
