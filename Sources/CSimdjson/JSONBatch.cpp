// JSON records: simdjson's structural index (its stage 1), then a walk that checks every byte against RFC
// 8259.
//
// Plan. Stage 1 runs once over a whole batch of lines. When it succeeds, no string holds a line feed (a
// control character inside a string is an error), so at every line feed the quotes are balanced and the index
// of the batch is the index of each line. When it fails, it runs again line by line, so that a bad line
// spoils no other one. The index names each bracket, colon and comma, each opening quote and the first byte
// of each other scalar. Between the end of a scalar and the next index entry only blanks may stand, and the
// walk checks that; so `1"a"`, `nul` and `01` cannot pass. Strings are looked at only where `next_backslash`
// says that an escape is. The walk is a loop, not a recursion: what a deep value costs is one bit per level
// (trap J04).
#include <new>

#include "JSONWalk.hpp"
#include "Symbols.hpp"

namespace {

/// The symbol of a name with escapes: names are compared unescaped.
__attribute__((noinline)) uint16_t escaped_symbol(
    sluice_json *parser, const sluice_symbols *symbols, const uint8_t *at, size_t length) {
    if (parser->name.size() < length) parser->name.resize(length);
    return symbols->find(parser->name.data(), sluice_json_unescape(at, length, parser->name.data()));
}

/// Walks one record into `fields`; returns how many there are.
inline uint32_t walk_record(Walk &walk, const sluice_symbols *symbols, sluice_field *fields) {
    sluice_field *field = fields;
    const uint32_t start = walk.position();
    if (walk.text[start] != '{') return walk.fail(SLUICE_JSON_NO_OBJECT, start), 0;
    walk.at++;
    if (walk.position() < walk.end && walk.text[walk.position()] == '}') {
        walk.at++;
    } else {
        for (;;) {
            uint32_t from, close;
            bool escaped;
            if (!walk.name(&from, &close, &escaped)) return 0;
            field->name_offset = from + 1;
            field->name_length = close - from - 1;
            const uint8_t *name = walk.text + from + 1;
            field->symbol = escaped ? escaped_symbol(walk.parser, symbols, name, field->name_length)
                                    : symbols->find(name, field->name_length);
            const uint32_t place = walk.position();
            if (place >= walk.end) return walk.fail(SLUICE_JSON_OPEN, walk.end), 0;
            walk.at++;
            if (walk.text[place] == '{' || walk.text[place] == '[') {
                uint32_t last;
                if (!walk.composite(place, 1, &last)) return 0;
                field->tag = SLUICE_COMPOSITE;
                field->flags = 0;
                field->value_offset = place;
                field->value_length = last + 1 - place;
            } else if (!walk.scalar(place, field)) {
                return 0;
            }
            field++;
            const uint32_t next = walk.position();
            if (next >= walk.end) return walk.fail(SLUICE_JSON_OPEN, walk.end), 0;
            const uint8_t c = walk.text[next];
            walk.at++;
            if (c == '}') break;
            if (c != ',') return walk.fail(SLUICE_JSON_COMMA, next), 0;
        }
    }
    if (walk.position() < walk.end) return walk.fail(SLUICE_JSON_TRAILING, walk.position()), 0;
    return (uint32_t)(field - fields);
}

/// Makes room for the index of `length` bytes; false when memory is out.
bool reserve(sluice_json *parser, size_t length) {
    if (length <= parser->capacity) return true;
    const size_t wanted = length < (1u << 17) ? (1u << 17) : length + length / 2;
    if (parser->index->set_capacity(wanted) != simdjson::SUCCESS) return false;
    parser->capacity = wanted;
    return true;
}

/// What a failure of stage 1 means for the record.
uint8_t reason_of(simdjson::error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR: return SLUICE_JSON_UTF8;
    case simdjson::UNESCAPED_CHARS: return SLUICE_JSON_CONTROL;
    case simdjson::UNCLOSED_STRING: return SLUICE_JSON_OPEN_STRING;
    default: return SLUICE_JSON_INTERNAL;
    }
}

