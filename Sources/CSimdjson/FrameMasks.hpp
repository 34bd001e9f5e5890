#pragma once
// 64 bytes at a time as bit masks: bit i of a mask says something of byte i.
#include <cstddef>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>

namespace {

/// 64 bytes in four vectors.
struct Bytes64 {
    __m128i part[4];

    inline explicit Bytes64(const uint8_t *at) {
        for (int i = 0; i < 4; i++) part[i] = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
    }
    /// Which bytes are `wanted` once the bits of `fold` are set in them.
    inline uint64_t equal(uint8_t wanted, uint8_t fold = 0) const {
        const __m128i needle = _mm_set1_epi8((char)wanted), bits = _mm_set1_epi8((char)fold);
        uint64_t mask = 0;
        for (int i = 0; i < 4; i++) {
            const __m128i found = _mm_cmpeq_epi8(_mm_or_si128(part[i], bits), needle);
            mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * i);
        }
        return mask;
    }
};

/// The lowest `count` bits; all of them from 64 on.
inline uint64_t low_bits(size_t count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

/// Bit i is the parity of bits 0 to i: whether byte i lies behind an odd number of quotes.
inline uint64_t prefix_xor(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

}  // namespace
#endif
