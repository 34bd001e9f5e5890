// Text in other encodings, and text that should be UTF-8 and is not.
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

/// Length of the text without a character at its end of which bytes are still missing.
size_t sluice_utf8_whole(const uint8_t *at, size_t length);
/// Copies text and writes U+FFFD for each maximal part that is no UTF-8 (Unicode 15, section 3.9, "U+FFFD
/// Substitution of Maximal Subparts"); `out` has room for 3 times as many bytes. Returns how many were
/// written; `*replaced` is how many parts were replaced.
size_t sluice_utf8_repair(const uint8_t *at, size_t length, uint8_t *out, size_t *replaced);

/// A conversion to UTF-8 by iconv(3), with its shift state.
typedef struct sluice_charset sluice_charset;
/// A conversion from the encoding, which the caller frees; null where the C library does not have it.
sluice_charset *_Nullable sluice_charset_new(const char *name);
/// Ends a conversion.
void sluice_charset_free(sluice_charset *);

/// Why a conversion stopped.
enum {
    SLUICE_CHARSET_DONE = 0,        // everything was read
    SLUICE_CHARSET_INVALID = 1,     // what stands next is no character of the encoding
    SLUICE_CHARSET_INCOMPLETE = 2,  // the text ends within a character
    SLUICE_CHARSET_FULL = 3,        // there is no room for the next character
};
/// Converts as much as it can; says how many bytes it read and wrote.
int sluice_charset_convert(
    sluice_charset *, const uint8_t *at, size_t length, uint8_t *out, size_t room, size_t *read,
    size_t *written);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
