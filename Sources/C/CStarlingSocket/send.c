#define _GNU_SOURCE
#include "address.h"
#include "starling_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
    BATCH = 64,
    /// The kernel takes no more than 64 segments (UDP_MAX_SEGMENTS of older kernels) and no more than 64 KiB with headers.
    MAX_SEGMENTED_BYTES = 65000,
};

struct prepared {
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    union starling_sockaddr destinations[BATCH];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(int))];
    } controls[BATCH];
};

/// Adds a control message behind those that are there.
static void add_control(struct msghdr *header, void *space, int level, int type, const void *value, size_t size)
{
    struct cmsghdr *control = (struct cmsghdr *)((char *)space + header->msg_controllen);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(control), value, size);
    header->msg_control = space;
    header->msg_controllen += CMSG_SPACE(size);
}

static int is_same_destination(const starling_address *left, const starling_address *right)
{
    return left->low == right->low && left->port == right->port && left->high == right->high &&
           left->is_ipv6 == right->is_ipv6;
}

/// How many datagrams from the first one on can leave as one segmented send: equal ones, and perhaps a shorter last.
static size_t run_length(const starling_outgoing *items, size_t count)
{
    size_t length = 1;
    size_t bytes = items[0].size;
    while (length < count && items[length].size <= items[0].size && bytes + items[length].size <= MAX_SEGMENTED_BYTES &&
           items[length].ecn == items[0].ecn && is_same_destination(&items[length].destination, &items[0].destination)) {
        bytes += items[length].size;
        length++;
        if (items[length - 1].size < items[0].size) break;
    }
    return length;
}

/// Lays up to BATCH datagrams of one socket out as messages; returns how many messages.
static unsigned prepare(struct prepared *prepared, const starling_outgoing *items, size_t count, int segmentation)
{
    unsigned messages = 0;
    for (size_t i = 0; i < count; messages++) {
        size_t run = segmentation ? run_length(items + i, count - i) : 1;
        struct msghdr *header = &prepared->messages[messages].msg_hdr;
        header->msg_name = &prepared->destinations[messages];
        header->msg_namelen = starling_to_sockaddr(&items[i].destination, &prepared->destinations[messages]);
        header->msg_iov = &prepared->vectors[i];
        header->msg_iovlen = run;
        header->msg_flags = 0;
        header->msg_control = NULL;
        header->msg_controllen = 0;
        for (size_t j = i; j < i + run; j++) {
            prepared->vectors[j].iov_base = (void *)items[j].bytes;
            prepared->vectors[j].iov_len = items[j].size;
        }
        if (run > 1) {
            uint16_t size = (uint16_t)items[i].size;
            add_control(header, &prepared->controls[messages], SOL_UDP, UDP_SEGMENT, &size, sizeof size);
        }
        if (items[i].ecn != 0) {
            int is_ipv6 = items[i].destination.is_ipv6;
            int class = items[i].ecn;
            add_control(header, &prepared->controls[messages], is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
                        is_ipv6 ? IPV6_TCLASS : IP_TOS, &class, sizeof class);
        }
        i += run;
    }
    return messages;
}

static int send_messages(int fd, struct mmsghdr *messages, unsigned count)
{
    int sent;
    do {
        if (count == 1) {
            sent = sendmsg(fd, &messages->msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 1;
        } else {
            sent = sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
    } while (sent < 0 && errno == EINTR);
    return sent;
}

static void count_failure(starling_sent *outcome, int error, size_t datagrams)
{
    if (error == EAGAIN || error == EWOULDBLOCK) {
        outcome->would_block += datagrams;
    } else if (error == ENOBUFS || error == ENOMEM) {
        outcome->no_buffers += datagrams;
    } else {
        outcome->failed += datagrams;
        outcome->last_error = error;
    }
}

/// Sends a stretch of at most BATCH datagrams of one socket; returns how many are dealt with.
static size_t send_stretch(const starling_outgoing *items, size_t count, int *segmentation, starling_sent *outcome)
{
    struct prepared prepared;
    unsigned messages = prepare(&prepared, items, count, *segmentation);
    size_t done = 0;
    for (unsigned first = 0; first < messages;) {
        int sent = send_messages(items[0].fd, prepared.messages + first, messages - first);
        outcome->system_calls++;
        if (sent > 0) {
            for (int i = 0; i < sent; i++) {
                size_t datagrams = prepared.messages[first++].msg_hdr.msg_iovlen;
                done += datagrams;
                outcome->sent += datagrams;
            }
            continue;
        }
        int error = errno;
        size_t datagrams = prepared.messages[first].msg_hdr.msg_iovlen;
        if (datagrams > 1 && (error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP)) {
            *segmentation = 0;
            return done;
        }
        count_failure(outcome, error, datagrams);
        done += datagrams;
        first++;
    }
    return done;
}

void starling_send(const starling_outgoing *items, size_t count, int *segmentation, starling_sent *outcome)
{
    while (count > 0) {
        size_t stretch = 1;
        while (stretch < count && stretch < BATCH && items[stretch].fd == items[0].fd) stretch++;
        size_t done = send_stretch(items, stretch, segmentation, outcome);
        items += done;
        count -= done;
    }
}
