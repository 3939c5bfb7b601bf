// OpenSSL reads the clock with gettimeofday and draws from a global generator. Both are answered here, per thread, and only
// between enter and leave, so that a machine that calls OpenSSL stays a function of the time and the seed that it was handed.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "starling_hooks.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static _Thread_local int clock_is_ours;
static _Thread_local uint64_t now_microseconds;
static _Thread_local starling_random_stream *current_stream;

void starling_openssl_enter(uint64_t unix_microseconds, starling_random_stream *stream) {
    clock_is_ours = 1;
    now_microseconds = unix_microseconds;
    current_stream = stream;
}

void starling_openssl_leave(void) {
    clock_is_ours = 0;
    current_stream = NULL;
}

// Takes the place of libc's function for every library in the process.
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    if (zone) memset(zone, 0, sizeof(struct timezone));
    if (!time) return 0;
    if (clock_is_ours) {
        time->tv_sec = (time_t)(now_microseconds / 1000000);
        time->tv_usec = (suseconds_t)(now_microseconds % 1000000);
        return 0;
    }
    struct timespec real;
    if (clock_gettime(CLOCK_REALTIME, &real) != 0) return -1;
    time->tv_sec = real.tv_sec;
    time->tv_usec = real.tv_nsec / 1000;
    return 0;
}

// SplitMix64: it only has to repeat and to differ between seeds.
static uint64_t next_word(starling_random_stream *stream) {
    uint64_t mixed = stream->state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

static int random_bytes(unsigned char *out, int size) {
    if (!current_stream) return RAND_OpenSSL()->bytes(out, size);
    while (size > 0) {
        uint64_t word = next_word(current_stream);
        for (int i = 0; i < 8 && size > 0; i++, size--) {
            *out++ = (unsigned char)word;
            word >>= 8;
        }
    }
    return 1;
}

static int random_seed(const void *bytes, int size) {
    return current_stream ? 1 : RAND_OpenSSL()->seed(bytes, size);
}

static int random_add(const void *bytes, int size, double entropy) {
    return current_stream ? 1 : RAND_OpenSSL()->add(bytes, size, entropy);
}

static int random_status(void) {
    return current_stream ? 1 : RAND_OpenSSL()->status();
}

static const RAND_METHOD random_method = {
    .seed = random_seed,
    .bytes = random_bytes,
    .add = random_add,
    .pseudorand = random_bytes,
    .status = random_status,
};

static pthread_once_t installed = PTHREAD_ONCE_INIT;
static int is_installed;

static void install(void) {
    is_installed = RAND_set_rand_method(&random_method) == 1;
}

int starling_openssl_allow_streams(void) {
    pthread_once(&installed, install);
    return is_installed;
}

int starling_openssl_random(uint8_t *out, size_t size) {
    return RAND_bytes(out, (int)size) == 1;
}
