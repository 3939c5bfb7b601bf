#ifndef STARLING_CVPX_H
#define STARLING_CVPX_H

// libvpx as Swift sees it: its entry points are macros, its settings take variable arguments, its packets are unions.

#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

static inline int cvpx_vp8_default_config(vpx_codec_enc_cfg_t *config) {
    return vpx_codec_enc_config_default(vpx_codec_vp8_cx(), config, 0);
}

static inline int cvpx_vp8_open_encoder(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *config) {
    return vpx_codec_enc_init(context, vpx_codec_vp8_cx(), config, 0);
}

static inline int cvpx_open_decoder(vpx_codec_ctx_t *context, int is_vp9) {
    vpx_codec_dec_cfg_t config = {1, 0, 0};
    return vpx_codec_dec_init(context, is_vp9 ? vpx_codec_vp9_dx() : vpx_codec_vp8_dx(), &config, 0);
}

static inline int cvpx_set(vpx_codec_ctx_t *context, int setting, int value) {
    return vpx_codec_control_(context, setting, value);
}

/// Encodes one I420 picture whose planes have no padding; the chroma planes round odd sizes up.
static inline int cvpx_encode(vpx_codec_ctx_t *context, unsigned int width, unsigned int height, const unsigned char *y,
                              const unsigned char *u, const unsigned char *v, vpx_codec_pts_t timestamp,
                              unsigned long duration, int is_key) {
    vpx_image_t image;
    memset(&image, 0, sizeof image);
    // The address only has to differ from zero; the planes are set right below.
    if (!vpx_img_wrap(&image, VPX_IMG_FMT_I420, width, height, 1, (unsigned char *)y)) return VPX_CODEC_INVALID_PARAM;
    image.planes[VPX_PLANE_Y] = (unsigned char *)y;
    image.planes[VPX_PLANE_U] = (unsigned char *)u;
    image.planes[VPX_PLANE_V] = (unsigned char *)v;
    image.stride[VPX_PLANE_Y] = (int)width;
    image.stride[VPX_PLANE_U] = (int)((width + 1) / 2);
    image.stride[VPX_PLANE_V] = (int)((width + 1) / 2);
    return vpx_codec_encode(context, &image, timestamp, duration, is_key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
}

/// The next encoded frame, or NULL.
static inline const void *cvpx_next_frame(vpx_codec_ctx_t *context, vpx_codec_iter_t *iterator, size_t *size, int *is_key) {
    const vpx_codec_cx_pkt_t *packet;
    while ((packet = vpx_codec_get_cx_data(context, iterator)) != NULL) {
        if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
        *size = packet->data.frame.sz;
        *is_key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
        return packet->data.frame.buf;
    }
    return NULL;
}

static inline const unsigned char *cvpx_plane(const vpx_image_t *image, int plane) { return image->planes[plane]; }
static inline int cvpx_stride(const vpx_image_t *image, int plane) { return image->stride[plane]; }

#endif
