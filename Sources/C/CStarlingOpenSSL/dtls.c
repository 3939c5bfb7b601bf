#include "starling_dtls.h"
#include "certificate.h"
#include "datagram_queue.h"
#include "public_keys.h"
#include "starling_hash.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_RETRANSMIT = 100000,
    LAST_RETRANSMIT = 4000000,
    FINGERPRINTS = 8,
    IP_AND_UDP = 48,
    // A record's header, explicit nonce and tag, with room to spare.
    RECORD_OVERHEAD = 64,
    LONGEST_DATAGRAM = 16384,
    // RFC 6347 §4.1, RFC 5288 §3, RFC 5116 §5.
    RECORD_HEADER = 13,
    EXPLICIT_NONCE = 8,
    TAG = 16,
};

struct starling_dtls_context {
    SSL_CTX *ssl;
    char *client_profiles;
    char *server_profiles;
};

struct fingerprint {
    size_t size;
    uint8_t bytes[EVP_MAX_MD_SIZE];
};

struct starling_dtls {
    SSL *ssl;
    starling_random_stream stream;
    int is_seeded;

    // The datagram that is being read; lent for one call.
    const uint8_t *incoming;
    size_t incoming_size;
    struct datagram_queue outgoing;
    struct datagram_queue application;
    uint64_t application_datagrams;
    uint64_t stunted;

    struct fingerprint fingerprints[FINGERPRINTS];
    size_t fingerprint_count;
    int knows_fingerprints;
    int is_verified;
    int is_mismatched;

    int is_started;
    int status;
    int failure;
    int fatal_alert;
    char failure_text[96];
    uint64_t deadline;
};

// Datagram BIO: one write is one datagram, and one read takes one.

static int bio_write(BIO *bio, const char *bytes, int size) {
    starling_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    // A full queue loses the datagram, as a network would; the handshake's timer sends it again.
    if (dtls && size > 0) datagram_queue_push(&dtls->outgoing, (const uint8_t *)bytes, (size_t)size);
    return size;
}

static int bio_read(BIO *bio, char *out, int capacity) {
    starling_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!dtls || !dtls->incoming || capacity <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t size = dtls->incoming_size < (size_t)capacity ? dtls->incoming_size : (size_t)capacity;
    memcpy(out, dtls->incoming, size);
    dtls->incoming = NULL;
    return (int)size;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return STARLING_DTLS_MTU;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
        return IP_AND_UDP;
    default:
        return 0;
    }
}

static BIO_METHOD *bio_method;
static pthread_once_t bio_once = PTHREAD_ONCE_INIT;

static void make_bio_method(void) {
    bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "starling datagrams");
    if (!bio_method) return;
    BIO_meth_set_write(bio_method, bio_write);
    BIO_meth_set_read(bio_method, bio_read);
    BIO_meth_set_ctrl(bio_method, bio_control);
}

// Certificates are self-signed: what counts is that one matches a fingerprint from signaling (RFC 8122 §5).

static int matches(const starling_dtls *dtls, X509 *certificate) {
    uint8_t *der = NULL, digest[EVP_MAX_MD_SIZE];
    int size = i2d_X509(certificate, &der), found = 0;
    for (size_t i = 0; size > 0 && !found && i < dtls->fingerprint_count; i++) {
        const struct fingerprint *expected = &dtls->fingerprints[i];
        starling_sha2(der, (size_t)size, expected->size, digest);
        found = memcmp(digest, expected->bytes, expected->size) == 0;
    }
    OPENSSL_free(der);
    return found;
}

static int verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    starling_dtls *dtls = ssl ? SSL_get_app_data(ssl) : NULL;
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (!dtls || !certificate) return 0;
    // A ClientHello may overtake the answer that brings the fingerprint; it is compared when it comes.
    if (!dtls->knows_fingerprints) return 1;
    dtls->is_mismatched = !matches(dtls, certificate);
    if (!dtls->is_mismatched) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static unsigned int retransmit_after(SSL *ssl, unsigned int previous) {
    (void)ssl;
    if (previous == 0) return FIRST_RETRANSMIT;
    return previous >= LAST_RETRANSMIT / 2 ? LAST_RETRANSMIT : previous * 2;
}

static void note_alert(const SSL *ssl, int where, int value) {
    starling_dtls *dtls = SSL_get_app_data(ssl);
    if (dtls && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL) dtls->fatal_alert = value;
}

