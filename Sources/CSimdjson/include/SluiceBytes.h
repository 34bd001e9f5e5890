// Loops over bytes that are inlined into their callers: 16 bytes at a time where SSE2 is, one at a time
// elsewhere.
//
// "Padded" means that 64 bytes behind the range may be read (ByteBuffer.padding).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/// The first `wanted` in [at, end), or `end`. Padded.
static inline const uint8_t *sluice_find(const uint8_t *at, const uint8_t *end, uint8_t wanted) {
#if defined(__SSE2__)
    const __m128i needle = _mm_set1_epi8((char)wanted);
    while (at < end) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, needle));
        if (mask != 0) {
            at += __builtin_ctz((unsigned)mask);
            return at < end ? at : end;
        }
        at += 16;
    }
    return end;
#else
    while (at < end && *at != wanted) at++;
    return at;
#endif
}

/// The first quote or backslash in [at, end), or `end`. Padded.
static inline const uint8_t *sluice_find_quote(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    while (at < end) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        const int mask = _mm_movemask_epi8(found);
        if (mask != 0) {
            at += __builtin_ctz((unsigned)mask);
            return at < end ? at : end;
        }
        at += 16;
    }
    return end;
#else
    while (at < end && *at != '"' && *at != '\\') at++;
    return at;
#endif
}
/// The first occurrence of `length` bytes of `text`, at least one, in [at, end), or `end`. Padded.
///
/// Sixteen places at a time: those where both the first byte and one behind it are right are compared whole.
static inline const uint8_t *sluice_find_text(
    const uint8_t *at, const uint8_t *end, const uint8_t *text, size_t length) {
    if ((size_t)(end - at) < length) return end;
    const uint8_t *const stop = end - length + 1;
#if defined(__SSE2__)
    // 16 + 47 bytes behind a place are within the padding.
    const size_t other = length < 48 ? length - 1 : 47;
    const __m128i first = _mm_set1_epi8((char)text[0]), second = _mm_set1_epi8((char)text[other]);
    while (at < stop) {
        const __m128i here = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i there = _mm_loadu_si128((const __m128i *)(const void *)(at + other));
        const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(here, first), _mm_cmpeq_epi8(there, second));
        unsigned mask = (unsigned)_mm_movemask_epi8(both);
        while (mask != 0) {
            const uint8_t *const place = at + __builtin_ctz(mask);
            if (place >= stop) return end;
            if (memcmp(place, text, length) == 0) return place;
            mask &= mask - 1;
        }
        at += 16;
    }
    return end;
#else
    for (; at < stop; at++)
        if (memcmp(at, text, length) == 0) return at;
    return end;
#endif
}

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
