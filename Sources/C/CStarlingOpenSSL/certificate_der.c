#include "certificate_der.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

// One of a certificate's parts is the same in all: version 3, ecdsa-with-SHA256, CN=Starling, id-ecPublicKey with prime256v1.
static const uint8_t version[] = {0xA0, 3, 2, 1, 2};
static const uint8_t algorithm[] = {0x30, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2};
static const uint8_t name[] = {0x30, 19, 0x31, 17, 0x30, 15, 6, 3, 0x55, 4, 3, 12, 8, 'S', 't', 'a', 'r', 'l', 'i', 'n', 'g'};
static const uint8_t key_head[] = {0x30, 89,   0x30, 19, 6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1,
                                   6,    8,    0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7, 3, 66, 0};

struct der {
    uint8_t *bytes;
    size_t size;
};

static void put(struct der *der, const void *bytes, size_t size) {
    memcpy(der->bytes + der->size, bytes, size);
    der->size += size;
}

static void put_byte(struct der *der, size_t byte) {
    der->bytes[der->size++] = (uint8_t)byte;
}

static void put_head(struct der *der, uint8_t tag, size_t size) {
    put_byte(der, tag);
    if (size > 255) {
        put_byte(der, 0x82);
        put_byte(der, size >> 8);
    } else if (size > 127) {
        put_byte(der, 0x81);
    }
    put_byte(der, size);
}

// Positive, and in as few bytes as hold it.
static void put_serial(struct der *der, uint64_t serial) {
    uint8_t bytes[9] = {0};
    for (int i = 0; i < 8; i++) bytes[1 + i] = (uint8_t)(serial >> (56 - 8 * i));
    size_t skipped = 0;
    while (skipped < 8 && bytes[skipped] == 0 && bytes[skipped + 1] < 0x80) skipped++;
    put_head(der, V_ASN1_INTEGER, sizeof bytes - skipped);
    put(der, bytes + skipped, sizeof bytes - skipped);
}

static void put_digits(struct der *der, int number) {
    put_byte(der, (size_t)('0' + number / 10));
    put_byte(der, (size_t)('0' + number % 10));
}

// RFC 5280 §4.1.2.5: two digits of a year before 2050, four of a later one.
static int put_time(struct der *der, int64_t seconds) {
    time_t moment = (time_t)seconds;
    struct tm time;
    if (!OPENSSL_gmtime(&moment, &time) || time.tm_year < 50 || time.tm_year > 8099) return 0;
    int is_short = time.tm_year < 150;
    put_head(der, is_short ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME, is_short ? 13 : 15);
    if (!is_short) put_digits(der, (time.tm_year + 1900) / 100);
    put_digits(der, time.tm_year % 100);
    put_digits(der, time.tm_mon + 1);
    put_digits(der, time.tm_mday);
    put_digits(der, time.tm_hour);
    put_digits(der, time.tm_min);
    put_digits(der, time.tm_sec);
    put_byte(der, 'Z');
    return 1;
}

size_t starling_der_unsigned_certificate(uint8_t out[CERTIFICATE_CAPACITY], uint64_t serial, int64_t not_before, int64_t not_after,
                                         const uint8_t point[P256_POINT]) {
    uint8_t inner[CERTIFICATE_CAPACITY], dates[64];
    struct der validity = {dates, 0}, body = {inner, 0}, whole = {out, 0};
    if (!put_time(&validity, not_before) || !put_time(&validity, not_after)) return 0;
    put(&body, version, sizeof version);
    put_serial(&body, serial);
    put(&body, algorithm, sizeof algorithm);
    put(&body, name, sizeof name);
    put_head(&body, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, validity.size);
    put(&body, dates, validity.size);
    put(&body, name, sizeof name);
    put(&body, key_head, sizeof key_head);
    put(&body, point, P256_POINT);
    put_head(&whole, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, body.size);
    put(&whole, inner, body.size);
    return whole.size;
}

size_t starling_der_certificate(uint8_t out[CERTIFICATE_CAPACITY], const uint8_t *body, size_t body_size, const uint8_t *signature,
                                size_t signature_size) {
    struct der whole = {out, 0};
    // A bit string of whole bytes, all of whose lengths are short.
    put_head(&whole, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, body_size + sizeof algorithm + 3 + signature_size);
    put(&whole, body, body_size);
    put(&whole, algorithm, sizeof algorithm);
    put_head(&whole, V_ASN1_BIT_STRING, 1 + signature_size);
    put_byte(&whole, 0);
    put(&whole, signature, signature_size);
    return whole.size;
}
