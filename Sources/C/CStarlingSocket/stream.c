#include "starling_socket.h"

#include "address.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

int starling_tcp_connect(const starling_address *local, const starling_address *remote, starling_address *bound)
{
    int fd = socket(remote->is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    union starling_sockaddr address;
    socklen_t size = starling_to_sockaddr(local, &address);
    int failed = local->is_ipv6 == remote->is_ipv6 && bind(fd, &address.any, size) != 0;
    if (!failed) {
        size = starling_to_sockaddr(remote, &address);
        failed = connect(fd, &address.any, size) != 0 && errno != EINPROGRESS;
    }
    socklen_t bound_size = sizeof address;
    if (failed || getsockname(fd, &address.any, &bound_size) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    starling_from_sockaddr(&address, bound);
    return fd;
}

int starling_tcp_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

int64_t starling_tcp_receive(int fd, void *bytes, size_t capacity)
{
    ssize_t count;
    do count = recv(fd, bytes, capacity, 0);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int64_t starling_tcp_send(int fd, const void *bytes, size_t size)
{
    ssize_t count;
    do count = send(fd, bytes, size, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int starling_would_block(int64_t result)
{
    return result == -EAGAIN || result == -EWOULDBLOCK;
}

int starling_epoll_watch(int epoll, int fd, uint64_t token, int reads, int writes)
{
    struct epoll_event event = {.events = (reads ? EPOLLIN : 0) | (writes ? EPOLLOUT : 0), .data.u64 = token};
    if (!reads && !writes) return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event) == 0 || errno == ENOENT ? 0 : -errno;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    return errno == ENOENT && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}
