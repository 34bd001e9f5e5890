// What log formats hold that is worth a loop in C.
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

/// Writes the structured data of RFC 5424 (section 6.3), which begins at `at`, as a JSON object of objects.
///
/// False where it is malformed. `*stop` is one behind it, or where the mistake is. `out` has room for 6 bytes
/// for each in [at, end), and 64 more. Padded.
bool sluice_structured_data(
    const uint8_t *at, const uint8_t *end, const uint8_t *_Nonnull *_Nonnull stop, uint8_t *out,
    size_t *length);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
