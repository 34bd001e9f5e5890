// libbz2 (bzlib.h).
//
// These functions become part of the Swift files that call them, and SwiftPM does not build those anew when only this
// header changed: after a change here build from scratch.
#pragma once
#include <bzlib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// What one call of libbz2 did.
typedef struct {
    size_t consumed;
    size_t produced;
    int code;  // BZ_OK, BZ_STREAM_END or an error
} sluice_bzip2_step;

// libbz2 keeps a pointer back to its stream, so the stream never moves.
static inline size_t sluice_bzip2_size(void) { return sizeof(bz_stream); }

static inline int sluice_bzip2_begin(void *memory) {
    memset(memory, 0, sizeof(bz_stream));
    return BZ2_bzDecompressInit((bz_stream *)memory, 0, 0);
}

static inline void sluice_bzip2_end(void *memory) { BZ2_bzDecompressEnd((bz_stream *)memory); }

static inline sluice_bzip2_step sluice_bzip2_run(
    void *memory, const void *input, size_t inputCount, void *output, size_t outputCount) {
    bz_stream *stream = (bz_stream *)memory;
    unsigned in = inputCount > (1u << 30) ? (1u << 30) : (unsigned)inputCount;
    unsigned out = outputCount > (1u << 30) ? (1u << 30) : (unsigned)outputCount;
    stream->next_in = (char *)input;
    stream->avail_in = in;
    stream->next_out = (char *)output;
    stream->avail_out = out;
    sluice_bzip2_step step;
    step.code = BZ2_bzDecompress(stream);
    step.consumed = in - stream->avail_in;
    step.produced = out - stream->avail_out;
    return step;
}
