// JSON records: simdjson's structural index (its stage 1), then a walk that checks every byte against RFC 8259.
//
// Plan. Stage 1 runs once over a whole batch of lines. When it succeeds, no string holds a line feed (a control
// character inside a string is an error), so at every line feed the quotes are balanced and the index of the batch is
// the index of each line. When it fails, it runs again line by line, so that a bad line spoils no other one.
// The index names each bracket, colon and comma, each opening quote and the first byte of each other scalar. Between
// the end of a scalar and the next index entry only blanks may stand, and the walk checks that; so `1"a"`, `nul` and
// `01` cannot pass. Strings are looked at only where `next_backslash` says that an escape is.
// The walk is a loop, not a recursion: what a deep value costs is one bit per level (trap J04).
#include <simdjson.h>

#include <new>

#include "Symbols.hpp"

struct sluice_json {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> index;
    size_t capacity = 0;
    uint32_t max_depth;
    std::vector<uint64_t> is_object;  // one bit per level of the value that is being walked
    std::vector<uint8_t> name;        // an unescaped field name
};

namespace {

inline bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }
inline bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
inline bool is_hex(uint8_t c) { return is_digit(c) || (uint8_t)((c | 32) - 'a') < 6; }

/// The walk over one record. All positions are offsets in the text.
struct Walk {
    const uint8_t *text;
    const uint32_t *at;       // the next structural; one behind the record's last is ≥ `end`
    uint32_t base;            // what is added to the index's offsets (the index may be that of one line)
    uint32_t end;             // of the record
    uint32_t text_end;        // of the batch: how far a backslash is looked for
    uint32_t next_backslash;  // the first at or behind the walk's place, or `text_end`
    sluice_json *parser;
    uint8_t reason = 0;
    uint32_t detail = 0;

    inline uint32_t position() const { return base + *at; }
    inline uint32_t limit() const {
        const uint32_t next = base + *at;
        return next < end ? next : end;
    }

    inline bool fail(uint8_t why, uint32_t where) {
        reason = why;
        detail = where;
        return false;
    }

    inline void find_backslash(uint32_t from) {
        const void *found = from < text_end ? std::memchr(text + from, '\\', text_end - from) : nullptr;
        next_backslash = found ? (uint32_t)((const uint8_t *)found - text) : text_end;
    }

    /// A string from its opening quote at `from` up to `stop`, the next structural. `*close` is its closing quote.
    inline bool string(uint32_t from, uint32_t stop, uint32_t *close, bool *escaped) {
        uint32_t last = stop - 1;
        while (last > from && is_space(text[last])) last--;
        if (last == from || text[last] != '"') return fail(SLUICE_JSON_OPEN_STRING, from);
        *close = last;
        if (next_backslash < from) find_backslash(from);
        *escaped = next_backslash < last;
        return !*escaped || escapes(last);
    }

    /// Every escape up to the closing quote.
    __attribute__((noinline)) bool escapes(uint32_t close) {
        while (next_backslash < close) {
            const uint32_t slash = next_backslash;
            uint32_t length = 2;
            switch (text[slash + 1]) {
            case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': break;
            case 'u':
                for (uint32_t i = 2; i < 6; i++)
                    if (slash + i >= close || !is_hex(text[slash + i])) return fail(SLUICE_JSON_ESCAPE, slash);
                length = 6;
                break;
            default: return fail(SLUICE_JSON_ESCAPE, slash);
            }
            find_backslash(slash + length);
        }
        return true;
    }

    inline bool blanks(uint32_t from, uint32_t stop, uint8_t why, uint32_t where) {
        for (; from < stop; from++)
            if (!is_space(text[from])) return fail(why, where);
        return true;
    }

    inline bool literal(uint32_t from, uint32_t stop, const char *word, uint32_t length) {
        if (stop - from < length || std::memcmp(text + from, word, length) != 0) return fail(SLUICE_JSON_LITERAL, from);
        return blanks(from + length, stop, SLUICE_JSON_LITERAL, from);
    }

    /// A number by the grammar of RFC 8259 section 6; `*close` is one behind its last byte.
    inline bool number(uint32_t from, uint32_t stop, uint32_t *close) {
        uint32_t i = from;
        if (text[i] == '-') i++;
        if (i >= stop || !is_digit(text[i])) return fail(SLUICE_JSON_NUMBER, from);
        if (text[i] == '0') i++;
        else while (i < stop && is_digit(text[i])) i++;
        if (i < stop && text[i] == '.') {
            const uint32_t first = ++i;
            while (i < stop && is_digit(text[i])) i++;
            if (i == first) return fail(SLUICE_JSON_NUMBER, from);
        }
        if (i < stop && (text[i] | 32) == 'e') {
            i++;
            if (i < stop && (text[i] == '+' || text[i] == '-')) i++;
            const uint32_t first = i;
            while (i < stop && is_digit(text[i])) i++;
            if (i == first) return fail(SLUICE_JSON_NUMBER, from);
        }
        *close = i;
        return i == stop || blanks(i, stop, SLUICE_JSON_NUMBER, from);
    }

