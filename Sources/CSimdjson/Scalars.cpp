// Strings and numbers of JSON text (RFC 8259 sections 6 and 7).
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "CSimdjson.h"
#include "Escape.hpp"

namespace {

/// The value of a hexadecimal digit, which was checked.
int hex_value(uint8_t c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

/// The UTF-16 code unit of four hexadecimal digits.
uint32_t code_unit(const uint8_t *at) {
    const int high = hex_value(at[0]) << 12 | hex_value(at[1]) << 8;
    return (uint32_t)(high | hex_value(at[2]) << 4 | hex_value(at[3]));
}

/// Writes a code point, 1 to 4 bytes.
size_t put_utf8(uint32_t code, uint8_t *out) {
    if (code < 0x80) return out[0] = (uint8_t)code, 1;
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

/// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0.
size_t sequence_length(const uint8_t *at, size_t length) {
    const uint8_t a = at[0];
    const auto follows = [&](size_t i, uint8_t low, uint8_t high) {
        return i < length && at[i] >= low && at[i] <= high;
    };
    if (a < 0x80) return 1;
    if (a >= 0xC2 && a <= 0xDF) return follows(1, 0x80, 0xBF) ? 2 : 0;
    if (a >= 0xE0 && a <= 0xEF) {
        const uint8_t low = a == 0xE0 ? 0xA0 : 0x80, high = a == 0xED ? 0x9F : 0xBF;
        return follows(1, low, high) && follows(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (a >= 0xF0 && a <= 0xF4) {
        const uint8_t low = a == 0xF0 ? 0x90 : 0x80, high = a == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool sluice_is_utf8(const uint8_t *at, size_t length) {
    return simdjson::validate_utf8((const char *)at, length);
}

size_t sluice_json_escape(const uint8_t *at, size_t length, uint8_t *out, bool escape_invalid) {
    if (!escape_invalid || sluice_is_utf8(at, length)) return sluice_put_escaped<false>(at, length, out);
    uint8_t *to = out;
    size_t i = 0;
    while (i < length) {
        const size_t step = sequence_length(at + i, length - i);
        if (step == 0) {
            static const char digits[] = "0123456789abcdef";
            std::memcpy(to, "\\udc", 4);
            to[4] = (uint8_t)digits[at[i] >> 4];
            to[5] = (uint8_t)digits[at[i] & 15];
            to += 6;
            i++;
        } else {
            to += sluice_put_escaped_byte_by_byte(at + i, step, to);
            i += step;
        }
    }
    return (size_t)(to - out);
}

size_t sluice_json_unescape(const uint8_t *at, size_t length, uint8_t *out) {
    const uint8_t *const end = at + length;
    uint8_t *to = out;
    while (at < end) {
        const void *found = std::memchr(at, '\\', (size_t)(end - at));
        const uint8_t *const slash = found ? (const uint8_t *)found : end;
        std::memmove(to, at, (size_t)(slash - at));
        to += slash - at;
        at = slash;
        if (end - at < 2) break;
        const uint8_t c = at[1];
        at += 2;
        switch (c) {
        case 'b': *to++ = '\b'; break;
        case 'f': *to++ = '\f'; break;
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case 'u': {
            if (end - at < 4) return (size_t)(to - out);
            uint32_t code = code_unit(at);
            at += 4;
            if (code >= 0xD800 && code < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
                const uint32_t low = code_unit(at + 2);
                if (low >= 0xDC00 && low < 0xE000) {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    at += 6;
                }
            }
            if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
            to += put_utf8(code, to);
            break;
        }
        default: *to++ = c;
        }
    }
    return (size_t)(to - out);
}

double sluice_number_double(const uint8_t *at, size_t length) {
    double value = 0;
    const char *const first = (const char *)at;
    const auto result = std::from_chars(first, first + length, value);
    if (result.ec != std::errc::result_out_of_range) return value;
    // Too large or too small: from_chars leaves `value` alone; the exponent's sign tells which.
    bool tiny = false, fraction_only = at[0] == '0' || (at[0] == '-' && length > 1 && at[1] == '0');
    for (size_t i = 0; i + 1 < length; i++)
        if ((at[i] | 32) == 'e') tiny = at[i + 1] == '-', fraction_only = false;
    const double size = tiny || fraction_only ? 0.0 : std::numeric_limits<double>::infinity();
    return at[0] == '-' ? -size : size;
}

size_t sluice_number_text(double value, uint8_t *out) {
    char *const first = (char *)out;
    const auto result = std::to_chars(first, first + 30, value);
    size_t length = (size_t)(result.ptr - first);
    for (size_t i = 0; i < length; i++)
        if (first[i] == '.' || first[i] == 'e') return length;
    first[length++] = '.';
    first[length++] = '0';
    return length;
}
