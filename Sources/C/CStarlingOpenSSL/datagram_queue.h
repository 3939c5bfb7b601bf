#ifndef STARLING_DATAGRAM_QUEUE_H
#define STARLING_DATAGRAM_QUEUE_H

#include <stddef.h>
#include <stdint.h>

enum { STARLING_QUEUE_CAPACITY = 8192 };

/// Whole datagrams, first in first out, in a ring that is made at the first push, holds a flight of a handshake, and grows to the capacity.
struct datagram_queue {
    uint8_t *bytes;
    size_t size;
    size_t head;
    size_t used;
    uint64_t dropped;
};

/// 0, and the datagram counted as dropped, where it does not fit.
int datagram_queue_push(struct datagram_queue *queue, const uint8_t *datagram, size_t size);
size_t datagram_queue_pop(struct datagram_queue *queue, uint8_t *out, size_t capacity);
int datagram_queue_has_room(const struct datagram_queue *queue, size_t size);
void datagram_queue_free(struct datagram_queue *queue);

#endif
