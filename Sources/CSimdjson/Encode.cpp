// Records to NDJSON: what nobody touched is copied as it stands, in runs as long as possible.
#include "Escape.hpp"
#include "Symbols.hpp"

namespace {

/// Copies up to 64 bytes without a call. May write 16 bytes more than `length`; reads as far.
inline uint8_t *put(uint8_t *to, const uint8_t *from, size_t length) {
#if defined(__SSE2__)
    if (length <= 16) {
        _mm_storeu_si128((__m128i *)(void *)to, _mm_loadu_si128((const __m128i *)(const void *)from));
        return to + length;
    }
    if (length <= 64) {
        for (size_t i = 0; i < length; i += 16)
            _mm_storeu_si128(
                (__m128i *)(void *)(to + i), _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
        return to + length;
    }
#endif
    std::memcpy(to, from, length);
    return to + length;
}

/// Copies what may not be read past its end.
inline uint8_t *put_exact(uint8_t *to, const uint8_t *from, size_t length) {
    std::memcpy(to, from, length);
    return to + length;
}

/// What the offsets of fields count from, and the JSON form of each name that the function mentions.
struct Source {
    const uint8_t *text, *arena;
    const sluice_symbols::Text *names;
};

/// The value as JSON text; what is plain text yet is quoted and escaped.
inline uint8_t *put_value(uint8_t *to, const sluice_field &field, const Source &source) {
    const uint8_t *const base = (field.flags & SLUICE_IN_ARENA) ? source.arena : source.text;
    const uint8_t *const value = base + field.value_offset;
    switch (field.tag) {
    case SLUICE_NULL: std::memcpy(to, "null", 4); return to + 4;
    case SLUICE_TRUE: std::memcpy(to, "true", 4); return to + 4;
    case SLUICE_FALSE: std::memcpy(to, "false", 5); return to + 5;
    case SLUICE_TEXT:
        *to++ = '"';
        to += sluice_put_escaped<true>(value, field.value_length, to);
        *to++ = '"';
        return to;
    default: return put(to, value, field.value_length);
    }
}

/// Room for brackets, quotes, commas, a line feed, and for what `put` writes too much.
constexpr size_t slack = 48;

/// One record of which something changed; null where the room does not suffice.
///
/// A run is a row of neighbouring fields that stand in the block as they are to be written; it is copied at
/// once, with the blanks and commas between its fields.
inline uint8_t *put_changed(
    uint8_t *to, const uint8_t *end, const sluice_record &record, const sluice_field *fields,
    const Source &source) {
    const uint8_t changed = SLUICE_NAMED | SLUICE_REPLACED | SLUICE_REMOVED;
    const sluice_field *field = fields + record.first_field;
    const sluice_field *const last = field + record.field_count;
    if ((size_t)(end - to) < slack) return nullptr;
    bool is_first = true;
    *to++ = '{';
    for (; field < last; field++) {
        if (field->flags & SLUICE_REMOVED) continue;
        if (!is_first) *to++ = ',';
        is_first = false;
        if (!(field->flags & changed)) {
            const uint32_t from = field->name_offset - 1;
            while (field + 1 < last && !(field[1].flags & changed)) field++;
            const size_t length = field->value_offset + field->value_length - from;
            if ((size_t)(end - to) < length + slack) return nullptr;
            to = put(to, source.text + from, length);
            continue;
        }
        const bool is_named = field->flags & SLUICE_NAMED;
        const uint8_t *const names = field->flags & SLUICE_NAME_IN_ARENA ? source.arena : source.text;
        const sluice_symbols::Text own{names + field->name_offset, field->name_length};
        const sluice_symbols::Text name = is_named ? source.names[field->symbol] : own;
        const size_t value_room = (size_t)field->value_length * (field->tag == SLUICE_TEXT ? 6 : 1);
        if ((size_t)(end - to) < name.length + value_room + slack) return nullptr;
        if (!is_named) *to++ = '"';
        to = put(to, name.bytes, name.length);
        if (!is_named) {
            *to++ = '"';
            *to++ = ':';
        }
        to = put_value(to, *field, source);
    }
    *to++ = '}';
    return to;
}

}  // namespace

size_t sluice_ndjson_bound(
    const sluice_record *record, const sluice_field *fields, const sluice_symbols *symbols) {
    size_t bound = record->length + slack + 64;
    if (!record->is_changed) return bound;
    for (uint32_t i = 0; i < record->field_count; i++) {
        const sluice_field &field = fields[record->first_field + i];
        if (!(field.flags & (SLUICE_NAMED | SLUICE_REPLACED))) continue;
        if (field.flags & SLUICE_REMOVED) continue;
        const bool is_named = field.flags & SLUICE_NAMED;
        bound += slack + (is_named ? symbols->texts[field.symbol].length : field.name_length);
        bound += field.tag == SLUICE_TEXT ? 6 * (size_t)field.value_length : field.value_length;
    }
    return bound;
}

size_t sluice_encode_ndjson(
    const uint8_t *text, const uint8_t *arena, const sluice_record *records, size_t count,
    const sluice_field *fields, const sluice_symbols *symbols, uint8_t *out, size_t room, size_t *written) {
    const Source source{text, arena, symbols->texts.data()};
    uint8_t *to = out;
    const uint8_t *const end = out + room;
    size_t i = 0;
    for (; i < count; i++) {
        const sluice_record &record = records[i];
        if (record.state != SLUICE_LIVE) continue;
        if (record.is_changed) {
            uint8_t *const after = put_changed(to, end, record, fields, source);
            if (after == nullptr) break;
            to = after;
        } else {
            if ((size_t)(end - to) < record.length + slack) break;
            to = put_exact(to, text + record.offset, record.length);
        }
        *to++ = '\n';
    }
    *written = (size_t)(to - out);
    return i;
}
