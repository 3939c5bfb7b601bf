#ifndef STARLING_ADDRESS_H
#define STARLING_ADDRESS_H

#include "starling_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

union starling_sockaddr {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

static inline socklen_t starling_to_sockaddr(const starling_address *from, union starling_sockaddr *to)
{
    if (!from->is_ipv6) {
        memset(&to->ipv4, 0, sizeof to->ipv4);
        to->ipv4.sin_family = AF_INET;
        to->ipv4.sin_port = htons(from->port);
        to->ipv4.sin_addr.s_addr = htonl((uint32_t)from->low);
        return sizeof to->ipv4;
    }
    memset(&to->ipv6, 0, sizeof to->ipv6);
    to->ipv6.sin6_family = AF_INET6;
    to->ipv6.sin6_port = htons(from->port);
    uint64_t halves[2] = {__builtin_bswap64(from->high), __builtin_bswap64(from->low)};
    memcpy(&to->ipv6.sin6_addr, halves, sizeof halves);
    return sizeof to->ipv6;
}

static inline void starling_from_sockaddr(const union starling_sockaddr *from, starling_address *to)
{
    if (from->any.sa_family == AF_INET6) {
        uint64_t halves[2];
        memcpy(halves, &from->ipv6.sin6_addr, sizeof halves);
        to->high = __builtin_bswap64(halves[0]);
        to->low = __builtin_bswap64(halves[1]);
        to->port = ntohs(from->ipv6.sin6_port);
        to->is_ipv6 = 1;
    } else {
        to->high = 0;
        to->low = ntohl(from->ipv4.sin_addr.s_addr);
        to->port = ntohs(from->ipv4.sin_port);
        to->is_ipv6 = 0;
    }
}

#endif
