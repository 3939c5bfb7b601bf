// The low-level SHA functions keep their state in a plain struct: a precomputed HMAC key is two copies of it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "starling_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct starling_hmac_sha1_key {
    SHA_CTX inner;
    SHA_CTX outer;
};

starling_hmac_sha1_key *starling_hmac_sha1_new(const uint8_t *key, size_t key_size) {
    starling_hmac_sha1_key *state = malloc(sizeof *state);
    if (!state) return NULL;
    uint8_t block[SHA_CBLOCK] = {0};
    if (key_size > sizeof block) {
        SHA1(key, key_size, block);
    } else if (key_size > 0) {
        memcpy(block, key, key_size);
    }
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
    SHA1_Init(&state->inner);
    SHA1_Update(&state->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&state->outer);
    SHA1_Update(&state->outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
    return state;
}

void starling_hmac_sha1_free(starling_hmac_sha1_key *key) {
    if (!key) return;
    OPENSSL_cleanse(key, sizeof *key);
    free(key);
}

void starling_hmac_sha1(const starling_hmac_sha1_key *key, const void *part1, size_t size1, const void *part2, size_t size2,
                        const void *part3, size_t size3, uint8_t *out) {
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA_CTX state = key->inner;
    if (size1) SHA1_Update(&state, part1, size1);
    if (size2) SHA1_Update(&state, part2, size2);
    if (size3) SHA1_Update(&state, part3, size3);
    SHA1_Final(digest, &state);
    state = key->outer;
    SHA1_Update(&state, digest, sizeof digest);
    SHA1_Final(out, &state);
}

int starling_equal_constant_time(const void *left, const void *right, size_t size) {
    return CRYPTO_memcmp(left, right, size) == 0;
}

// SHA256() and its kin would look their algorithms up by name.
void starling_sha256(const void *bytes, size_t size, uint8_t *out) {
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, bytes, size);
    SHA256_Final(out, &state);
}

void starling_sha2(const void *bytes, size_t size, size_t digest_size, uint8_t *out) {
    if (digest_size == SHA256_DIGEST_LENGTH) return starling_sha256(bytes, size, out);
    SHA512_CTX state;
    if (digest_size == SHA384_DIGEST_LENGTH) {
        SHA384_Init(&state);
    } else {
        SHA512_Init(&state);
    }
    SHA512_Update(&state, bytes, size);
    SHA512_Final(out, &state);
}

void starling_sha1(const void *bytes, size_t size, uint8_t *out) {
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, bytes, size);
    SHA1_Final(out, &state);
}

void starling_md5(const void *bytes, size_t size, uint8_t *out) {
    unsigned int length = 16;
    EVP_Digest(bytes, size, out, &length, EVP_md5(), NULL);
}
