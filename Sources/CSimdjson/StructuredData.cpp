// Structured data of RFC 5424 to JSON.
#include "Escape.hpp"

namespace {

/// An SD-NAME (section 6.3.2) lacks '=', ']', '"', space and what is not printable ASCII.
inline bool is_name(uint8_t c) { return c > 0x20 && c < 0x7F && c != '=' && c != ']' && c != '"'; }

/// Writes a name as a JSON string and a colon; null where there is none.
inline uint8_t *put_name(const uint8_t *&at, const uint8_t *end, uint8_t *to) {
    const uint8_t *const from = at;
    while (at < end && is_name(*at)) at++;
    if (at == from) return nullptr;
    *to++ = '"';
    to += sluice_put_escaped<true>(from, (size_t)(at - from), to);
    *to++ = '"';
    *to++ = ':';
    return to;
}

/// Writes a PARAM-VALUE (section 6.3.3) behind its opening quote.
///
/// `\"`, `\\` and `\]` stand for their second byte; any other backslash stands for itself. A `]` that should
/// have been escaped is taken as it is.
inline uint8_t *put_value(const uint8_t *&at, const uint8_t *end, uint8_t *to) {
    *to++ = '"';
    while (true) {
        const uint8_t *const found = sluice_find_quote(at, end);
        if (end - found < 1) {
            at = end;
            return nullptr;
        }
        to += sluice_put_escaped<true>(at, (size_t)(found - at), to);
        at = found + 1;
        if (*found == '"') break;
        if (at < end && (*at == '"' || *at == '\\')) {
            *to++ = '\\';
            *to++ = *at++;
        } else if (at < end && *at == ']') {
            *to++ = *at++;
        } else {
            *to++ = '\\';
            *to++ = '\\';
        }
    }
    *to++ = '"';
    return to;
}

}  // namespace

bool sluice_structured_data(
    const uint8_t *at, const uint8_t *end, const uint8_t **stop, uint8_t *out, size_t *length) {
    uint8_t *to = out;
    *to++ = '{';
    const uint8_t *const first = at;
    while (at < end && *at == '[') {
        if (at != first) *to++ = ',';
        at++;
        to = put_name(at, end, to);
        if (to == nullptr) break;
        *to++ = '{';
        bool is_first = true;
        while (at < end && *at == ' ') {
            at++;
            if (!is_first) *to++ = ',';
            is_first = false;
            to = put_name(at, end, to);
            if (to == nullptr) break;
            if (end - at < 2 || at[0] != '=' || at[1] != '"') {
                to = nullptr;
                break;
            }
            at += 2;
            to = put_value(at, end, to);
            if (to == nullptr) break;
        }
        if (to == nullptr || at == end || *at != ']') {
            to = nullptr;
            break;
        }
        at++;
        *to++ = '}';
    }
    *stop = at;
    if (to == nullptr || at == first) return false;
    *to++ = '}';
    *length = (size_t)(to - out);
    return true;
}
