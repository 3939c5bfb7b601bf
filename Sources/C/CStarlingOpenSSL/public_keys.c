// Engines are deprecated, yet an OpenSSL 3.0 without one decodes the public key of every certificate that a peer shows by looking up all
// decoders by name: 165 to 220 µs, more than the signature's verification. Where an engine offers the curve's methods, the key is read
// directly. This engine offers OpenSSL's own methods, but for how a key is read and written: OpenSSL makes the tables of the curve anew for
// each key, and here those of P-256 are made once. With that, a key exchange on P-256 costs two thirds of one on X25519.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "public_keys.h"

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>
#include <pthread.h>

static EC_GROUP *p256;

static void make_p256(void) {
    p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
}

const EC_GROUP *starling_p256(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_p256);
    return p256;
}

#ifndef OPENSSL_NO_ENGINE

static EVP_PKEY_METHOD *curve_methods;
static EVP_PKEY_ASN1_METHOD *encoding_methods;
static const int curves[] = {EVP_PKEY_EC};

static int methods(ENGINE *engine, EVP_PKEY_METHOD **method, const int **kinds, int kind) {
    (void)engine;
    if (!method) {
        *kinds = curves;
        return 1;
    }
    *method = kind == EVP_PKEY_EC ? curve_methods : NULL;
    return *method != NULL;
}

static int encodings(ENGINE *engine, EVP_PKEY_ASN1_METHOD **method, const int **kinds, int kind) {
    (void)engine;
    if (!method) {
        *kinds = curves;
        return 1;
    }
    *method = kind == EVP_PKEY_EC ? encoding_methods : NULL;
    return *method != NULL;
}

static int set_curve(EC_KEY *pair, int curve) {
    if (curve == NID_X9_62_prime256v1) return starling_p256() && EC_KEY_set_group(pair, starling_p256());
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
    int done = group && EC_KEY_set_group(pair, group);
    EC_GROUP_free(group);
    return done;
}

// RFC 5480 §2: the curve by its name, and a point that has to lie on it.
static int decode(EVP_PKEY *key, const X509_PUBKEY *encoded) {
    const unsigned char *point = NULL;
    const void *parameter = NULL;
    int size = 0, kind = 0;
    X509_ALGOR *algorithm = NULL;
    if (!X509_PUBKEY_get0_param(NULL, &point, &size, &algorithm, encoded)) return 0;
    X509_ALGOR_get0(NULL, &kind, &parameter, algorithm);
    if (kind != V_ASN1_OBJECT) return 0;
    EC_KEY *pair = EC_KEY_new();
    if (pair && set_curve(pair, OBJ_obj2nid(parameter)) && o2i_ECPublicKey(&pair, &point, size) && EVP_PKEY_assign_EC_KEY(key, pair)) {
        return 1;
    }
    EC_KEY_free(pair);
    return 0;
}

static int encode(X509_PUBKEY *encoded, const EVP_PKEY *key) {
    const EC_KEY *pair = EVP_PKEY_get0_EC_KEY(key);
    int curve = pair ? EC_GROUP_get_curve_name(EC_KEY_get0_group(pair)) : NID_undef;
    unsigned char *point = NULL;
    int size = curve == NID_undef ? 0 : i2o_ECPublicKey(pair, &point);
    if (size > 0 && X509_PUBKEY_set0_param(encoded, OBJ_nid2obj(EVP_PKEY_EC), V_ASN1_OBJECT, OBJ_nid2obj(curve), point, size)) return 1;
    OPENSSL_free(point);
    return 0;
}

static int compare(const EVP_PKEY *left, const EVP_PKEY *right) {
    const EC_KEY *first = EVP_PKEY_get0_EC_KEY(left), *second = EVP_PKEY_get0_EC_KEY(right);
    const EC_GROUP *group = first ? EC_KEY_get0_group(first) : NULL;
    const EC_POINT *point = first ? EC_KEY_get0_public_key(first) : NULL, *other = second ? EC_KEY_get0_public_key(second) : NULL;
    if (!group || !point || !other) return -2;
    int result = EC_POINT_cmp(group, point, other, NULL);
    return result == 0 ? 1 : result == 1 ? 0 : -2;
}

static int longest_signature(const EVP_PKEY *key) {
    const EC_KEY *pair = EVP_PKEY_get0_EC_KEY(key);
    return pair ? ECDSA_size(pair) : 0;
}