static SSL_CTX *make_ssl_context(void) {
    SSL_CTX *ssl = SSL_CTX_new(DTLS_method());
    if (!ssl) return NULL;
    SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                                 | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    // Nothing longer has room in the queue of outgoing datagrams.
    SSL_CTX_set_max_send_fragment(ssl, STARLING_QUEUE_CAPACITY);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, verify, NULL);
    SSL_CTX_set_info_callback(ssl, note_alert);
    if (SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) && SSL_CTX_set_max_proto_version(ssl, DTLS1_2_VERSION)
        && SSL_CTX_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
                                        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384")
        && SSL_CTX_set1_groups_list(ssl, "P-256:X25519:P-384")) {
        return ssl;
    }
    SSL_CTX_free(ssl);
    return NULL;
}

starling_dtls_context *starling_dtls_context_new(const char *client_profiles, const char *server_profiles, uint64_t now,
                                                 starling_random_stream *stream) {
    pthread_once(&bio_once, make_bio_method);
    starling_read_public_keys_directly();
    starling_dtls_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    starling_openssl_enter(now, stream);
    ERR_clear_error();
    context->ssl = bio_method ? make_ssl_context() : NULL;
    // This OpenSSL function returns 0 on success; a wrong name shows here and not at the first handshake.
    int done = context->ssl && SSL_CTX_set_tlsext_use_srtp(context->ssl, server_profiles) == 0
               && SSL_CTX_set_tlsext_use_srtp(context->ssl, client_profiles) == 0
               && (context->client_profiles = strdup(client_profiles)) && (context->server_profiles = strdup(server_profiles));
    starling_openssl_leave();
    if (done) return context;
    starling_dtls_context_free(context);
    return NULL;
}

void starling_dtls_context_free(starling_dtls_context *context) {
    if (!context) return;
    SSL_CTX_free(context->ssl);
    free(context->client_profiles);
    free(context->server_profiles);
    free(context);
}

static void enter(starling_dtls *dtls, uint64_t now) {
    starling_openssl_enter(now, dtls->is_seeded ? &dtls->stream : NULL);
    ERR_clear_error();
}

static void update_deadline(starling_dtls *dtls, uint64_t now) {
    struct timeval remaining;
    int is_over = dtls->status == STARLING_DTLS_CLOSED || dtls->status == STARLING_DTLS_FAILED;
    dtls->deadline = STARLING_DTLS_NEVER;
    if (!is_over && DTLSv1_get_timeout(dtls->ssl, &remaining)) {
        dtls->deadline = now + (uint64_t)remaining.tv_sec * 1000000 + (uint64_t)remaining.tv_usec;
    }
}

static void leave(starling_dtls *dtls, uint64_t now) {
    update_deadline(dtls, now);
    starling_openssl_leave();
}

static void copy_text(char *out, size_t capacity, const char *text) {
    size_t size = 0;
    while (text && text[size] && size + 1 < capacity) {
        out[size] = text[size];
        size++;
    }
    out[size] = 0;
}

static void fail(starling_dtls *dtls) {
    unsigned long error = ERR_peek_error();
    const char *text = ERR_reason_error_string(error);
    dtls->status = STARLING_DTLS_FAILED;
    if (dtls->is_mismatched) {
        dtls->failure = STARLING_DTLS_FINGERPRINT_MISMATCH;
        text = "";
    } else if (dtls->fatal_alert) {
        dtls->failure = STARLING_DTLS_ALERT;
        text = SSL_alert_desc_string_long(dtls->fatal_alert);
    } else if (ERR_GET_REASON(error) == SSL_R_READ_TIMEOUT_EXPIRED) {
        dtls->failure = STARLING_DTLS_TIMEOUT;
        text = "";
    } else {
        dtls->failure = STARLING_DTLS_ERROR;
        if (!text) text = "unknown error";
    }
    copy_text(dtls->failure_text, sizeof dtls->failure_text, text);
}

