#include "starling_srtp.h"
#include "starling_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { GCM_TAG = 16, GCM_SALT = 12, CM_SALT = 14, RTCP_HEADER = 8, RTCP_TRAILER = 4, RTCP_CM_TAG = 10 };
enum { LABEL_RTP_KEY, LABEL_RTP_AUTH, LABEL_RTP_SALT, LABEL_RTCP_KEY, LABEL_RTCP_AUTH, LABEL_RTCP_SALT };

struct direction {
    EVP_CIPHER_CTX *cipher;
    starling_hmac_sha1_key *authentication;
    uint8_t salt[CM_SALT];
};

struct starling_srtp {
    struct direction rtp;
    struct direction rtcp;
    int is_gcm;
    size_t rtp_tag;
    size_t rtcp_tag;
};

// Fetching an algorithm takes locks and allocates, so it happens once in a process.
static EVP_CIPHER *gcm128, *gcm256, *ctr128, *ctr256;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void) {
    gcm128 = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    gcm256 = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    ctr128 = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    ctr256 = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
}

int starling_srtp_derive(const uint8_t *key, size_t key_size, const uint8_t *salt, uint8_t label, uint8_t *out, size_t size) {
    pthread_once(&fetched, fetch);
    uint8_t iv[16] = {0};
    memcpy(iv, salt, CM_SALT);
    iv[7] ^= label;
    memset(out, 0, size);
    int written = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = context && EVP_EncryptInit_ex(context, key_size == 32 ? ctr256 : ctr128, NULL, key, iv)
               && EVP_EncryptUpdate(context, out, &written, out, (int)size);
    EVP_CIPHER_CTX_free(context);
    return done;
}

static int is_gcm(int profile) {
    return profile == STARLING_SRTP_GCM128 || profile == STARLING_SRTP_GCM256;
}

static size_t key_size(int profile) {
    return profile == STARLING_SRTP_GCM256 ? 32 : 16;
}

static int install(struct direction *direction, int profile, const uint8_t *key, int encrypts) {
    const EVP_CIPHER *cipher = !is_gcm(profile) ? ctr128 : profile == STARLING_SRTP_GCM256 ? gcm256 : gcm128;
    direction->cipher = EVP_CIPHER_CTX_new();
    // Counter mode decrypts by encrypting.
    return direction->cipher && EVP_CipherInit_ex(direction->cipher, cipher, NULL, key, NULL, encrypts || !is_gcm(profile));
}

static int derive(struct direction *direction, int profile, const uint8_t *key, const uint8_t *salt, int encrypts,
                  uint8_t first_label) {
    uint8_t session_key[32], authentication[20];
    size_t size = key_size(profile);
    int done = starling_srtp_derive(key, size, salt, first_label + LABEL_RTP_KEY, session_key, size)
               && starling_srtp_derive(key, size, salt, first_label + LABEL_RTP_SALT, direction->salt,
                                       is_gcm(profile) ? GCM_SALT : CM_SALT)
               && install(direction, profile, session_key, encrypts);
    if (done && !is_gcm(profile)) {
        done = starling_srtp_derive(key, size, salt, first_label + LABEL_RTP_AUTH, authentication, sizeof authentication)
               && (direction->authentication = starling_hmac_sha1_new(authentication, sizeof authentication));
    }
    OPENSSL_cleanse(session_key, sizeof session_key);
    OPENSSL_cleanse(authentication, sizeof authentication);
    return done;
}

static starling_srtp *allocate(int profile) {
    pthread_once(&fetched, fetch);
    if (!gcm128 || !gcm256 || !ctr128 || !ctr256) return NULL;
    starling_srtp *srtp = calloc(1, sizeof *srtp);
    if (!srtp) return NULL;
    srtp->is_gcm = is_gcm(profile);
    srtp->rtp_tag = srtp->is_gcm ? GCM_TAG : profile == STARLING_SRTP_CM32 ? 4 : 10;
    srtp->rtcp_tag = srtp->is_gcm ? GCM_TAG : RTCP_CM_TAG;
    return srtp;
}

starling_srtp *starling_srtp_new(int profile, const uint8_t *key, const uint8_t *salt, int encrypts) {
    starling_srtp *srtp = allocate(profile);
    if (!srtp) return NULL;
    // RFC 7714 §11: the 96-bit salt is derived from as if it had 112 bits, the lowest being zero.
    uint8_t wide_salt[CM_SALT] = {0};
    memcpy(wide_salt, salt, srtp->is_gcm ? GCM_SALT : CM_SALT);
    int done = derive(&srtp->rtp, profile, key, wide_salt, encrypts, LABEL_RTP_KEY)
               && derive(&srtp->rtcp, profile, key, wide_salt, encrypts, LABEL_RTCP_KEY);
    OPENSSL_cleanse(wide_salt, sizeof wide_salt);
    if (done) return srtp;
    starling_srtp_free(srtp);
    return NULL;
}

