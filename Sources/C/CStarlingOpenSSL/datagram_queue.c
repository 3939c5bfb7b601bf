#include "datagram_queue.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH = 2 };

static void copy_in(struct datagram_queue *queue, const uint8_t *from, size_t size) {
    size_t tail = (queue->head + queue->used) % STARLING_QUEUE_CAPACITY;
    size_t first = STARLING_QUEUE_CAPACITY - tail < size ? STARLING_QUEUE_CAPACITY - tail : size;
    memcpy(queue->bytes + tail, from, first);
    memcpy(queue->bytes, from + first, size - first);
    queue->used += size;
}

static void copy_out(struct datagram_queue *queue, uint8_t *to, size_t size) {
    size_t first = STARLING_QUEUE_CAPACITY - queue->head < size ? STARLING_QUEUE_CAPACITY - queue->head : size;
    if (to) {
        memcpy(to, queue->bytes + queue->head, first);
        memcpy(to + first, queue->bytes, size - first);
    }
    queue->head = (queue->head + size) % STARLING_QUEUE_CAPACITY;
    queue->used -= size;
}

int datagram_queue_has_room(const struct datagram_queue *queue, size_t size) {
    return size <= UINT16_MAX && size + LENGTH <= STARLING_QUEUE_CAPACITY - queue->used;
}

int datagram_queue_push(struct datagram_queue *queue, const uint8_t *datagram, size_t size) {
    if (!queue->bytes) queue->bytes = malloc(STARLING_QUEUE_CAPACITY);
    if (!queue->bytes || !datagram_queue_has_room(queue, size)) {
        queue->dropped++;
        return 0;
    }
    uint8_t length[LENGTH] = {(uint8_t)(size >> 8), (uint8_t)size};
    copy_in(queue, length, LENGTH);
    copy_in(queue, datagram, size);
    return 1;
}

size_t datagram_queue_pop(struct datagram_queue *queue, uint8_t *out, size_t capacity) {
    while (queue->used > 0) {
        uint8_t length[LENGTH];
        copy_out(queue, length, LENGTH);
        size_t size = (size_t)length[0] << 8 | length[1];
        int fits = size <= capacity;
        copy_out(queue, fits ? out : NULL, size);
        if (fits && size > 0) return size;
        queue->dropped++;
    }
    return 0;
}

void datagram_queue_free(struct datagram_queue *queue) {
    free(queue->bytes);
}
