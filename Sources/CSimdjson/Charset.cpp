// Encodings: iconv(3) of the C library behind functions that say where they stopped, and the repair of UTF-8.
#include <cerrno>
#include <cstring>
#include <iconv.h>

#include "CSimdjson.h"

namespace {

/// How many bytes of a character stand at `at`: negative when they are only a part of one, or of none.
///
/// Unicode 15, table 3-7: the second byte has a narrower range behind E0, ED, F0 and F4.
inline int character(const uint8_t *at, size_t length) {
    const uint8_t lead = at[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return -1;
    const size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    size_t count = 1;
    if (length > 1 && at[1] >= low && at[1] <= high) {
        count = 2;
        while (count < wanted && count < length && (at[count] & 0xC0) == 0x80) count++;
    }
    return count == wanted ? (int)count : -(int)count;
}

}  // namespace

size_t sluice_utf8_whole(const uint8_t *at, size_t length) {
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const uint8_t byte = at[length - back];
        if (byte < 0x80) return length;
        if (byte < 0xC0) continue;
        const bool is_lead = byte >= 0xC2 && byte <= 0xF4;
        return is_lead && character(at + length - back, back) == -(int)back ? length - back : length;
    }
    return length;
}

size_t sluice_utf8_repair(const uint8_t *at, size_t length, uint8_t *out, size_t *replaced) {
    uint8_t *to = out;
    size_t place = 0;
    *replaced = 0;
    while (place < length) {
        const int count = character(at + place, length - place);
        if (count > 0) {
            std::memcpy(to, at + place, (size_t)count);
            to += count;
            place += (size_t)count;
        } else {
            std::memcpy(to, "\xEF\xBF\xBD", 3);
            to += 3;
            place += (size_t)-count;
            (*replaced)++;
        }
    }
    return (size_t)(to - out);
}

sluice_charset *sluice_charset_new(const char *name) {
    const iconv_t made = iconv_open("UTF-8", name);
    return made == (iconv_t)-1 ? nullptr : (sluice_charset *)made;
}

void sluice_charset_free(sluice_charset *charset) { iconv_close((iconv_t)charset); }

int sluice_charset_convert(
    sluice_charset *charset, const uint8_t *at, size_t length, uint8_t *out, size_t room, size_t *read,
    size_t *written) {
    char *from = (char *)const_cast<uint8_t *>(at), *to = (char *)out;
    size_t left = length, space = room;
    const size_t result = iconv((iconv_t)charset, &from, &left, &to, &space);
    const int reason = errno;
    *read = length - left;
    *written = room - space;
    if (result != (size_t)-1) return SLUICE_CHARSET_DONE;
    if (reason == E2BIG) return SLUICE_CHARSET_FULL;
    return reason == EINVAL ? SLUICE_CHARSET_INCOMPLETE : SLUICE_CHARSET_INVALID;
}
