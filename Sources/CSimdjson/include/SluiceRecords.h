// Records as slices: what the parsers fill, the steps change and the encoders write.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/// What a field's value is.
enum {
    SLUICE_NULL = 0,       // no bytes, or the text null
    SLUICE_FALSE = 1,
    SLUICE_TRUE = 2,
    SLUICE_NUMBER = 3,     // the text of a JSON number
    SLUICE_STRING = 4,     // JSON text, quotes included
    SLUICE_COMPOSITE = 5,  // JSON text of a list or object
    SLUICE_TEXT = 6,       // plain UTF-8 that is no JSON yet
};

/// What is special about a field.
enum {
    SLUICE_VALUE_ESCAPED = 1,  // a SLUICE_STRING that holds a backslash
    SLUICE_IN_ARENA = 2,       // the value lies in the arena, not in the block
    SLUICE_NAMED = 4,          // the name is that of `symbol`, whatever the block says
    SLUICE_REMOVED = 8,        // the field is not written
    SLUICE_REPLACED = 16,      // the value is not the one that stands behind the name in the block
    SLUICE_NAME_IN_ARENA = 32,  // the name lies in the arena, as the inside of a JSON string; set with REPLACED
};

/// Where a record stands.
enum {
    SLUICE_LIVE = 0,
    SLUICE_DROPPED = 1,
    SLUICE_REJECTED = 2,
    SLUICE_DEDUPLICATED = 3,
    SLUICE_AGGREGATED = 4,
};

/// Why the JSON parser rejects a record; `detail` is the offset within the record.
enum {
    SLUICE_JSON_UTF8 = 1,
    SLUICE_JSON_CONTROL = 2,
    SLUICE_JSON_OPEN_STRING = 3,
    SLUICE_JSON_NUMBER = 4,
    SLUICE_JSON_LITERAL = 5,
    SLUICE_JSON_ESCAPE = 6,
    SLUICE_JSON_NAME = 7,
    SLUICE_JSON_COLON = 8,
    SLUICE_JSON_VALUE = 9,
    SLUICE_JSON_COMMA = 10,
    SLUICE_JSON_TRAILING = 11,
    SLUICE_JSON_DEPTH = 12,
    SLUICE_JSON_OPEN = 13,
    SLUICE_JSON_NO_OBJECT = 14,
    SLUICE_JSON_INTERNAL = 15,
};

/// One record: a line of the block and its fields.
typedef struct {
    uint32_t offset;       // of the line in the block
    uint32_t length;       // without the line ending
    uint32_t first_field;  // index into the batch's fields
    uint32_t field_count;
    uint32_t detail;       // of a rejection
    uint32_t output;       // number in the block's table of outputs; 0 is the one without a name
    uint8_t state;
    uint8_t reason;        // of a rejection
    uint8_t is_changed;    // the line is not written as it stands
    uint8_t step;          // which step rejected it
} sluice_record;

/// One field: name and value as slices.
typedef struct {
    uint32_t name_offset;  // in the block or the arena, of the text between the quotes
    uint32_t name_length;
    uint32_t value_offset;  // in the block or the arena
    uint32_t value_length;
    uint16_t symbol;  // the name's number where the function mentions it, else 0
    uint8_t tag;
    uint8_t flags;
} sluice_field;

/// The names that a function mentions; read by many threads once it is complete.
typedef struct sluice_symbols sluice_symbols;
/// An empty table, which the caller frees; null when memory is out.
sluice_symbols *_Nullable sluice_symbols_new(void);
/// Adds a name (copied) and its JSON form with quotes and colon (copied). False when memory is out.
bool sluice_symbols_add(
    sluice_symbols *, uint16_t symbol, const uint8_t *name, size_t length, const uint8_t *json,
    size_t json_length);
/// The symbol of a name, or 0.
uint16_t sluice_symbols_find(const sluice_symbols *, const uint8_t *name, size_t length);
/// The JSON form of a name of the table, quotes and colon included; valid as long as the table.
const uint8_t *sluice_symbols_json(const sluice_symbols *, uint16_t symbol, size_t *length);
/// Ends the table; nobody may be reading it.
void sluice_symbols_free(sluice_symbols *);

/// Cuts [from, to) of the block into records, until `capacity` are cut or one ends at or after `soft_end`;
/// returns their number. `*next` is where the following record begins. A `\r` before the `\n` belongs to the
/// line ending.
size_t sluice_split(
    const uint8_t *text, size_t from, size_t soft_end, size_t to, sluice_record *records, size_t capacity,
    size_t *next);

/// Whether the record is blanks only.
bool sluice_is_blank(const uint8_t *at, size_t length);
/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7).
bool sluice_is_utf8(const uint8_t *at, size_t length);

/// A JSON parser's memory.
typedef struct sluice_json sluice_json;
/// A parser for one thread, which the caller frees; null when memory is out. Records that are nested deeper
/// than `max_depth` levels are rejected.
sluice_json *_Nullable sluice_json_new(uint32_t max_depth);
/// Frees the parser.
void sluice_json_free(sluice_json *);
/// How many fields `sluice_json_parse` can need for one record of `length` bytes, without the spare ones.
static inline size_t sluice_json_field_bound(size_t length) { return length / 4 + 1; }
/// Parses and validates every live record. Blank ones become dropped, invalid ones rejected. Behind the
/// fields of each record `spare` unused ones are left for steps. Returns how many fields are in use.
size_t sluice_json_parse(
    sluice_json *, const uint8_t *text, sluice_record *records, size_t count, const sluice_symbols *,
    size_t spare, sluice_field *fields);

/// Writes live records as NDJSON until `room` might not suffice; returns how many records it went past, and
/// their bytes in `*written`.
size_t sluice_encode_ndjson(
    const uint8_t *text, const uint8_t *arena, const sluice_record *records, size_t count,
    const sluice_field *fields, const sluice_symbols *, uint8_t *out, size_t room, size_t *written);
/// The most bytes that one record can need.
size_t sluice_ndjson_bound(
    const sluice_record *, const sluice_field *fields, const sluice_symbols *);

/// Writes `length` bytes of UTF-8 as the inside of a JSON string; `out` has room for 6 times as many. Bytes
/// that are no UTF-8 become lone surrogates U+DC80 to U+DCFF when `escape_invalid` is set (PEP 383).
size_t sluice_json_escape(const uint8_t *at, size_t length, uint8_t *out, bool escape_invalid);
/// Writes the text that the inside of a valid JSON string stands for; `out` has room for `length` bytes. A
/// lone surrogate becomes U+FFFD.
size_t sluice_json_unescape(const uint8_t *at, size_t length, uint8_t *out);

/// The nearest double of a JSON number; ±infinity beyond the range.
double sluice_number_double(const uint8_t *at, size_t length);
/// The shortest text that reads back as `value`, which is finite; at most 32 bytes.
size_t sluice_number_text(double value, uint8_t *out);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
