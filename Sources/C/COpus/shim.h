#ifndef STARLING_COPUS_H
#define STARLING_COPUS_H

// libopus as Swift sees it: its setters and getters take variable arguments, which Swift cannot call.

#include <opus/opus.h>

static inline int copus_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}

static inline int copus_get(OpusEncoder *encoder, int request, opus_int32 *value) {
    return opus_encoder_ctl(encoder, request, value);
}

#endif
