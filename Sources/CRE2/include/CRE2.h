// RE2 behind C functions (re2/re2.h): regular expressions in linear time, so that a user's pattern cannot
// hang an attempt.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One compiled pattern; immutable, so any number of threads may match with it (re2/re2.h, "thread-safe").
typedef struct sluice_re2 sluice_re2;

// Compiles `pattern` within `max_mem` bytes of program and DFA memory (RE2::Options::max_mem).
// Returns NULL and a NUL-terminated reason in `errbuf` when RE2 refuses the pattern.
sluice_re2 *_Nullable sluice_re2_new(const char *_Nonnull pattern, size_t len, int64_t max_mem,
                                     char *_Nonnull errbuf, size_t errlen);

// Whether the pattern matches anywhere in the `len` bytes at `ptr` (RE2::UNANCHORED).
bool sluice_re2_match(const sluice_re2 *_Nonnull re, const char *_Nullable ptr, size_t len);

// Finds the leftmost match at or after `from`; fills `spans` with begin and end of the match and of the
// groups 1 to `groups`, SIZE_MAX for those that did not take part. False when there is none.
bool sluice_re2_find(const sluice_re2 *_Nonnull re, const char *_Nullable ptr, size_t len, size_t from,
                     size_t groups, size_t *_Nonnull spans);

// How many groups the pattern has.
size_t sluice_re2_group_count(const sluice_re2 *_Nonnull re);

// Frees a pattern.
void sluice_re2_free(sluice_re2 *_Nonnull re);

// Whether `needle` lies in `text` (memmem(3), which Swift's Glibc module does not show: it needs
// _GNU_SOURCE).
bool sluice_contains(const void *_Nonnull text, size_t text_len, const void *_Nonnull needle,
                     size_t needle_len);

#ifdef __cplusplus
}
#endif
