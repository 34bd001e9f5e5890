// Line ends, many at a time.
#include "CSimdjson.h"
#include "FrameMasks.hpp"

size_t sluice_line_ends(
    const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity, size_t *next) {
    size_t count = 0, at = from;
#if defined(__SSE2__)
    // 64 ends find room at a time, so room is looked at once for each 64 bytes.
    for (; at < to && count + 64 <= capacity; at += 64) {
        uint64_t found = Bytes64(text + at).equal('\n') & low_bits(to - at);
        for (; found != 0; found &= found - 1)
            ends[count++] = (uint32_t)(at + (size_t)__builtin_ctzll(found));
    }
    if (at > to) at = to;
#endif
    for (; at < to && count < capacity; at++)
        if (text[at] == '\n') ends[count++] = (uint32_t)at;
    *next = at;
    return count;
}

size_t sluice_describe_lines(
    const uint8_t *text, size_t from, const uint32_t *ends, size_t count, size_t base, size_t longest,
    size_t enough, uint32_t *pairs) {
    size_t start = from;
    for (size_t i = 0; i < count; i++) {
        const size_t end = ends[i];
        const size_t length = end - start - (end > start && text[end - 1] == '\r');
        if (length > longest) return i;
        pairs[2 * i] = (uint32_t)(start - from + base);
        pairs[2 * i + 1] = (uint32_t)length;
        start = end + 1;
        if (start - from + base >= enough) return i + 1;
    }
    return count;
}
