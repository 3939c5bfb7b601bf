#include "datagram_queue.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH = 2, FIRST_SIZE = 2048 };

static void copy_in(struct datagram_queue *queue, const uint8_t *from, size_t size) {
    size_t tail = (queue->head + queue->used) % queue->size;
    size_t first = queue->size - tail < size ? queue->size - tail : size;
    memcpy(queue->bytes + tail, from, first);
    memcpy(queue->bytes, from + first, size - first);
    queue->used += size;
}

static void copy_out(struct datagram_queue *queue, uint8_t *to, size_t size) {
    size_t first = queue->size - queue->head < size ? queue->size - queue->head : size;
    if (to) {
        memcpy(to, queue->bytes + queue->head, first);
        memcpy(to + first, queue->bytes, size - first);
    }
    queue->head = (queue->head + size) % queue->size;
    queue->used -= size;
}

int datagram_queue_has_room(const struct datagram_queue *queue, size_t size) {
    return size <= UINT16_MAX && size + LENGTH <= STARLING_QUEUE_CAPACITY - queue->used;
}

// Makes room for so many bytes more, of which the caller saw that they fit into the capacity.
static int grow(struct datagram_queue *queue, size_t more) {
    size_t size = queue->size ? queue->size : FIRST_SIZE, used = queue->used;
    while (size - used < more) size *= 2;
    if (size == queue->size) return 1;
    uint8_t *bytes = malloc(size);
    if (!bytes) return 0;
    if (used > 0) copy_out(queue, bytes, used);
    free(queue->bytes);
    queue->bytes = bytes;
    queue->size = size;
    queue->head = 0;
    queue->used = used;
    return 1;
}

int datagram_queue_push(struct datagram_queue *queue, const uint8_t *datagram, size_t size) {
    if (!datagram_queue_has_room(queue, size) || !grow(queue, size + LENGTH)) {
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
