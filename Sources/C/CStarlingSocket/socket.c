#define _GNU_SOURCE
#include "starling_socket.h"
#include "address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void set_buffer(int fd, int forced, int plain, int size)
{
    if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) != 0)
        setsockopt(fd, SOL_SOCKET, plain, &size, sizeof size);
}

int starling_udp_open(const starling_address *local, int receive_buffer, int send_buffer, starling_address *bound)
{
    int fd = socket(local->is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (local->is_ipv6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
    } else {
        setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
    }
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, send_buffer);
    union starling_sockaddr address;
    socklen_t size = starling_to_sockaddr(local, &address);
    socklen_t bound_size = sizeof address;
    if (bind(fd, &address.any, size) != 0 || getsockname(fd, &address.any, &bound_size) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    starling_from_sockaddr(&address, bound);
    return fd;
}

int starling_udp_open_group(
    const starling_address *interface, const starling_address *group, int receive_buffer, int send_buffer, starling_address *bound)
{
    if (interface->is_ipv6 || group->is_ipv6) return -EAFNOSUPPORT;
    starling_address any = {.port = group->port};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, send_buffer);
    struct ip_mreqn member = {
        .imr_multiaddr.s_addr = htonl((uint32_t)group->low), .imr_address.s_addr = htonl((uint32_t)interface->low)};
    union starling_sockaddr address;
    socklen_t size = starling_to_sockaddr(&any, &address);
    socklen_t bound_size = sizeof address;
    // Others on this machine listen on the same port, and all of them hear what goes to the group.
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 || bind(fd, &address.any, size) != 0 ||
        getsockname(fd, &address.any, &bound_size) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &member, sizeof member) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    starling_from_sockaddr(&address, bound);
    return fd;
}

void starling_close(int fd)
{
    close(fd);
}

uint32_t starling_udp_drops(int fd)
{
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof memory;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) != 0) return 0;
    return memory[SK_MEMINFO_DROPS];
}

enum { CONTROL_SIZE = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(int)), ECN_MASK = 3 };

struct starling_receive_slab {
    size_t capacity;
    size_t slot_size;
    uint8_t *bytes;
    struct mmsghdr *messages;
    struct iovec *vectors;
    union starling_sockaddr *sources;
    uint8_t (*controls)[CONTROL_SIZE];
};

starling_receive_slab *starling_receive_slab_new(size_t capacity, size_t slot_size)
{
    starling_receive_slab *slab = calloc(1, sizeof *slab);
    if (!slab) return NULL;
    slab->capacity = capacity;
    slab->slot_size = slot_size;
    slab->bytes = aligned_alloc(64, (capacity * slot_size + 63) / 64 * 64);
    slab->messages = calloc(capacity, sizeof *slab->messages);
    slab->vectors = calloc(capacity, sizeof *slab->vectors);
    slab->sources = calloc(capacity, sizeof *slab->sources);
    slab->controls = calloc(capacity, sizeof *slab->controls);
    if (!slab->bytes || !slab->messages || !slab->vectors || !slab->sources || !slab->controls) {
        starling_receive_slab_free(slab);
        return NULL;
    }
    for (size_t i = 0; i < capacity; i++) {
        slab->vectors[i].iov_base = slab->bytes + i * slot_size;
        slab->vectors[i].iov_len = slot_size;
        struct msghdr *header = &slab->messages[i].msg_hdr;
        header->msg_name = &slab->sources[i];
        header->msg_namelen = sizeof slab->sources[i];
        header->msg_iov = &slab->vectors[i];
        header->msg_iovlen = 1;
        header->msg_control = slab->controls[i];
        header->msg_controllen = CONTROL_SIZE;
    }
    return slab;
}

void starling_receive_slab_free(starling_receive_slab *slab)
{
    if (!slab) return;
    free(slab->bytes);
    free(slab->messages);
    free(slab->vectors);
    free(slab->sources);
    free(slab->controls);
    free(slab);
}

/// The codepoint in a control message of level IP or IPv6; 0 in any other.
static uint8_t codepoint(const struct cmsghdr *control)
{
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS) {
        return *(const uint8_t *)CMSG_DATA(control) & ECN_MASK;
    }
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS) {
        int class;
        memcpy(&class, CMSG_DATA(control), sizeof class);
        return (uint8_t)(class & ECN_MASK);
    }
    return 0;
}

int starling_receive(starling_receive_slab *slab, int fd, starling_received *received)
{
    int count = recvmmsg(fd, slab->messages, (unsigned)slab->capacity, MSG_DONTWAIT, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &slab->messages[i].msg_hdr;
        starling_received *one = &received[i];
        one->bytes = slab->vectors[i].iov_base;
        one->size = slab->messages[i].msg_len;
        one->is_truncated = (header->msg_flags & MSG_TRUNC) != 0;
        one->drops = 0;
        one->realtime = 0;
        one->ecn = 0;
        starling_from_sockaddr(&slab->sources[i], &one->source);
        for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
            if (control->cmsg_level != SOL_SOCKET) {
                one->ecn |= codepoint(control);
                continue;
            }
            if (control->cmsg_type == SCM_TIMESTAMPNS) {
                struct timespec time;
                memcpy(&time, CMSG_DATA(control), sizeof time);
                one->realtime = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
            } else if (control->cmsg_type == SO_RXQ_OVFL) {
                memcpy(&one->drops, CMSG_DATA(control), sizeof one->drops);
            }
        }
        header->msg_namelen = sizeof slab->sources[i];
        header->msg_controllen = CONTROL_SIZE;
    }
    return count;
}