    /// A scalar at `from`, whose structural was consumed; fills tag, extent and flags.
    inline bool scalar(uint32_t from, sluice_field *field) {
        const uint32_t stop = limit();
        uint32_t close = from;
        bool escaped = false;
        field->value_offset = from;
        field->flags = 0;
        switch (text[from]) {
        case '"':
            if (!string(from, stop, &close, &escaped)) return false;
            field->tag = SLUICE_STRING;
            field->flags = escaped ? SLUICE_VALUE_ESCAPED : 0;
            field->value_length = close + 1 - from;
            return true;
        case 't': field->tag = SLUICE_TRUE; field->value_length = 4; return literal(from, stop, "true", 4);
        case 'f': field->tag = SLUICE_FALSE; field->value_length = 5; return literal(from, stop, "false", 5);
        case 'n': field->tag = SLUICE_NULL; field->value_length = 4; return literal(from, stop, "null", 4);
        case '-': case '0': case '1': case '2': case '3': case '4':
        case '5': case '6': case '7': case '8': case '9':
            field->tag = SLUICE_NUMBER;
            if (!number(from, stop, &close)) return false;
            field->value_length = close - from;
            return true;
        default: return fail(SLUICE_JSON_VALUE, from);
        }
    }

    /// A name and its colon; the structural of the name was not consumed.
    inline bool name(uint32_t *from, uint32_t *close, bool *escaped) {
        const uint32_t start = position();
        if (start >= end) return fail(SLUICE_JSON_OPEN, end);
        if (text[start] != '"') return fail(SLUICE_JSON_NAME, start);
        at++;
        if (!string(start, limit(), close, escaped)) return false;
        if (position() >= end || text[position()] != ':') return fail(SLUICE_JSON_COLON, *close + 1);
        at++;
        *from = start;
        return true;
    }

    bool composite(uint32_t from, uint32_t depth, uint32_t *close);
};

/// Walks a list or object whose bracket stands at `from` and was consumed; it lies `depth` levels deep.
bool Walk::composite(uint32_t from, uint32_t depth, uint32_t *close) {
    const uint32_t outer = depth;
    uint32_t place = from, name_from, name_close;
    bool escaped;
    sluice_field ignored;
    uint64_t *bits = parser->is_object.data();
open:
    if (depth >= parser->max_depth) return fail(SLUICE_JSON_DEPTH, place);
    {
        const bool object = text[place] == '{';
        const uint64_t bit = 1ull << (depth & 63);
        if (object) bits[depth >> 6] |= bit; else bits[depth >> 6] &= ~bit;
        depth++;
        if (position() >= end) return fail(SLUICE_JSON_OPEN, end);
        if (text[position()] == (object ? '}' : ']')) goto closing;
        if (object && !name(&name_from, &name_close, &escaped)) return false;
    }
value:
    place = position();
    if (place >= end) return fail(SLUICE_JSON_OPEN, end);
    at++;
    if (text[place] == '{' || text[place] == '[') goto open;
    if (!scalar(place, &ignored)) return false;
after:
    place = position();
    if (place >= end) return fail(SLUICE_JSON_OPEN, end);
    {
        const bool object = (bits[(depth - 1) >> 6] >> ((depth - 1) & 63)) & 1;
        if (text[place] == ',') {
            at++;
            if (object && !name(&name_from, &name_close, &escaped)) return false;
            goto value;
        }
        if (text[place] != (object ? '}' : ']')) return fail(SLUICE_JSON_COMMA, place);
    }
closing:
    *close = position();
    at++;
    if (--depth == outer) return true;
    goto after;
}

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

bool reserve(sluice_json *parser, size_t length) {
    if (length <= parser->capacity) return true;
    const size_t wanted = length < (1u << 17) ? (1u << 17) : length + length / 2;
    if (parser->index->set_capacity(wanted) != simdjson::SUCCESS) return false;
    parser->capacity = wanted;
    return true;
}

uint8_t reason_of(simdjson::error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR: return SLUICE_JSON_UTF8;
    case simdjson::UNESCAPED_CHARS: return SLUICE_JSON_CONTROL;
    case simdjson::UNCLOSED_STRING: return SLUICE_JSON_OPEN_STRING;
    default: return SLUICE_JSON_INTERNAL;
    }
}

simdjson::error_code make_index(sluice_json *parser, const uint8_t *at, size_t length) {
    if (!reserve(parser, length)) return simdjson::MEMALLOC;
    return parser->index->stage1(at, length, simdjson::stage1_mode::regular);
}

/// Walks a record and notes what became of it; returns one behind its last field.
inline size_t take(
    Walk &walk, sluice_record *record, const sluice_symbols *symbols, size_t spare, sluice_field *fields, size_t used) {
    walk.end = record->offset + record->length;
    walk.reason = 0;
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
    sluice_json *parser, const uint8_t *text, sluice_record *records, size_t count, const sluice_symbols *symbols,
    size_t spare, sluice_field *fields) {
    if (count == 0) return 0;
    size_t used = 0, live = 0;
    const uint32_t first = records[0].offset, last = records[count - 1].offset + records[count - 1].length;
    for (size_t i = 0; i < count; i++) live += records[i].state == SLUICE_LIVE;
    Walk walk{};
    walk.text = text;
    walk.parser = parser;
    walk.text_end = last;
    walk.find_backslash(first);
    if (live * 2 > count && make_index(parser, text + first, last - first) == simdjson::SUCCESS) {
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
