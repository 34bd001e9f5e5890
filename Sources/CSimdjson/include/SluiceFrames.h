// Where records end, in text that is not simply lines: rows of CSV and values of JSON.
//
// Every scan may stop at any byte and goes on from its state, so what it finds does not depend on how the
// text was read. Texts are padded: 64 bytes behind the range may be read. Each scan has a twin that looks at
// one byte at a time, for machines without SSE2 and for tests.
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

/// Where a scan over rows of CSV stands (RFC 4180).
typedef struct {
    uint8_t delimiter;
    uint8_t quote;
    uint8_t previous;  // the byte before the place; a line feed at the start
    uint8_t quoted;    // 1 within quotes; 2 behind a quote there, which ends them unless another one follows
} sluice_csv_scan;

/// Writes where the line feeds stand that end rows, at most `capacity` of them; returns how many. `*next` is
/// where the scan stopped: `to`, or behind the last end that found room. A quote opens a field only where the
/// field begins.
size_t sluice_csv_rows(
    sluice_csv_scan *, const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity,
    size_t *next);
/// The same, byte by byte.
size_t sluice_csv_rows_bytewise(
    sluice_csv_scan *, const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity,
    size_t *next);

/// Writes where line feeds stand, at most `capacity` of them; returns how many. `*next` is where the search
/// stopped: `to`, or behind the last one that found room.
size_t sluice_line_ends(
    const uint8_t *text, size_t from, size_t to, uint32_t *ends, size_t capacity, size_t *next);
/// Describes lines that end at `ends` and begin at `from`, as pairs of offset and length without their line
/// endings; offsets count from `base` at `from`. Stops before a line of more than `longest` bytes, and behind
/// the first one that ends at or behind `enough`; returns how many lines were described.
size_t sluice_describe_lines(
    const uint8_t *text, size_t from, const uint32_t *ends, size_t count, size_t base, size_t longest,
    size_t enough, uint32_t *pairs);

/// Where a scan over one JSON list or object stands.
typedef struct {
    uint32_t depth;    // brackets that are open
    uint8_t in_string;
    uint8_t escape;    // the byte before the place is a backslash that escapes
    uint8_t last;      // the last byte before the place that is not blank
} sluice_json_scan;

/// How a scan over JSON ended.
enum {
    SLUICE_SCAN_MORE = 0,   // the text ended; `*next` is where to go on
    SLUICE_SCAN_END = 1,    // the value ended; `*next` is behind its bracket
    SLUICE_SCAN_BREAK = 2,  // `*next` is a line feed behind which another value must begin
};

/// Goes on to the bracket that closes the value, and makes blanks of the line feeds outside of strings.
///
/// A line feed with a bracket behind it is a break where the value cannot go on so: within a string, and
/// where the last byte before it is no opening bracket of a list, comma or colon. Half a document does not
/// swallow the next one that way, and no valid JSON is cut (RFC 8259, sections 2, 4, 5 and 7). `is_last` says
/// that the text ends at `to`.
int sluice_json_skip(
    sluice_json_scan *, uint8_t *text, size_t from, size_t to, bool is_last, size_t *next);
/// The same, byte by byte.
int sluice_json_skip_bytewise(
    sluice_json_scan *, uint8_t *text, size_t from, size_t to, bool is_last, size_t *next);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
