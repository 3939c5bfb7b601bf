// Engines are deprecated, yet an OpenSSL 3.0 without one decodes the public key of every certificate that a peer shows by looking up all
// decoders by name: 165 to 220 µs, more than the signature's verification. Where an engine offers the curve's methods, the key is read
// directly, in 20 to 40 µs. This engine offers OpenSSL's own methods and nothing else.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "public_keys.h"

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <pthread.h>

#ifndef OPENSSL_NO_ENGINE

static EVP_PKEY_METHOD *curve_methods;

static int methods(ENGINE *engine, EVP_PKEY_METHOD **method, const int **kinds, int kind) {
    static const int curves[] = {EVP_PKEY_EC};
    (void)engine;
    if (!method) {
        *kinds = curves;
        return 1;
    }
    *method = kind == EVP_PKEY_EC ? curve_methods : NULL;
    return *method != NULL;
}

static void offer(void) {
    const EVP_PKEY_METHOD *built_in = EVP_PKEY_meth_find(EVP_PKEY_EC);
    ENGINE *engine = built_in ? ENGINE_new() : NULL;
    curve_methods = engine ? EVP_PKEY_meth_new(EVP_PKEY_EC, 0) : NULL;
    if (!curve_methods) {
        ENGINE_free(engine);
        return;
    }
    EVP_PKEY_meth_copy(curve_methods, built_in);
    // Registered for the life of the process, as the tables of OpenSSL itself are.
    if (ENGINE_set_id(engine, "starling-curves") && ENGINE_set_name(engine, "OpenSSL's own elliptic curves")
        && ENGINE_set_pkey_meths(engine, methods)) {
        ENGINE_register_pkey_meths(engine);
    }
}

void starling_read_public_keys_directly(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, offer);
}

#else

void starling_read_public_keys_directly(void) {
}

#endif
