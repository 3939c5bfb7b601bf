#ifndef STARLING_PUBLIC_KEYS_H
#define STARLING_PUBLIC_KEYS_H

/// Has OpenSSL read the public keys of certificates without its search for decoders, from now on in this process.
void starling_read_public_keys_directly(void);

#endif
