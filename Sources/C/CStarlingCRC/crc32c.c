#include "include/starling_crc32c.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

// Polynomials over GF(2) modulo P, least significant bit first: bit 31 is x^0 and bit 0 is x^31.
#define POLYNOMIAL 0x82F63B78u
#define ONE 0x80000000u
#define LONGEST 1500

static uint32_t slices[8][256];
// x^(8n) for the portable multiplication; x^(8n - 33) for the accelerated one, whose reduction brings x^33 along.
static uint32_t shifts[LONGEST + 1];
static uint32_t folded_shifts[LONGEST + 1];
// x^(2^k)
static uint32_t powers[32];
static int accelerated;

static uint32_t multiply(uint32_t left, uint32_t right) {
    uint32_t product = 0;
    for (int bit = 31; bit >= 0; bit--) {
        product ^= right & (0u - ((left >> bit) & 1u));
        right = (right >> 1) ^ (POLYNOMIAL & (0u - (right & 1u)));
    }
    return product;
}

// x^exponent; P divides x^(2^31 - 1) - 1, so exponents count modulo 2^31 - 1.
static uint32_t power_of_x(uint64_t exponent) {
    uint32_t result = ONE;
    exponent %= 0x7FFFFFFFu;
    for (int bit = 0; exponent != 0; bit++, exponent >>= 1) {
        if (exponent & 1) result = multiply(powers[bit], result);
    }
    return result;
}

uint32_t starling_crc32c_portable(uint32_t crc, const void *bytes, size_t size) {
    const uint8_t *next = bytes;
    crc = ~crc;
    while (size >= 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24);
        crc = slices[7][low & 0xFF] ^ slices[6][(low >> 8) & 0xFF] ^ slices[5][(low >> 16) & 0xFF] ^ slices[4][low >> 24]
            ^ slices[3][next[4]] ^ slices[2][next[5]] ^ slices[1][next[6]] ^ slices[0][next[7]];
        next += 8;
        size -= 8;
    }
    while (size-- > 0) crc = (crc >> 8) ^ slices[0][(crc ^ *next++) & 0xFF];
    return ~crc;
}

uint32_t starling_crc32c_combine_portable(uint32_t first, uint32_t second, size_t second_size) {
    uint32_t shift = second_size <= LONGEST ? shifts[second_size] : power_of_x(8 * (uint64_t)second_size);
    return multiply(shift, first) ^ second;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2,pclmul"))) static inline uint32_t fold(uint32_t crc, uint32_t folded_shift) {
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)folded_shift), 0);
    return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

static inline uint64_t load64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc32c_accelerated(uint32_t crc, const uint8_t *next, size_t size) {
    uint64_t state = (uint32_t)~crc;
    // The instruction takes three cycles and one can begin in each, so three thirds of the bytes go side by side.
    while (size >= 96) {
        size_t third = size / 24 * 8;
        if (third > LONGEST / 8 * 8) third = LONGEST / 8 * 8;
        uint64_t second = 0, last = 0;
        for (size_t offset = 0; offset < third; offset += 8) {
            state = _mm_crc32_u64(state, load64(next + offset));
            second = _mm_crc32_u64(second, load64(next + third + offset));
            last = _mm_crc32_u64(last, load64(next + 2 * third + offset));
        }
        uint32_t folded = folded_shifts[third];
        state = fold((uint32_t)state, folded) ^ (uint32_t)second;
        state = fold((uint32_t)state, folded) ^ (uint32_t)last;
        next += 3 * third;
        size -= 3 * third;
    }
    for (; size >= 8; next += 8, size -= 8) state = _mm_crc32_u64(state, load64(next));
    uint32_t tail = (uint32_t)state;
    while (size-- > 0) tail = _mm_crc32_u8(tail, *next++);
    return ~tail;
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t combine_accelerated(uint32_t first, uint32_t second, size_t second_size) {
    return fold(first, folded_shifts[second_size]) ^ second;
}

#endif

__attribute__((constructor)) static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1u)));
        slices[0][byte] = crc;
    }
    for (int slice = 1; slice < 8; slice++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = slices[slice - 1][byte];
            slices[slice][byte] = (before >> 8) ^ slices[0][before & 0xFF];
        }
    }
    powers[0] = ONE >> 1;
    for (int bit = 1; bit < 32; bit++) powers[bit] = multiply(powers[bit - 1], powers[bit - 1]);
    uint32_t shift = ONE;
    uint32_t folded = power_of_x(0x7FFFFFFFu - 33);
    uint32_t byte = power_of_x(8);
    for (int size = 0; size <= LONGEST; size++) {
        shifts[size] = shift;
        folded_shifts[size] = folded;
        shift = multiply(byte, shift);
        folded = multiply(byte, folded);
    }
#if defined(__x86_64__)
    __builtin_cpu_init();
    accelerated = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#endif
}

uint32_t starling_crc32c(uint32_t crc, const void *bytes, size_t size) {
#if defined(__x86_64__)
    if (accelerated) return crc32c_accelerated(crc, bytes, size);
#endif
    return starling_crc32c_portable(crc, bytes, size);
}

uint32_t starling_crc32c_combine(uint32_t first, uint32_t second, size_t second_size) {
#if defined(__x86_64__)
    if (accelerated && second_size <= LONGEST) return combine_accelerated(first, second, second_size);
#endif
    return starling_crc32c_combine_portable(first, second, second_size);
}

int starling_crc32c_is_accelerated(void) { return accelerated; }