/// Runs stage 1 over the bytes.
simdjson::error_code make_index(sluice_json *parser, const uint8_t *at, size_t length) {
    if (!reserve(parser, length)) return simdjson::MEMALLOC;
    return parser->index->stage1(at, length, simdjson::stage1_mode::regular);
}

/// Walks a record and notes what became of it; returns one behind its last field.
inline size_t take(
    Walk &walk, sluice_record *record, const sluice_symbols *symbols, size_t spare, sluice_field *fields,
    size_t used) {
    walk.end = record->offset + record->length;
    walk.reason = 0;
    // Between the elements of a list stand commas that belong to no record.
    while (walk.position() < record->offset) walk.at++;
    if (walk.position() >= walk.end) {
        record->state = SLUICE_DROPPED;
        return used;
    }
    record->first_field = (uint32_t)used;
    record->field_count = walk_record(walk, symbols, fields + used);
    if (walk.reason == 0) return used + record->field_count + spare;
    record->field_count = 0;
    record->state = SLUICE_REJECTED;
    record->reason = walk.reason;
    record->detail = walk.detail - record->offset;
    while (walk.position() < walk.end) walk.at++;
    return used;
}

}  // namespace

sluice_json *sluice_json_new(uint32_t max_depth) {
    try {
        std::unique_ptr<sluice_json> parser(new sluice_json());
        parser->max_depth = max_depth;
        parser->is_object.resize(max_depth / 64 + 1);
        const auto &implementation = simdjson::get_active_implementation();
        if (implementation->create_dom_parser_implementation(1u << 17, 1, parser->index) != simdjson::SUCCESS)
            return nullptr;
        parser->capacity = 1u << 17;
        return parser.release();
    } catch (...) {
        return nullptr;
    }
}

void sluice_json_free(sluice_json *parser) { delete parser; }

size_t sluice_json_parse(
    sluice_json *parser, const uint8_t *text, sluice_record *records, size_t count,
    const sluice_symbols *symbols, size_t spare, sluice_field *fields) {
    if (count == 0) return 0;
    size_t used = 0, live = 0;
    const uint32_t first = records[0].offset, last = records[count - 1].offset + records[count - 1].length;
    size_t live_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].state != SLUICE_LIVE) continue;
        live++;
        live_bytes += records[i].length;
    }
    Walk walk{};
    walk.text = text;
    walk.parser = parser;
    walk.text_end = last;
    walk.find_backslash(first);
    // Records that are few or far apart are indexed one by one.
    const bool is_dense = live * 2 > count && live_bytes * 2 > last - first;
    if (is_dense && make_index(parser, text + first, last - first) == simdjson::SUCCESS) {
        walk.base = first;
        walk.at = parser->index->structural_indexes.get();
        for (size_t i = 0; i < count; i++) {
            if (records[i].state == SLUICE_LIVE) {
                used = take(walk, records + i, symbols, spare, fields, used);
            } else {
                const uint32_t end = records[i].offset + records[i].length;
                while (walk.position() < end) walk.at++;
            }
        }
        return used;
    }
    for (size_t i = 0; i < count; i++) {
        sluice_record *record = records + i;
        if (record->state != SLUICE_LIVE) continue;
        const auto error = make_index(parser, text + record->offset, record->length);
        if (error == simdjson::EMPTY) {
            record->state = SLUICE_DROPPED;
        } else if (error != simdjson::SUCCESS) {
            record->state = SLUICE_REJECTED;
            record->reason = reason_of(error);
            record->detail = UINT32_MAX;
        } else {
            walk.base = record->offset;
            walk.at = parser->index->structural_indexes.get();
            used = take(walk, record, symbols, spare, fields, used);
        }
    }
    return used;
}
