// An EC_KEY is deprecated, and six times as fast here: the certificate takes the key over as it is, where a key of a provider is encoded
// and decoded again by machinery that looks all its parts up by name (250 of 340 µs).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "starling_certificate.h"
#include "certificate.h"
#include "certificate_der.h"
#include "public_keys.h"
#include "starling_hash.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

static EC_KEY *new_pair(void) {
    EC_KEY *pair = starling_p256() ? EC_KEY_new() : NULL;
    if (pair && EC_KEY_set_group(pair, starling_p256()) && EC_KEY_generate_key(pair)) return pair;
    EC_KEY_free(pair);
    return NULL;
}

static EVP_PKEY *key_of(EC_KEY *pair) {
    EVP_PKEY *key = EVP_PKEY_new();
    if (key && EVP_PKEY_set1_EC_KEY(key, pair)) return key;
    EVP_PKEY_free(key);
    return NULL;
}

// Put together byte by byte: OpenSSL encodes most of a certificate's parts twice and more on the way.
static X509 *self_signed(EC_KEY *pair, int64_t not_before, int64_t not_after) {
    uint64_t serial;
    uint8_t point[P256_POINT], body[CERTIFICATE_CAPACITY], digest[32], signature[P256_SIGNATURE], whole[CERTIFICATE_CAPACITY];
    unsigned int signature_size = 0;
    if (ECDSA_size(pair) > P256_SIGNATURE || !starling_openssl_random((uint8_t *)&serial, sizeof serial)
        || EC_POINT_point2oct(starling_p256(), EC_KEY_get0_public_key(pair), POINT_CONVERSION_UNCOMPRESSED, point, sizeof point, NULL)
               != sizeof point) {
        return NULL;
    }
    size_t body_size = starling_der_unsigned_certificate(body, (serial >> 1) | 1, not_before, not_after, point);
    if (body_size == 0) return NULL;
    starling_sha256(body, body_size, digest);
    if (!ECDSA_sign(0, digest, sizeof digest, signature, &signature_size, pair)) return NULL;
    size_t size = starling_der_certificate(whole, body, body_size, signature, signature_size);
    const uint8_t *reader = whole;
    return d2i_X509(NULL, &reader, (long)size);
}

starling_certificate *starling_certificate_new(int64_t not_before, int64_t not_after, starling_random_stream *stream) {
    starling_certificate *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    starling_read_public_keys_directly();
    starling_openssl_enter((uint64_t)not_before * 1000000u, stream);
    ERR_clear_error();
    EC_KEY *pair = new_pair();
    made->key = pair ? key_of(pair) : NULL;
    made->certificate = made->key ? self_signed(pair, not_before, not_after) : NULL;
    EC_KEY_free(pair);
    starling_openssl_leave();
    if (made->certificate) return made;
    starling_certificate_free(made);
    return NULL;
}

void starling_certificate_free(starling_certificate *certificate) {
    if (!certificate) return;
    X509_free(certificate->certificate);
    EVP_PKEY_free(certificate->key);
    free(certificate);
}

void starling_certificate_sha256(const starling_certificate *certificate, uint8_t *out) {
    uint8_t *der = NULL;
    int size = i2d_X509(certificate->certificate, &der);
    if (size > 0) starling_sha256(der, (size_t)size, out);
    OPENSSL_free(der);
}

size_t starling_certificate_der(const starling_certificate *certificate, uint8_t *out, size_t capacity) {
    int size = i2d_X509(certificate->certificate, NULL);
    if (size > 0 && (size_t)size <= capacity) i2d_X509(certificate->certificate, &out);
    return size > 0 ? (size_t)size : 0;
}

int starling_certificate_is_genuine(const starling_certificate *certificate) {
    return X509_verify(certificate->certificate, X509_get0_pubkey(certificate->certificate)) == 1;
}

void starling_openssl_error(char *out, size_t capacity) {
    if (capacity == 0) return;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    size_t size = 0;
    if (!reason) reason = "unknown error";
    while (size + 1 < capacity && reason[size]) {
        out[size] = reason[size];
        size++;
    }
    out[size] = 0;
    ERR_clear_error();
}
