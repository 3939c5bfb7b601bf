#ifndef STARLING_CERTIFICATE_PRIVATE_H
#define STARLING_CERTIFICATE_PRIVATE_H

#include <openssl/x509.h>

struct starling_certificate {
    X509 *certificate;
    EVP_PKEY *key;
};

#endif
