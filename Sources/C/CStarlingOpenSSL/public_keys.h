#ifndef STARLING_PUBLIC_KEYS_H
#define STARLING_PUBLIC_KEYS_H

#include <openssl/ec.h>

/// Has OpenSSL read the public keys of certificates without its search for decoders, from now on in this process.
void starling_read_public_keys_directly(void);

/// The curve of all certificates that are made here; NULL where OpenSSL lacks it.
const EC_GROUP *starling_p256(void);

#endif