static int bits(const EVP_PKEY *key) {
    const EC_KEY *pair = EVP_PKEY_get0_EC_KEY(key);
    return pair ? EC_GROUP_order_bits(EC_KEY_get0_group(pair)) : 0;
}

// A context whose application data is this makes its keys on P-256.
static char on_p256;
static int (*built_in_control)(EVP_PKEY_CTX *, int, int, void *);
static int (*built_in_make_parameters)(EVP_PKEY_CTX *, EVP_PKEY *);
static int (*built_in_make_key)(EVP_PKEY_CTX *, EVP_PKEY *);

static int control(EVP_PKEY_CTX *context, int command, int number, void *pointer) {
    if (command != EVP_PKEY_CTRL_EC_PARAMGEN_CURVE_NID) return built_in_control(context, command, number, pointer);
    int is_p256 = number == NID_X9_62_prime256v1 && starling_p256() != NULL;
    EVP_PKEY_CTX_set_app_data(context, is_p256 ? &on_p256 : NULL);
    return is_p256 ? 1 : built_in_control(context, command, number, pointer);
}

static EC_KEY *assign_p256(EVP_PKEY *key) {
    EC_KEY *pair = EC_KEY_new();
    if (pair && EC_KEY_set_group(pair, starling_p256()) && EVP_PKEY_assign_EC_KEY(key, pair)) return pair;
    EC_KEY_free(pair);
    return NULL;
}

static int make_parameters(EVP_PKEY_CTX *context, EVP_PKEY *key) {
    if (EVP_PKEY_CTX_get_app_data(context) != &on_p256) return built_in_make_parameters(context, key);
    return assign_p256(key) != NULL;
}

static int make_key(EVP_PKEY_CTX *context, EVP_PKEY *key) {
    if (EVP_PKEY_CTX_get_app_data(context) != &on_p256 || EVP_PKEY_CTX_get0_pkey(context)) return built_in_make_key(context, key);
    EC_KEY *pair = assign_p256(key);
    return pair && EC_KEY_generate_key(pair);
}

static void override(const EVP_PKEY_METHOD *built_in) {
    int (*control_text)(EVP_PKEY_CTX *, const char *, const char *);
    int (*begin)(EVP_PKEY_CTX *);
    EVP_PKEY_meth_copy(curve_methods, built_in);
    EVP_PKEY_meth_get_ctrl(built_in, &built_in_control, &control_text);
    EVP_PKEY_meth_set_ctrl(curve_methods, control, control_text);
    EVP_PKEY_meth_get_paramgen(built_in, &begin, &built_in_make_parameters);
    EVP_PKEY_meth_set_paramgen(curve_methods, begin, make_parameters);
    EVP_PKEY_meth_get_keygen(built_in, &begin, &built_in_make_key);
    EVP_PKEY_meth_set_keygen(curve_methods, begin, make_key);
}

static void offer(void) {
    const EVP_PKEY_METHOD *built_in = EVP_PKEY_meth_find(EVP_PKEY_EC);
    const EVP_PKEY_ASN1_METHOD *built_in_encoding = EVP_PKEY_asn1_find(NULL, EVP_PKEY_EC);
    ENGINE *engine = built_in && built_in_encoding ? ENGINE_new() : NULL;
    curve_methods = engine ? EVP_PKEY_meth_new(EVP_PKEY_EC, 0) : NULL;
    encoding_methods = curve_methods ? EVP_PKEY_asn1_new(EVP_PKEY_EC, 0, "EC", "elliptic curves") : NULL;
    if (!encoding_methods) {
        EVP_PKEY_meth_free(curve_methods);
        ENGINE_free(engine);
        return;
    }
    override(built_in);
    EVP_PKEY_asn1_copy(encoding_methods, built_in_encoding);
    EVP_PKEY_asn1_set_public(encoding_methods, decode, encode, compare, NULL, longest_signature, bits);
    // Registered for the life of the process, as the tables of OpenSSL itself are.
    if (ENGINE_set_id(engine, "starling-curves") && ENGINE_set_name(engine, "OpenSSL's own elliptic curves")
        && ENGINE_set_pkey_meths(engine, methods) && ENGINE_set_pkey_asn1_meths(engine, encodings)) {
        ENGINE_register_pkey_meths(engine);
        ENGINE_register_pkey_asn1_meths(engine);
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
