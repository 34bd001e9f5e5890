#pragma once
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <vector>

#include "CSimdjson.h"

/// The memory of one parser: what stage 1 needs, and what one walk notes.
struct sluice_json {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> index;
    size_t capacity = 0;
    uint32_t max_depth;
    std::vector<uint64_t> is_object;  // one bit per level of the value that is being walked
    std::vector<uint8_t> name;        // an unescaped field name
};

static inline bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }
static inline bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
static inline bool is_hex(uint8_t c) { return is_digit(c) || (uint8_t)((c | 32) - 'a') < 6; }

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

    /// Where the next structural is.
    inline uint32_t position() const { return base + *at; }
    /// Where the scalar being walked must have ended: at the next structural or the record's end.
    inline uint32_t limit() const {
        const uint32_t next = base + *at;
        return next < end ? next : end;
    }

    /// Notes why and where the record is rejected; returns false, so that callers can return it.
    inline bool fail(uint8_t why, uint32_t where) {
        reason = why;
        detail = where;
        return false;
    }

    /// Sets `next_backslash` to the first at or behind `from`.
    inline void find_backslash(uint32_t from) {
        const void *found = from < text_end ? std::memchr(text + from, '\\', text_end - from) : nullptr;
        next_backslash = found ? (uint32_t)((const uint8_t *)found - text) : text_end;
    }

    /// A string from its opening quote at `from` up to `stop`, the next structural. `*close` is its closing
    /// quote.
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
                    if (slash + i >= close || !is_hex(text[slash + i]))
                        return fail(SLUICE_JSON_ESCAPE, slash);
                length = 6;
                break;
            default: return fail(SLUICE_JSON_ESCAPE, slash);
            }
            find_backslash(slash + length);
        }
        return true;
    }

    /// Whether only blanks stand in [from, stop); if not, fails with `why` at `where`.
    inline bool blanks(uint32_t from, uint32_t stop, uint8_t why, uint32_t where) {
        for (; from < stop; from++)
            if (!is_space(text[from])) return fail(why, where);
        return true;
    }

    /// Whether the scalar at `from` is `word`, and nothing but blanks follows it.
    inline bool literal(uint32_t from, uint32_t stop, const char *word, uint32_t length) {
        if (stop - from < length || std::memcmp(text + from, word, length) != 0)
            return fail(SLUICE_JSON_LITERAL, from);
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

    /// Walks a list or object whose bracket stands at `from` and was consumed; it lies `depth` levels deep.
    /// `*close` is its closing bracket.
    bool composite(uint32_t from, uint32_t depth, uint32_t *close);
};

// A loop over the states "bracket opened", "value expected" and "value ended": depth costs a bit, no stack.
inline bool Walk::composite(uint32_t from, uint32_t depth, uint32_t *close) {
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
