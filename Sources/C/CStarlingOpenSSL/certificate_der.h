#ifndef STARLING_CERTIFICATE_DER_H
#define STARLING_CERTIFICATE_DER_H

#include <stddef.h>
#include <stdint.h>

enum {
    /// An uncompressed point of P-256 (SEC 1 §2.3.3).
    P256_POINT = 65,
    /// The longest ECDSA-Sig-Value of P-256 (RFC 3279 §2.2.3).
    P256_SIGNATURE = 72,
    /// More than the longest certificate that is made here takes, and more than its signed part.
    CERTIFICATE_CAPACITY = 512,
};

/// Writes the signed part of a self-signed certificate of a P-256 key (RFC 5280 §4.1.2): its size, or 0 for times past the year 9999.
size_t starling_der_unsigned_certificate(uint8_t out[CERTIFICATE_CAPACITY], uint64_t serial, int64_t not_before, int64_t not_after,
                                         const uint8_t point[P256_POINT]);

/// Writes the certificate (RFC 5280 §4.1) of its signed part and its ECDSA-Sig-Value.
size_t starling_der_certificate(uint8_t out[CERTIFICATE_CAPACITY], const uint8_t *body, size_t body_size, const uint8_t *signature,
                                size_t signature_size);

#endif