starling_srtp *starling_srtp_new_from_session(int profile, const uint8_t *key, const uint8_t *salt, int encrypts) {
    starling_srtp *srtp = is_gcm(profile) ? allocate(profile) : NULL;
    if (!srtp) return NULL;
    memcpy(srtp->rtp.salt, salt, GCM_SALT);
    memcpy(srtp->rtcp.salt, salt, GCM_SALT);
    if (install(&srtp->rtp, profile, key, encrypts) && install(&srtp->rtcp, profile, key, encrypts)) return srtp;
    starling_srtp_free(srtp);
    return NULL;
}

void starling_srtp_free(starling_srtp *srtp) {
    if (!srtp) return;
    EVP_CIPHER_CTX_free(srtp->rtp.cipher);
    EVP_CIPHER_CTX_free(srtp->rtcp.cipher);
    starling_hmac_sha1_free(srtp->rtp.authentication);
    starling_hmac_sha1_free(srtp->rtcp.authentication);
    OPENSSL_cleanse(srtp, sizeof *srtp);
    free(srtp);
}

static void put32(uint8_t *out, uint32_t value) {
    out[0] = (uint8_t)(value >> 24);
    out[1] = (uint8_t)(value >> 16);
    out[2] = (uint8_t)(value >> 8);
    out[3] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void xor32(uint8_t *out, uint32_t value) {
    put32(out, get32(out) ^ value);
}

// RFC 7714 §8.1 and §9.1: for SRTCP the index has 31 bits and two zero bytes stand before it, which is the same place.
static void gcm_iv(uint8_t iv[GCM_SALT], const uint8_t *salt, uint32_t ssrc, uint64_t index) {
    memcpy(iv, salt, GCM_SALT);
    xor32(iv + 2, ssrc);
    iv[6] ^= (uint8_t)(index >> 40);
    iv[7] ^= (uint8_t)(index >> 32);
    xor32(iv + 8, (uint32_t)index);
}

// RFC 3711 §4.1.1.
static void cm_iv(uint8_t iv[16], const uint8_t *salt, uint32_t ssrc, uint64_t index) {
    memcpy(iv, salt, CM_SALT);
    iv[14] = iv[15] = 0;
    xor32(iv + 4, ssrc);
    iv[8] ^= (uint8_t)(index >> 40);
    iv[9] ^= (uint8_t)(index >> 32);
    xor32(iv + 10, (uint32_t)index);
}

static int update(EVP_CIPHER_CTX *cipher, uint8_t *out, const void *in, size_t size) {
    int written = 0;
    return size == 0 || EVP_CipherUpdate(cipher, out, &written, in, (int)size);
}

static int begin(struct direction *direction, int gcm, uint32_t ssrc, uint64_t index) {
    uint8_t iv[16];
    if (gcm) {
        gcm_iv(iv, direction->salt, ssrc, index);
    } else {
        cm_iv(iv, direction->salt, ssrc, index);
    }
    return EVP_CipherInit_ex(direction->cipher, NULL, NULL, NULL, iv, -1);
}

static int finish_gcm(EVP_CIPHER_CTX *cipher, uint8_t *tag) {
    int written = 0;
    return EVP_EncryptFinal_ex(cipher, tag, &written) && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag);
}

static int verify_gcm(EVP_CIPHER_CTX *cipher, uint8_t *tag) {
    int written = 0;
    uint8_t rest[16];
    return EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) && EVP_DecryptFinal_ex(cipher, rest, &written) > 0;
}

size_t starling_srtp_protect(starling_srtp *srtp, const void *header, size_t header_size, const void *prefix, size_t prefix_size,
                             const void *payload, size_t payload_size, uint32_t ssrc, uint64_t index, uint8_t *out) {
    EVP_CIPHER_CTX *cipher = srtp->rtp.cipher;
    uint8_t *body = out + header_size;
    size_t size = header_size + prefix_size + payload_size;
    memcpy(out, header, header_size);
    if (!begin(&srtp->rtp, srtp->is_gcm, ssrc, index)) return 0;
    if (srtp->is_gcm && !update(cipher, NULL, out, header_size)) return 0;
    if (!update(cipher, body, prefix, prefix_size) || !update(cipher, body + prefix_size, payload, payload_size)) return 0;
    if (srtp->is_gcm) return finish_gcm(cipher, out + size) ? size + GCM_TAG : 0;
    uint8_t rollover[4], tag[20];
    put32(rollover, (uint32_t)(index >> 16));
    starling_hmac_sha1(srtp->rtp.authentication, out, size, rollover, sizeof rollover, NULL, 0, tag);
    memcpy(out + size, tag, srtp->rtp_tag);
    return size + srtp->rtp_tag;
}

