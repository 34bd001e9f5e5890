// The end of a JSON list or object, without a look at what is in it.
//
// Plan. 64 bytes at a time: quotes that no backslash escapes, their parity, which says what lies within
// strings, and the brackets outside. As long as more brackets are open than the 64 bytes close, they are
// only counted. A backslash escapes outside of strings, too, as in simdjson's index: so both see the same
// strings in malformed text.
#include "CSimdjson.h"
#include "FrameMasks.hpp"

namespace {

inline bool is_blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
inline bool is_open(uint8_t c) { return c == '{' || c == '['; }

/// The last byte of [from, at) that is not blank, or `before`.
inline uint8_t last_before(const uint8_t *text, size_t from, size_t at, uint8_t before) {
    while (at > from) {
        at--;
        if (!is_blank(text[at])) return text[at];
    }
    return before;
}

/// Whether a value must begin behind the line feed at `at`, and cannot where it stands.
inline bool is_break(
    const sluice_json_scan *scan, const uint8_t *text, size_t from, size_t at, size_t to, bool in_string) {
    if (at + 1 >= to || !is_open(text[at + 1])) return false;
    if (in_string) return true;
    const uint8_t last = last_before(text, from, at, scan->last);
    return last != '[' && last != ',' && last != ':';
}

/// Ends a scan at `at`.
inline int finish(
    sluice_json_scan *scan, const uint8_t *text, size_t from, size_t at, int how, size_t *next) {
    if (how == SLUICE_SCAN_MORE) {
        scan->last = last_before(text, from, at, scan->last);
    } else {
        *scan = sluice_json_scan{};
    }
    *next = at;
    return how;
}

#if defined(__SSE2__)
/// The bytes that a backslash escapes among `count`; `*carry` says so of the first byte, and then of the one
/// behind the last.
inline uint64_t find_escaped(uint64_t slashes, size_t count, uint8_t *carry) {
    uint64_t escaped = *carry;
    *carry = 0;
    for (; slashes != 0; slashes &= slashes - 1) {
        const int place = __builtin_ctzll(slashes);
        if ((escaped >> place) & 1) continue;
        if ((size_t)place + 1 >= count) *carry = 1;
        else escaped |= 1ull << (place + 1);
    }
    return escaped;
}
#endif

}  // namespace

int sluice_json_skip_bytewise(
    sluice_json_scan *scan, uint8_t *text, size_t from, size_t to, bool is_last, size_t *next) {
    const size_t whole = to;
    // What stands behind a line feed decides about it.
    if (!is_last && to > from && text[to - 1] == '\n') to--;
    for (size_t at = from; at < to; at++) {
        const uint8_t c = text[at];
        const bool escaped = scan->escape;
        scan->escape = c == '\\' && !escaped;
        if (c == '\n') {
            if (is_break(scan, text, from, at, whole, scan->in_string))
                return finish(scan, text, from, at, SLUICE_SCAN_BREAK, next);
            if (!scan->in_string) text[at] = ' ';
        } else if (c == '"' && !escaped) {
            scan->in_string ^= 1;
        } else if (!scan->in_string && is_open(c)) {
            scan->depth++;
        } else if (!scan->in_string && (c == '}' || c == ']')) {
            if (--scan->depth == 0) return finish(scan, text, from, at + 1, SLUICE_SCAN_END, next);
        }
    }
    return finish(scan, text, from, to, SLUICE_SCAN_MORE, next);
}

int sluice_json_skip(
    sluice_json_scan *scan, uint8_t *text, size_t from, size_t to, bool is_last, size_t *next) {
#if defined(__SSE2__)
    const size_t whole = to;
    if (!is_last && to > from && text[to - 1] == '\n') to--;
    for (size_t at = from; at < to; at += 64) {
        const size_t count = to - at < 64 ? to - at : 64;
        const uint64_t valid = low_bits(count);
        const Bytes64 bytes(text + at);
        const uint64_t slashes = bytes.equal('\\') & valid;
        uint64_t quotes = bytes.equal('"') & valid;
        if ((slashes | scan->escape) != 0) quotes &= ~find_escaped(slashes, count, &scan->escape);
        const uint64_t strings = prefix_xor(quotes) ^ (0 - (uint64_t)scan->in_string);
        // '[' and '{' differ in one bit, and so do ']' and '}'.
        const uint64_t opening = bytes.equal('{', 0x20) & valid & ~strings;
        const uint64_t closing = bytes.equal('}', 0x20) & valid & ~strings;
        const uint32_t closed = (uint32_t)__builtin_popcountll(closing);
        size_t end = 64;
        if (scan->depth > closed) {
            scan->depth += (uint32_t)__builtin_popcountll(opening) - closed;
        } else {
            for (uint64_t both = opening | closing; both != 0; both &= both - 1) {
                const uint64_t bit = both & (0 - both);
                if (opening & bit) scan->depth++;
                else if (--scan->depth == 0) {
                    end = (size_t)__builtin_ctzll(bit);
                    break;
                }
            }
        }
        for (uint64_t feeds = bytes.equal('\n') & valid & low_bits(end); feeds != 0; feeds &= feeds - 1) {
            const int place = __builtin_ctzll(feeds);
            const bool in_string = (strings >> place) & 1;
            if (is_break(scan, text, from, at + (size_t)place, whole, in_string))
                return finish(scan, text, from, at + (size_t)place, SLUICE_SCAN_BREAK, next);
            if (!in_string) text[at + (size_t)place] = ' ';
        }
        if (end < 64) return finish(scan, text, from, at + end + 1, SLUICE_SCAN_END, next);
        scan->in_string = (strings >> (count - 1)) & 1;
    }
    return finish(scan, text, from, to, SLUICE_SCAN_MORE, next);
#else
    return sluice_json_skip_bytewise(scan, text, from, to, is_last, next);
#endif
}
