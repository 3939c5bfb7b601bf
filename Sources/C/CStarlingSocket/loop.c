#define _GNU_SOURCE
#include "starling_socket.h"

#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int starling_epoll_new(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int starling_epoll_add(int epoll, int fd, uint64_t token)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void starling_epoll_remove(int epoll, int fd)
{
    struct epoll_event event = {0};
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

static int wait_milliseconds(int epoll, struct epoll_event *events, int capacity, int64_t timeout)
{
    int64_t rounded = timeout < 0 ? -1 : timeout / 1000000 + (timeout % 1000000 != 0);
    return epoll_wait(epoll, events, capacity, rounded > INT_MAX ? INT_MAX : (int)rounded);
}

int starling_epoll_wait(int epoll, uint64_t *tokens, int capacity, int64_t timeout)
{
    static _Thread_local int is_coarse;
    struct epoll_event events[256];
    if (capacity > 256) capacity = 256;
    int count = -1;
    if (!is_coarse) {
        struct timespec wait = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
        count = epoll_pwait2(epoll, events, capacity, timeout < 0 ? NULL : &wait, NULL);
        if (count < 0 && (errno == ENOSYS || errno == EPERM)) is_coarse = 1;
    }
    if (is_coarse) count = wait_milliseconds(epoll, events, capacity, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
    return count;
}

int starling_eventfd_new(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void starling_eventfd_signal(int fd)
{
    eventfd_write(fd, 1);
}

void starling_eventfd_clear(int fd)
{
    eventfd_t value;
    eventfd_read(fd, &value);
}

void starling_thread_begin(const char *name)
{
    pthread_setname_np(pthread_self(), name);
    prctl(PR_SET_TIMERSLACK, 1);
}

static int64_t read_clock(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t starling_monotonic(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t starling_realtime(void) { return read_clock(CLOCK_REALTIME); }
int64_t starling_thread_cpu(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
int64_t starling_process_cpu(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

long starling_read_file(const char *path, char *buffer, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    long size = read(fd, buffer, capacity);
    int error = errno;
    close(fd);
    return size < 0 ? -error : size;
}

void starling_error_text(int error, char *buffer, size_t capacity)
{
    const char *text = strerror_r(error, buffer, capacity);
    if (text == buffer || capacity == 0) return;
    strncpy(buffer, text, capacity - 1);
    buffer[capacity - 1] = 0;
}

#ifdef __GLIBC__

static _Atomic uintptr_t advised;

// Before any other thread can make an arena of its own: those grow page by page, with a call of mprotect each time.
__attribute__((constructor)) static void prepare_heap(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 32 << 20);
    advised = (uintptr_t)sbrk(0);
}

#endif

void starling_use_huge_pages(void)
{
#ifdef __GLIBC__
    uintptr_t end = (uintptr_t)sbrk(0), known = atomic_load_explicit(&advised, memory_order_relaxed);
    if (end <= known || end == UINTPTR_MAX) return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (known + page - 1) / page * page;
    // Where two threads see the same growth, both give the same advice.
    atomic_store_explicit(&advised, end, memory_order_relaxed);
    if (start < end) madvise((void *)start, end - start, MADV_HUGEPAGE);
#endif
}

uint64_t starling_raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

long starling_clock_ticks(void) { return sysconf(_SC_CLK_TCK); }
long starling_processors(void) { return sysconf(_SC_NPROCESSORS_ONLN); }
