#ifndef STARLING_DTLS_H
#define STARLING_DTLS_H

#include "starling_certificate.h"
#include "starling_hooks.h"

/// What all endpoints of a worker share.
typedef struct starling_dtls_context starling_dtls_context;

/// One association. It never touches a socket: datagrams are lent to it, and what it has to send waits in a bounded queue.
typedef struct starling_dtls starling_dtls;

enum { STARLING_DTLS_HANDSHAKING, STARLING_DTLS_ESTABLISHED, STARLING_DTLS_CLOSED, STARLING_DTLS_FAILED };

enum {
    STARLING_DTLS_NO_FAILURE,
    STARLING_DTLS_FINGERPRINT_MISMATCH,
    STARLING_DTLS_TIMEOUT,
    STARLING_DTLS_ALERT,
    STARLING_DTLS_ERROR,
};

/// The longest datagram of a handshake.
enum { STARLING_DTLS_MTU = 1200 };

/// Never, as a deadline.
#define STARLING_DTLS_NEVER UINT64_MAX

/// Profiles are OpenSSL's names, joined by colons, in order of preference. NULL where OpenSSL refuses.
starling_dtls_context *starling_dtls_context_new(const char *client_profiles, const char *server_profiles, uint64_t now,
                                                 starling_random_stream *stream);
void starling_dtls_context_free(starling_dtls_context *context);

/// All times are microseconds since 1970. The context and the certificate may be freed before the endpoint.
starling_dtls *starling_dtls_new(starling_dtls_context *context, const starling_certificate *certificate, int is_client, int is_seeded,
                                 uint64_t seed, uint64_t now);
void starling_dtls_free(starling_dtls *dtls);

/// Forgets the fingerprints it had; from now on the peer must present one of those added after this.
void starling_dtls_begin_fingerprints(starling_dtls *dtls);
/// Ignores algorithms other than sha-256, sha-384 and sha-512, and whatever exceeds eight.
void starling_dtls_add_fingerprint(starling_dtls *dtls, int digest_bits, const uint8_t *bytes, size_t size);
/// Compares a certificate that came before its fingerprints.
void starling_dtls_end_fingerprints(starling_dtls *dtls, uint64_t now);

void starling_dtls_start(starling_dtls *dtls, uint64_t now);
void starling_dtls_receive(starling_dtls *dtls, const void *datagram, size_t size, uint64_t now);
void starling_dtls_advance(starling_dtls *dtls, uint64_t now);
void starling_dtls_close(starling_dtls *dtls, uint64_t now);

/// One application datagram; 0 where the association is not established or the queue is full.
int starling_dtls_write(starling_dtls *dtls, const void *bytes, size_t size, uint64_t now);

/// Takes the oldest outgoing datagram; 0 where there is none. One that does not fit is dropped.
size_t starling_dtls_next_datagram(starling_dtls *dtls, uint8_t *out, size_t capacity);
/// Takes the oldest application datagram that arrived.
size_t starling_dtls_next_application(starling_dtls *dtls, uint8_t *out, size_t capacity);

int starling_dtls_status(const starling_dtls *dtls);
int starling_dtls_is_verified(const starling_dtls *dtls);
int starling_dtls_failure(const starling_dtls *dtls);
/// The name of the alert, or OpenSSL's words; empty without a failure.
const char *starling_dtls_failure_text(const starling_dtls *dtls);
uint64_t starling_dtls_deadline(const starling_dtls *dtls);
uint64_t starling_dtls_application_datagrams(const starling_dtls *dtls);
uint64_t starling_dtls_dropped_datagrams(const starling_dtls *dtls);

/// The IANA name, or NULL before the handshake.
const char *starling_dtls_cipher(const starling_dtls *dtls);
/// The wire version, 0xFEFD for DTLS 1.2.
int starling_dtls_version(const starling_dtls *dtls);
/// The DTLS-SRTP protection profile's number (RFC 5764 §4.1.2), or 0.
int starling_dtls_srtp_profile(const starling_dtls *dtls);
/// The exporter of RFC 5705 with the label of RFC 5764 §4.2; 0 unless the peer has been verified.
int starling_dtls_export(starling_dtls *dtls, uint8_t *out, size_t size);
/// The DER size of the peer's certificate, written to `out` where it fits; 0 where there is none.
size_t starling_dtls_peer_certificate(const starling_dtls *dtls, uint8_t *out, size_t capacity);

#endif
