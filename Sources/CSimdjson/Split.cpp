// Text to records.
#include <cstring>

#include "CSimdjson.h"

size_t sluice_split(
    const uint8_t *text, size_t from, size_t soft_end, size_t to, sluice_record *records, size_t capacity,
    size_t *next) {
    size_t count = 0;
    while (from < soft_end && count < capacity) {
        const void *found = std::memchr(text + from, '\n', to - from);
        const size_t end = found ? (size_t)((const uint8_t *)found - text) : to;
        size_t length = end - from;
        if (found && length > 0 && text[end - 1] == '\r') length--;
        records[count] = sluice_record{(uint32_t)from, (uint32_t)length, 0, 0, 0, 0, SLUICE_LIVE, 0, 0, 0};
        count++;
        from = found ? end + 1 : to;
    }
    *next = from;
    return count;
}

bool sluice_is_blank(const uint8_t *at, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (at[i] != ' ' && at[i] != '\t' && at[i] != '\r') return false;
    return true;
}
