// PCRE2 behind C functions (pcre2api(3), pcre2jit(3)): the patterns of `regex` and `grok`, compiled to
// machine code and bounded in time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif
#ifdef __cplusplus
extern "C" {
#endif

/// The longest subject in bytes. Backtracking is polynomial in it even where it is bounded.
enum { SLUICE_PCRE2_MAX_SUBJECT = 16 * 1024 };

/// What a match gives besides a number of captures.
enum {
    SLUICE_PCRE2_NONE = 0,      // no match
    SLUICE_PCRE2_LIMIT = -1,    // given up: too much backtracking
    SLUICE_PCRE2_FAILURE = -2,  // PCRE2 reports something else
};

/// One compiled pattern; immutable, so any number of threads may match with it (pcre2api(3),
/// "Multithreading").
typedef struct sluice_pcre2 sluice_pcre2;
/// What one thread needs to match.
typedef struct sluice_pcre2_matcher sluice_pcre2_matcher;

/// Compiles a pattern of UTF-8; `anchored` lets it match the whole subject only. Returns NULL, a
/// NUL-terminated reason in `errbuf` and its place in `*place` when PCRE2 refuses it.
sluice_pcre2 *_Nullable sluice_pcre2_new(
    const char *pattern, size_t length, bool anchored, char *errbuf, size_t errlen, size_t *place);
/// Frees a pattern; nobody may be matching with it.
void sluice_pcre2_free(sluice_pcre2 *);
/// The number of capture groups.
uint32_t sluice_pcre2_captures(const sluice_pcre2 *);
/// The number of names, and the `index`-th of them with its group; names are sorted.
uint32_t sluice_pcre2_names(const sluice_pcre2 *);
/// The name, NUL-terminated, valid as long as the pattern.
const char *sluice_pcre2_name(const sluice_pcre2 *, uint32_t index, uint32_t *group);

/// Memory to match with patterns of up to `captures` groups; NULL when memory is out.
sluice_pcre2_matcher *_Nullable sluice_pcre2_matcher_new(uint32_t captures);
/// Frees the memory.
void sluice_pcre2_matcher_free(sluice_pcre2_matcher *);
/// Matches at most SLUICE_PCRE2_MAX_SUBJECT bytes of well-formed UTF-8. Returns one more than the highest
/// group that took part, or one of the codes above. `*places` are pairs of start and end of the whole match
/// and of each group, SIZE_MAX where one took no part; valid until the next match.
int sluice_pcre2_match(
    const sluice_pcre2 *, sluice_pcre2_matcher *, const uint8_t *subject, size_t length,
    const size_t *_Nullable *_Nonnull places);

/// How a pattern behaves on subjects that are made to hurt it.
typedef enum {
    SLUICE_PCRE2_CALM = 0,       // every subject takes less than half a second
    SLUICE_PCRE2_EXPLODES = 1,   // a few dozen bytes take more steps than a match may take
    SLUICE_PCRE2_SLOW = 2,       // the longest subject takes longer than that
} sluice_pcre2_temper;

/// Tries a pattern, whose text is given too, on repetitions of what it could match; may take a second of
/// processor time, and less than 10 ms for nearly every pattern.
sluice_pcre2_temper sluice_pcre2_try(const sluice_pcre2 *, const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#ifdef __clang__
#pragma clang assume_nonnull end
#endif
