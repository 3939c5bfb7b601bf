#ifndef STARLING_TLS_H
#define STARLING_TLS_H

#include <stddef.h>

/// Whom the clients of a process trust, or what a server shows to those who ask.
typedef struct starling_tls_context starling_tls_context;

/// One end of a TLS connection (1.2 or 1.3). It never touches a socket: records are put in and taken out.
typedef struct starling_tls starling_tls;

enum { STARLING_TLS_SECURING, STARLING_TLS_OPEN, STARLING_TLS_CLOSED, STARLING_TLS_FAILED };

/// `ca_file` is a PEM file of trusted certificates, or NULL for those of the system. NULL where the file cannot be read; see
/// `starling_openssl_error`.
starling_tls_context *starling_tls_context_new(const char *ca_file);
void starling_tls_context_free(starling_tls_context *context);

/// For servers: PEM files of a certificate with those that vouch for it, and of its key. NULL where either cannot be read or they do not
/// belong together; see `starling_openssl_error`.
starling_tls_context *starling_tls_server_context_new(const char *chain_file, const char *key_file);

/// The server's end, which waits for the client's first record. NULL where memory is short. The context may be freed before it.
starling_tls *starling_tls_accept(starling_tls_context *context);

/// `name` is the host name or the address that the server's certificate must bear. NULL where OpenSSL refuses. Begins the handshake.
/// The context may be freed before it.
starling_tls *starling_tls_new(starling_tls_context *context, const char *name);
void starling_tls_free(starling_tls *tls);

int starling_tls_status(const starling_tls *tls);
/// Why it failed, for people; empty without a failure.
const char *starling_tls_failure(const starling_tls *tls);

/// Bytes came from the other side; 0 where memory is short.
int starling_tls_put(starling_tls *tls, const void *bytes, size_t size);
/// Takes what they say, until there is nothing more: 0.
size_t starling_tls_read(starling_tls *tls, void *out, size_t capacity);
/// Everything or nothing: 0 unless it is open.
int starling_tls_write(starling_tls *tls, const void *bytes, size_t size);
/// Takes what is to go to the other side; 0 for nothing.
size_t starling_tls_take(starling_tls *tls, void *out, size_t capacity);
/// Says goodbye.
void starling_tls_close(starling_tls *tls);

#endif
