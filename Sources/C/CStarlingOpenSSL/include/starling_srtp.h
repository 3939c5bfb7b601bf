#ifndef STARLING_SRTP_H
#define STARLING_SRTP_H

#include <stddef.h>
#include <stdint.h>

/// The keys of one direction of SRTP and SRTCP (RFC 3711, RFC 7714), with every cipher context made once.
typedef struct starling_srtp starling_srtp;

enum { STARLING_SRTP_GCM128, STARLING_SRTP_GCM256, STARLING_SRTP_CM80, STARLING_SRTP_CM32 };

/// `key` is 16 bytes (32 for GCM-256), `salt` 12 for GCM and 14 for AES-CM. NULL where OpenSSL refuses or memory is short.
starling_srtp *starling_srtp_new(int profile, const uint8_t *key, const uint8_t *salt, int encrypts);
/// For the vectors of RFC 7714, which give session keys and not master keys; GCM only.
starling_srtp *starling_srtp_new_from_session(int profile, const uint8_t *key, const uint8_t *salt, int encrypts);
void starling_srtp_free(starling_srtp *srtp);

/// Writes header, encrypted parts and tag to `out`, which holds them all; its size, or 0 where OpenSSL refuses.
size_t starling_srtp_protect(starling_srtp *srtp, const void *header, size_t header_size, const void *prefix, size_t prefix_size,
                             const void *payload, size_t payload_size, uint32_t ssrc, uint64_t index, uint8_t *out);

/// Decrypts in place; the payload's size, or -1 where the tag is wrong or missing. The caller saw that size >= header_size.
ptrdiff_t starling_srtp_unprotect(starling_srtp *srtp, uint8_t *packet, size_t size, size_t header_size, uint32_t ssrc,
                                  uint64_t index);

/// `compound` has at least 8 bytes and no trailer; `index` has 31 bits. Returns the size in `out`, or 0.
size_t starling_srtp_protect_rtcp(starling_srtp *srtp, const uint8_t *compound, size_t size, uint32_t index, uint8_t *out);

/// Decrypts in place; the compound's size, or -1.
ptrdiff_t starling_srtp_unprotect_rtcp(starling_srtp *srtp, uint8_t *packet, size_t size);

/// The AES counter mode key derivation (RFC 3711 §4.3.3) with a rate of zero; `salt` holds 14 bytes. 1 on success.
int starling_srtp_derive(const uint8_t *key, size_t key_size, const uint8_t *salt, uint8_t label, uint8_t *out, size_t size);

#endif