static void judge(starling_dtls *dtls, int result) {
    switch (SSL_get_error(dtls->ssl, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        break;
    case SSL_ERROR_ZERO_RETURN:
        dtls->status = STARLING_DTLS_CLOSED;
        SSL_shutdown(dtls->ssl);
        break;
    default:
        fail(dtls);
    }
}

static void compare_fingerprints(starling_dtls *dtls) {
    if (dtls->is_verified || !dtls->knows_fingerprints || dtls->status != STARLING_DTLS_ESTABLISHED) return;
    X509 *certificate = SSL_get0_peer_certificate(dtls->ssl);
    dtls->is_verified = certificate && matches(dtls, certificate);
    if (dtls->is_verified) return;
    dtls->is_mismatched = 1;
    SSL_shutdown(dtls->ssl);
    fail(dtls);
}

// Works through the lent datagram, which may hold several records.
static void work(starling_dtls *dtls) {
    if (dtls->status == STARLING_DTLS_HANDSHAKING) {
        int result = SSL_do_handshake(dtls->ssl);
        if (result == 1) {
            dtls->status = STARLING_DTLS_ESTABLISHED;
            compare_fingerprints(dtls);
        } else {
            judge(dtls, result);
        }
    }
    while (dtls->status == STARLING_DTLS_ESTABLISHED) {
        uint8_t bytes[LONGEST_DATAGRAM];
        int size = SSL_read(dtls->ssl, bytes, sizeof bytes);
        if (size <= 0) {
            judge(dtls, size);
            break;
        }
        dtls->application_datagrams++;
        datagram_queue_push(&dtls->application, bytes, (size_t)size);
    }
}

starling_dtls *starling_dtls_new(starling_dtls_context *context, const starling_certificate *certificate, int is_client, int is_seeded,
                                 uint64_t seed, uint64_t now) {
    starling_dtls *dtls = calloc(1, sizeof *dtls);
    if (!dtls) return NULL;
    dtls->is_seeded = is_seeded;
    dtls->stream.state = seed;
    dtls->deadline = STARLING_DTLS_NEVER;
    enter(dtls, now);
    dtls->ssl = SSL_new(context->ssl);
    BIO *bio = dtls->ssl ? BIO_new(bio_method) : NULL;
    int done = 0;
    if (bio) {
        BIO_set_data(bio, dtls);
        BIO_set_init(bio, 1);
        SSL_set_bio(dtls->ssl, bio, bio);
        SSL_set_app_data(dtls->ssl, dtls);
        SSL_set_mtu(dtls->ssl, STARLING_DTLS_MTU);
        DTLS_set_timer_cb(dtls->ssl, retransmit_after);
        if (is_client) {
            SSL_set_connect_state(dtls->ssl);
        } else {
            SSL_set_accept_state(dtls->ssl);
        }
        done = SSL_use_certificate(dtls->ssl, certificate->certificate) && SSL_use_PrivateKey(dtls->ssl, certificate->key)
               && SSL_set_tlsext_use_srtp(dtls->ssl, is_client ? context->client_profiles : context->server_profiles) == 0;
    }
    starling_openssl_leave();
    if (done) return dtls;
    starling_dtls_free(dtls);
    return NULL;
}

void starling_dtls_free(starling_dtls *dtls) {
    if (!dtls) return;
    SSL_free(dtls->ssl);
    datagram_queue_free(&dtls->outgoing);
    datagram_queue_free(&dtls->application);
    free(dtls);
}

void starling_dtls_begin_fingerprints(starling_dtls *dtls) {
    dtls->fingerprint_count = 0;
    dtls->knows_fingerprints = 1;
}

void starling_dtls_add_fingerprint(starling_dtls *dtls, int digest_bits, const uint8_t *bytes, size_t size) {
    int is_known = digest_bits == 256 || digest_bits == 384 || digest_bits == 512;
    if (!is_known || size != (size_t)digest_bits / 8 || dtls->fingerprint_count == FINGERPRINTS) return;
    struct fingerprint *added = &dtls->fingerprints[dtls->fingerprint_count++];
    added->size = size;
    memcpy(added->bytes, bytes, size);
}

void starling_dtls_end_fingerprints(starling_dtls *dtls, uint64_t now) {
    enter(dtls, now);
    compare_fingerprints(dtls);
    leave(dtls, now);
}

void starling_dtls_start(starling_dtls *dtls, uint64_t now) {
    if (dtls->is_started) return;
    dtls->is_started = 1;
    enter(dtls, now);
    work(dtls);
    leave(dtls, now);
}

// OpenSSL 3.0 ends the association over a protected record that is too short to hold its nonce and tag, and so lets anyone end it who can
// send a datagram. Nothing genuine is that short.
static int has_stunted_record(const starling_dtls *dtls, const uint8_t *datagram, size_t size) {
    const SSL_CIPHER *cipher = SSL_get_current_cipher(dtls->ssl);
    size_t least = cipher && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 ? TAG : EXPLICIT_NONCE + TAG;
    for (size_t start = 0; size - start >= RECORD_HEADER;) {
        const uint8_t *header = datagram + start;
        int is_protected = header[3] != 0 || header[4] != 0;
        size_t length = (size_t)header[11] << 8 | header[12];
        if (is_protected && length < least) return 1;
        if (size - start - RECORD_HEADER < length) return 0;
        start += RECORD_HEADER + length;
    }
    return 0;
}

void starling_dtls_receive(starling_dtls *dtls, const void *datagram, size_t size, uint64_t now) {
    if (!dtls->is_started || size == 0 || dtls->status >= STARLING_DTLS_CLOSED) return;
    if (has_stunted_record(dtls, datagram, size)) {
        dtls->stunted++;
        return;
    }
    enter(dtls, now);
    dtls->incoming = datagram;
    dtls->incoming_size = size;
    work(dtls);
    dtls->incoming = NULL;
    leave(dtls, now);
}

void starling_dtls_advance(starling_dtls *dtls, uint64_t now) {
    if (now < dtls->deadline) return;
    enter(dtls, now);
    if (DTLSv1_handle_timeout(dtls->ssl) < 0) fail(dtls);
    leave(dtls, now);
}

void starling_dtls_close(starling_dtls *dtls, uint64_t now) {
    if (dtls->status >= STARLING_DTLS_CLOSED) return;
    enter(dtls, now);
    if (dtls->status == STARLING_DTLS_ESTABLISHED) SSL_shutdown(dtls->ssl);
    dtls->status = STARLING_DTLS_CLOSED;
    leave(dtls, now);
}

int starling_dtls_write(starling_dtls *dtls, const void *bytes, size_t size, uint64_t now) {
    if (dtls->status != STARLING_DTLS_ESTABLISHED || !dtls->is_verified || size == 0 || size > LONGEST_DATAGRAM
        || !datagram_queue_has_room(&dtls->outgoing, size + RECORD_OVERHEAD)) {
        return 0;
    }
    enter(dtls, now);
    int written = SSL_write(dtls->ssl, bytes, (int)size);
    if (written <= 0) judge(dtls, written);
    leave(dtls, now);
    return written > 0;
}

size_t starling_dtls_next_datagram(starling_dtls *dtls, uint8_t *out, size_t capacity) {
    return datagram_queue_pop(&dtls->outgoing, out, capacity);
}

size_t starling_dtls_next_application(starling_dtls *dtls, uint8_t *out, size_t capacity) {
    return dtls->is_verified ? datagram_queue_pop(&dtls->application, out, capacity) : 0;
}

int starling_dtls_status(const starling_dtls *dtls) {
    return dtls->status;
}

int starling_dtls_is_verified(const starling_dtls *dtls) {
    return dtls->is_verified;
}

int starling_dtls_failure(const starling_dtls *dtls) {
    return dtls->failure;
}

const char *starling_dtls_failure_text(const starling_dtls *dtls) {
    return dtls->failure_text;
}

uint64_t starling_dtls_deadline(const starling_dtls *dtls) {
    return dtls->deadline;
}

uint64_t starling_dtls_application_datagrams(const starling_dtls *dtls) {
    return dtls->application_datagrams;
}

uint64_t starling_dtls_dropped_datagrams(const starling_dtls *dtls) {
    return dtls->outgoing.dropped + dtls->application.dropped + dtls->stunted;
}

const char *starling_dtls_cipher(const starling_dtls *dtls) {
    const SSL_CIPHER *cipher = SSL_get_current_cipher(dtls->ssl);
    return cipher ? SSL_CIPHER_standard_name(cipher) : NULL;
}

int starling_dtls_version(const starling_dtls *dtls) {
    return SSL_version(dtls->ssl);
}

int starling_dtls_srtp_profile(const starling_dtls *dtls) {
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
    return profile ? (int)profile->id : 0;
}

int starling_dtls_export(starling_dtls *dtls, uint8_t *out, size_t size) {
    static const char label[] = "EXTRACTOR-dtls_srtp";
    if (!dtls->is_verified) return 0;
    ERR_clear_error();
    return SSL_export_keying_material(dtls->ssl, out, size, label, sizeof label - 1, NULL, 0, 0) == 1;
}

size_t starling_dtls_peer_certificate(const starling_dtls *dtls, uint8_t *out, size_t capacity) {
    X509 *certificate = SSL_get0_peer_certificate(dtls->ssl);
    if (!certificate) return 0;
    int size = i2d_X509(certificate, NULL);
    if (size > 0 && (size_t)size <= capacity) i2d_X509(certificate, &out);
    return size > 0 ? (size_t)size : 0;
}
