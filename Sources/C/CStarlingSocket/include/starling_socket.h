#ifndef STARLING_SOCKET_H
#define STARLING_SOCKET_H

#include <stddef.h>
#include <stdint.h>

/// An address in host byte order, laid out as the callers keep theirs: an IPv4 address lies in the low half of `low`.
typedef struct starling_address {
    uint64_t high;
    uint64_t low;
    uint16_t port;
    uint8_t is_ipv6;
} starling_address;

/// Opens a non-blocking UDP socket with receive timestamps, drop counts and traffic classes, bound to `local` (port 0 for any).
/// Returns the descriptor and fills `bound`, or -errno. Buffer sizes are in bytes and what the system allows of them.
int starling_udp_open(const starling_address *local, int receive_buffer, int send_buffer, starling_address *bound);
/// Opens a socket on the port of a multicast group, which others may share, that is a member of the group on the interface with an address
/// of ours, and sends to groups there. Returns the descriptor and fills `bound`, or -errno; IPv4 alone.
int starling_udp_open_group(
    const starling_address *interface, const starling_address *group, int receive_buffer, int send_buffer, starling_address *bound);
void starling_close(int fd);

/// How many datagrams this socket has dropped for want of receive buffer, or 0 where the system does not tell.
uint32_t starling_udp_drops(int fd);

/// One received datagram; its bytes are valid until the next receive into the same slab.
typedef struct starling_received {
    uint8_t *bytes;
    uint32_t size;
    /// The socket's drops so far, as of this datagram; 0 where none were reported.
    uint32_t drops;
    /// CLOCK_REALTIME at which the kernel took it in, in nanoseconds; 0 where unknown.
    int64_t realtime;
    starling_address source;
    /// 1 when the datagram was longer than its slot.
    uint8_t is_truncated;
    /// The two lowest bits of the IP header's traffic class (RFC 3168).
    uint8_t ecn;
} starling_received;

typedef struct starling_receive_slab starling_receive_slab;

/// A slab for up to `capacity` datagrams of up to `slot_size` bytes; NULL when memory is short.
starling_receive_slab *starling_receive_slab_new(size_t capacity, size_t slot_size);
void starling_receive_slab_free(starling_receive_slab *slab);

/// Takes what waits on a socket, at most a slab full, into `received` (as long as the slab's capacity).
/// Returns how many, 0 for none, or -errno.
int starling_receive(starling_receive_slab *slab, int fd, starling_received *received);

/// One datagram to send.
typedef struct starling_outgoing {
    const uint8_t *bytes;
    uint32_t size;
    int fd;
    starling_address destination;
    /// For the two lowest bits of the IP header's traffic class (RFC 3168).
    uint8_t ecn;
} starling_outgoing;

/// What became of a batch, in datagrams.
typedef struct starling_sent {
    uint64_t sent;
    uint64_t system_calls;
    /// The socket's send buffer was full (EAGAIN).
    uint64_t would_block;
    /// The device's queue was full (ENOBUFS, ENOMEM).
    uint64_t no_buffers;
    uint64_t failed;
    /// errno of the last of the failed.
    int last_error;
} starling_sent;

/// Sends datagrams in order and discards what the kernel does not take. Neighbours on one socket share a call; equal-sized
/// neighbours to one address with one codepoint share a segmented send while `*segmentation` is 1, which is cleared where the system refuses it.
/// Adds to `outcome`.
void starling_send(const starling_outgoing *items, size_t count, int *segmentation, starling_sent *outcome);

/// Begins to connect a non-blocking TCP socket without delays (Nagle), from `local` (port 0 for any) where both are of one family.
/// Returns the descriptor and fills `bound`, or -errno. It is writable once it is connected or has failed.
int starling_tcp_connect(const starling_address *local, const starling_address *remote, starling_address *bound);
/// Why a connection failed, as an errno; 0 where it did not.
int starling_tcp_error(int fd);
/// How many bytes were moved, 0 at the stream's end, or -errno; see `starling_would_block`. Sending raises no signal.
int64_t starling_tcp_receive(int fd, void *bytes, size_t capacity);
int64_t starling_tcp_send(int fd, const void *bytes, size_t size);
/// 1 where a result only says that it is not the time.
int starling_would_block(int64_t result);

int starling_epoll_new(void);
/// Level-triggered reading. Returns 0 or -errno.
int starling_epoll_add(int epoll, int fd, uint64_t token);
/// Level-triggered reading, writing, both, or neither, which removes the descriptor. Returns 0 or -errno.
int starling_epoll_watch(int epoll, int fd, uint64_t token, int reads, int writes);
void starling_epoll_remove(int epoll, int fd);
/// Waits until something can be read or `timeout` nanoseconds have passed (negative: for ever).
/// Fills `tokens` and returns how many, 0 also when interrupted, or -errno.
int starling_epoll_wait(int epoll, uint64_t *tokens, int capacity, int64_t timeout);

int starling_eventfd_new(void);
void starling_eventfd_signal(int fd);
void starling_eventfd_clear(int fd);

/// Names the calling thread and lets its timeouts be as exact as the system can.
void starling_thread_begin(const char *name);

int64_t starling_monotonic(void);
int64_t starling_realtime(void);
int64_t starling_thread_cpu(void);
int64_t starling_process_cpu(void);

/// Writes what an errno means, ended by a zero.
void starling_error_text(int error, char *buffer, size_t capacity);

/// Raises this process's limit of open descriptors as far as it may; returns what it is then.
uint64_t starling_raise_descriptor_limit(void);

/// Has the heap's newest part backed by huge pages where the system does so on request: hundreds of peers that join at once otherwise pay
/// for a page fault at every few of their allocations. To be called now and then while the heap grows; costs nothing while it does not.
///
/// All threads share one heap, which grows in large steps, in every program that this library is linked to. Idle memory of up to some
/// megabytes is the price.
void starling_use_huge_pages(void);

/// Clock ticks per second in /proc/stat, and processors in use.
long starling_clock_ticks(void);
long starling_processors(void);

/// Reads the beginning of a small file into `buffer`; returns its size, or -errno.
long starling_read_file(const char *path, char *buffer, size_t capacity);

#endif
