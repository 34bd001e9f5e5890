#pragma once
#include <cstring>

#include "CSimdjson.h"

/// One byte at a time: the twin of `sluice_put_escaped` for its odd ends and for tests.
static inline size_t sluice_put_escaped_byte_by_byte(const uint8_t *at, size_t length, uint8_t *out) {
    static const char digits[] = "0123456789abcdef";
    uint8_t *to = out;
    for (size_t i = 0; i < length; i++) {
        const uint8_t c = at[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            *to++ = c;
            continue;
        }
        *to++ = '\\';
        switch (c) {
        case '"': case '\\': *to++ = c; break;
        case '\b': *to++ = 'b'; break;
        case '\f': *to++ = 'f'; break;
        case '\n': *to++ = 'n'; break;
        case '\r': *to++ = 'r'; break;
        case '\t': *to++ = 't'; break;
        default:
            std::memcpy(to, "u00", 3);
            to[3] = (uint8_t)digits[c >> 4];
            to[4] = (uint8_t)digits[c & 15];
            to += 5;
        }
    }
    return (size_t)(to - out);
}

/// Copies 16 bytes at a time and stops only where a quote, backslash or control character is. May write 16
/// bytes more than it returns. Where `padded` is set it reads up to 15 bytes behind the end.
template <bool padded>
static inline size_t sluice_put_escaped(const uint8_t *at, size_t length, uint8_t *out) {
    uint8_t *to = out;
    const uint8_t *const end = at + length;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), lowest = _mm_set1_epi8(0x1F);
    while (padded ? at < end : end - at >= 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, lowest), bytes);
        const __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(mark, control));
        const unsigned step = end - at < 16 ? (unsigned)(end - at) : 16;
        mask &= 0xFFFFu >> (16 - step);
        _mm_storeu_si128((__m128i *)(void *)to, bytes);
        if (mask == 0) {
            at += step;
            to += step;
            continue;
        }
        const unsigned clean = (unsigned)__builtin_ctz(mask);
        to += clean;
        to += sluice_put_escaped_byte_by_byte(at + clean, 1, to);
        at += clean + 1;
    }
#endif
    return (size_t)(to - out) + sluice_put_escaped_byte_by_byte(at, (size_t)(end - at), to);
}
