// zlib, with the macros that Swift cannot see as functions (zlib.h, section "Basic Functions").
#pragma once
#include <zlib.h>

static inline int sluice_deflateInit2(z_stream *stream, int level, int windowBits) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}