ptrdiff_t starling_srtp_unprotect(starling_srtp *srtp, uint8_t *packet, size_t size, size_t header_size, uint32_t ssrc,
                                  uint64_t index) {
    if (size < header_size + srtp->rtp_tag) return -1;
    EVP_CIPHER_CTX *cipher = srtp->rtp.cipher;
    uint8_t *body = packet + header_size;
    size_t end = size - srtp->rtp_tag, body_size = end - header_size;
    if (!srtp->is_gcm) {
        uint8_t rollover[4], tag[20];
        put32(rollover, (uint32_t)(index >> 16));
        starling_hmac_sha1(srtp->rtp.authentication, packet, end, rollover, sizeof rollover, NULL, 0, tag);
        if (!starling_equal_constant_time(tag, packet + end, srtp->rtp_tag)) return -1;
    }
    if (!begin(&srtp->rtp, srtp->is_gcm, ssrc, index)) return -1;
    if (srtp->is_gcm && !update(cipher, NULL, packet, header_size)) return -1;
    if (!update(cipher, body, body, body_size)) return -1;
    if (srtp->is_gcm && !verify_gcm(cipher, packet + end)) return -1;
    return (ptrdiff_t)body_size;
}

size_t starling_srtp_protect_rtcp(starling_srtp *srtp, const uint8_t *compound, size_t size, uint32_t index, uint8_t *out) {
    EVP_CIPHER_CTX *cipher = srtp->rtcp.cipher;
    uint8_t trailer[RTCP_TRAILER];
    put32(trailer, index | 0x80000000u);
    memcpy(out, compound, RTCP_HEADER);
    if (!begin(&srtp->rtcp, srtp->is_gcm, get32(compound + 4), index)) return 0;
    if (srtp->is_gcm && (!update(cipher, NULL, out, RTCP_HEADER) || !update(cipher, NULL, trailer, RTCP_TRAILER))) return 0;
    if (!update(cipher, out + RTCP_HEADER, compound + RTCP_HEADER, size - RTCP_HEADER)) return 0;
    if (srtp->is_gcm) {
        if (!finish_gcm(cipher, out + size)) return 0;
        memcpy(out + size + GCM_TAG, trailer, RTCP_TRAILER);
    } else {
        uint8_t tag[20];
        memcpy(out + size, trailer, RTCP_TRAILER);
        starling_hmac_sha1(srtp->rtcp.authentication, out, size + RTCP_TRAILER, NULL, 0, NULL, 0, tag);
        memcpy(out + size + RTCP_TRAILER, tag, srtp->rtcp_tag);
    }
    return size + RTCP_TRAILER + srtp->rtcp_tag;
}

ptrdiff_t starling_srtp_unprotect_rtcp(starling_srtp *srtp, uint8_t *packet, size_t size) {
    if (size < RTCP_HEADER + RTCP_TRAILER + srtp->rtcp_tag) return -1;
    EVP_CIPHER_CTX *cipher = srtp->rtcp.cipher;
    size_t end = size - RTCP_TRAILER - srtp->rtcp_tag;
    uint8_t *trailer = packet + (srtp->is_gcm ? size - RTCP_TRAILER : end);
    uint32_t word = get32(trailer), index = word & 0x7FFFFFFFu;
    int is_encrypted = word >> 31;
    uint8_t *body = packet + RTCP_HEADER;
    if (!srtp->is_gcm) {
        uint8_t tag[20];
        starling_hmac_sha1(srtp->rtcp.authentication, packet, end + RTCP_TRAILER, NULL, 0, NULL, 0, tag);
        if (!starling_equal_constant_time(tag, packet + end + RTCP_TRAILER, srtp->rtcp_tag)) return -1;
        if (!is_encrypted) return (ptrdiff_t)end;
    }
    if (!begin(&srtp->rtcp, srtp->is_gcm, get32(packet + 4), index)) return -1;
    // RFC 7714 §9.2 and §9.3: what is not encrypted is authenticated, then the trailer.
    if (srtp->is_gcm
        && (!update(cipher, NULL, packet, is_encrypted ? RTCP_HEADER : end) || !update(cipher, NULL, trailer, RTCP_TRAILER))) {
        return -1;
    }
    if (is_encrypted && !update(cipher, body, body, end - RTCP_HEADER)) return -1;
    if (srtp->is_gcm && !verify_gcm(cipher, packet + end)) return -1;
    return (ptrdiff_t)end;
}
