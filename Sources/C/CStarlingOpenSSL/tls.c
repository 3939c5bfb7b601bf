#include "starling_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct starling_tls_context {
    SSL_CTX *ssl;
};

struct starling_tls {
    SSL *ssl;
    // Both belong to `ssl`.
    BIO *incoming;
    BIO *outgoing;
    int status;
    char failure[256];
};

starling_tls_context *starling_tls_context_new(const char *ca_file)
{
    starling_tls_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->ssl = SSL_CTX_new(TLS_client_method());
    int trusts = context->ssl && SSL_CTX_set_min_proto_version(context->ssl, TLS1_2_VERSION);
    if (trusts) {
        trusts = ca_file ? SSL_CTX_load_verify_file(context->ssl, ca_file) : SSL_CTX_set_default_verify_paths(context->ssl);
    }
    if (!trusts) {
        starling_tls_context_free(context);
        return NULL;
    }
    SSL_CTX_set_verify(context->ssl, SSL_VERIFY_PEER, NULL);
    return context;
}

/// This server speaks HTTP/1.1 and nothing else (RFC 7301 §3.2).
static int choose(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *offered, unsigned int size,
                  void *nothing)
{
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)nothing;
    int found = SSL_select_next_proto((unsigned char **)out, out_size, ours, sizeof ours - 1, offered, size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

starling_tls_context *starling_tls_server_context_new(const char *chain_file, const char *key_file)
{
    starling_tls_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    ERR_clear_error();
    context->ssl = SSL_CTX_new(TLS_server_method());
    if (!context->ssl || !SSL_CTX_set_min_proto_version(context->ssl, TLS1_2_VERSION)
        || SSL_CTX_use_certificate_chain_file(context->ssl, chain_file) != 1
        || SSL_CTX_use_PrivateKey_file(context->ssl, key_file, SSL_FILETYPE_PEM) != 1
        || SSL_CTX_check_private_key(context->ssl) != 1) {
        starling_tls_context_free(context);
        return NULL;
    }
    // A client that renegotiates makes the server work for nothing, and one that compresses gives secrets away.
    SSL_CTX_set_options(context->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context->ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context->ssl, choose, NULL);
    return context;
}

void starling_tls_context_free(starling_tls_context *context)
{
    if (!context) return;
    SSL_CTX_free(context->ssl);
    free(context);
}

static int expect(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    // An address stands in an iPAddress of its own and is not announced (RFC 6066 §3).
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name)) return 1;
    ERR_clear_error();
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) && SSL_set_tlsext_host_name(ssl, name);
}

static void fail(starling_tls *tls)
{
    tls->status = STARLING_TLS_FAILED;
    long result = SSL_get_verify_result(tls->ssl);
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    if (result != X509_V_OK) {
        snprintf(tls->failure, sizeof tls->failure, "the certificate is not trusted: %s", X509_verify_cert_error_string(result));
    } else {
        snprintf(tls->failure, sizeof tls->failure, "TLS: %s", reason ? reason : "broken");
    }
    ERR_clear_error();
}

/// Settles what a call of OpenSSL came to; 1 where it succeeded.
static int settle(starling_tls *tls, int result)
{
    if (result > 0) return 1;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: break;
    case SSL_ERROR_ZERO_RETURN: tls->status = STARLING_TLS_CLOSED; break;
    default: fail(tls);
    }
    return 0;
}

static void shake(starling_tls *tls)
{
    if (tls->status != STARLING_TLS_SECURING) return;
    ERR_clear_error();
    if (settle(tls, SSL_do_handshake(tls->ssl))) tls->status = STARLING_TLS_OPEN;
}

static starling_tls *make(starling_tls_context *context)
{
    starling_tls *tls = calloc(1, sizeof *tls);
    if (!tls) return NULL;
    tls->ssl = SSL_new(context->ssl);
    tls->incoming = BIO_new(BIO_s_mem());
    tls->outgoing = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->incoming || !tls->outgoing) {
        BIO_free(tls->incoming);
        BIO_free(tls->outgoing);
        SSL_free(tls->ssl);
        free(tls);
        return NULL;
    }
    // An empty one means "not yet", never the end.
    BIO_set_mem_eof_return(tls->incoming, -1);
    BIO_set_mem_eof_return(tls->outgoing, -1);
    SSL_set_bio(tls->ssl, tls->incoming, tls->outgoing);
    return tls;
}

starling_tls *starling_tls_accept(starling_tls_context *context)
{
    starling_tls *tls = make(context);
    if (tls) SSL_set_accept_state(tls->ssl);
    return tls;
}

starling_tls *starling_tls_new(starling_tls_context *context, const char *name)
{
    starling_tls *tls = make(context);
    if (!tls) return NULL;
    SSL_set_connect_state(tls->ssl);
    if (!expect(tls->ssl, name)) {
        starling_tls_free(tls);
        return NULL;
    }
    shake(tls);
    return tls;
}

void starling_tls_free(starling_tls *tls)
{
    if (!tls) return;
    SSL_free(tls->ssl);
    free(tls);
}

int starling_tls_status(const starling_tls *tls)
{
    return tls->status;
}

const char *starling_tls_failure(const starling_tls *tls)
{
    return tls->failure;
}

int starling_tls_put(starling_tls *tls, const void *bytes, size_t size)
{
    size_t written = 0;
    if (!BIO_write_ex(tls->incoming, bytes, size, &written) || written != size) return 0;
    shake(tls);
    return 1;
}

size_t starling_tls_read(starling_tls *tls, void *out, size_t capacity)
{
    size_t count = 0;
    if (tls->status != STARLING_TLS_OPEN) return 0;
    ERR_clear_error();
    return settle(tls, SSL_read_ex(tls->ssl, out, capacity, &count)) ? count : 0;
}

int starling_tls_write(starling_tls *tls, const void *bytes, size_t size)
{
    size_t count = 0;
    if (tls->status != STARLING_TLS_OPEN) return 0;
    ERR_clear_error();
    return settle(tls, SSL_write_ex(tls->ssl, bytes, size, &count)) && count == size;
}

size_t starling_tls_take(starling_tls *tls, void *out, size_t capacity)
{
    size_t count = 0;
    return BIO_read_ex(tls->outgoing, out, capacity, &count) ? count : 0;
}

void starling_tls_close(starling_tls *tls)
{
    if (tls->status != STARLING_TLS_OPEN) return;
    ERR_clear_error();
    SSL_shutdown(tls->ssl);
    ERR_clear_error();
    tls->status = STARLING_TLS_CLOSED;
}
