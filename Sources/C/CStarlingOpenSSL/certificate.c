// An EC_KEY is deprecated, and six times as fast here: the certificate takes the key over as it is, where a key of a provider is encoded
// and decoded again by machinery that looks all its parts up by name (250 of 340 µs).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "starling_certificate.h"
#include "certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <pthread.h>
#include <stdlib.h>

// The curve's tables are made once in a process.
static EC_GROUP *p256;
static pthread_once_t p256_once = PTHREAD_ONCE_INIT;

static void make_p256(void) {
    p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
}

static EVP_PKEY *new_key(void) {
    pthread_once(&p256_once, make_p256);
    EC_KEY *pair = p256 ? EC_KEY_new() : NULL;
    EVP_PKEY *key = pair ? EVP_PKEY_new() : NULL;
    if (!key || !EC_KEY_set_group(pair, p256) || !EC_KEY_generate_key(pair) || !EVP_PKEY_set1_EC_KEY(key, pair)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EC_KEY_free(pair);
    return key;
}

static X509 *self_signed(EVP_PKEY *key, int64_t not_before, int64_t not_after) {
    uint64_t serial;
    X509 *certificate = X509_new();
    if (!certificate) return NULL;
    X509_NAME *name = X509_get_subject_name(certificate);
    if (starling_openssl_random((uint8_t *)&serial, sizeof serial) && X509_set_version(certificate, 2)
        && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1)
        && ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)not_before)
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)not_after)
        && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Starling", -1, -1, 0)
        && X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key)
        && X509_sign(certificate, key, EVP_sha256()) > 0) {
        return certificate;
    }
    X509_free(certificate);
    return NULL;
}

starling_certificate *starling_certificate_new(int64_t not_before, int64_t not_after, starling_random_stream *stream) {
    starling_certificate *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    starling_openssl_enter((uint64_t)not_before * 1000000u, stream);
    ERR_clear_error();
    made->key = new_key();
    made->certificate = made->key ? self_signed(made->key, not_before, not_after) : NULL;
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
    unsigned int size = 32;
    X509_digest(certificate->certificate, EVP_sha256(), out, &size);
}

size_t starling_certificate_der(const starling_certificate *certificate, uint8_t *out, size_t capacity) {
    int size = i2d_X509(certificate->certificate, NULL);
    if (size > 0 && (size_t)size <= capacity) i2d_X509(certificate->certificate, &out);
    return size > 0 ? (size_t)size : 0;
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
