// Row ends of CSV.
//
// Plan. 64 bytes at a time: which are line feeds, which are quotes. Only those are looked at, in order;
// everything else of a row costs nothing.
#include "CSimdjson.h"
#include "FrameMasks.hpp"

namespace {

/// One line feed or quote at `at`; returns whether it ends a row. `*pair` is set to the place of a quote
/// that is part of this one.
inline bool take(
    sluice_csv_scan *scan, const uint8_t *text, size_t from, size_t at, size_t to, size_t *pair) {
    if (text[at] == '\n') return scan->quoted != 1;
    if (scan->quoted != 1) {
        const uint8_t before = at > from ? text[at - 1] : scan->previous;
        scan->quoted = before == scan->delimiter || before == '\n';
    } else if (at + 1 == to) {
        scan->quoted = 2;
    } else if (text[at + 1] == scan->quote) {
        *pair = at + 1;
    } else {
        scan->quoted = 0;
    }
    return false;
}

/// Decides about the quote that the text ended with, when it was read before; returns where to go on.
inline size_t begin(sluice_csv_scan *scan, const uint8_t *text, size_t from, size_t to) {
    if (scan->quoted != 2 || from == to) return from;
    const bool is_pair = text[from] == scan->quote;
    scan->quoted = is_pair;
    return is_pair ? from + 1 : from;
}

}  // namespace

size_t sluice_csv_rows_bytewise(
    sluice_csv_scan *scan, const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity,
    size_t *next) {
    size_t count = 0, pair = SIZE_MAX, at = begin(scan, text, from, to);
    for (; at < to && count < capacity; at++) {
        if (at == pair || (text[at] != '\n' && text[at] != scan->quote)) continue;
        if (take(scan, text, from, at, to, &pair)) ends[count++] = (uint32_t)at;
    }
    if (at > from) scan->previous = text[at - 1];
    *next = at;
    return count;
}

size_t sluice_csv_rows(
    sluice_csv_scan *scan, const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity,
    size_t *next) {
#if defined(__SSE2__)
    size_t count = 0, pair = SIZE_MAX, at = begin(scan, text, from, to);
    while (at < to && count < capacity) {
        const Bytes64 bytes(text + at);
        const uint64_t valid = low_bits(to - at);
        uint64_t found = (bytes.equal('\n') | bytes.equal(scan->quote)) & valid;
        for (; found != 0 && count < capacity; found &= found - 1) {
            const size_t place = at + (size_t)__builtin_ctzll(found);
            if (place != pair && take(scan, text, from, place, to, &pair)) ends[count++] = (uint32_t)place;
        }
        at = found != 0 ? (size_t)ends[count - 1] + 1 : at + 64;
    }
    if (at > to) at = to;
    if (count == capacity && capacity > 0) at = (size_t)ends[count - 1] + 1;
    if (at > from) scan->previous = text[at - 1];
    *next = at;
    return count;
#else
    return sluice_csv_rows_bytewise(scan, text, from, to, ends, capacity, next);
#endif
}
