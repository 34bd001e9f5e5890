// liblzma: the .xz format (lzma.h, lzma/container.h, lzma/base.h).
//
// These functions become part of the Swift files that call them, and SwiftPM does not build those anew when only this
// header changed: after a change here build from scratch.
#pragma once
#include <lzma.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// What one call of liblzma did.
typedef struct {
    size_t consumed;
    size_t produced;
    int code;  // a lzma_ret
} sluice_xz_step;

static inline size_t sluice_xz_size(void) { return sizeof(lzma_stream); }

// Makes `memory` a stream without a coder (LZMA_STREAM_INIT).
static inline void sluice_xz_init(void *memory) {
    lzma_stream fresh = LZMA_STREAM_INIT;
    memcpy(memory, &fresh, sizeof fresh);
}

static inline void sluice_xz_end(void *memory) { lzma_end((lzma_stream *)memory); }

// Begins to decode streams, one behind the other, with padding between them. A check that cannot be verified is an
// error (LZMA_TELL_UNSUPPORTED_CHECK).
static inline int sluice_xz_begin_decoder(void *memory, uint64_t memoryLimit) {
    return lzma_stream_decoder(
        (lzma_stream *)memory, memoryLimit, LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK);
}

// Bytes that the decoder needs, or needed more than it may have.
static inline uint64_t sluice_xz_memory(const void *memory) { return lzma_memusage((const lzma_stream *)memory); }

static inline sluice_xz_step sluice_xz_run(
    void *memory, int isLast, const void *input, size_t inputCount, void *output, size_t outputCount) {
    lzma_stream *stream = (lzma_stream *)memory;
    stream->next_in = (const uint8_t *)input;
    stream->avail_in = inputCount;
    stream->next_out = (uint8_t *)output;
    stream->avail_out = outputCount;
    sluice_xz_step step;
    step.code = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN);
    step.consumed = inputCount - stream->avail_in;
    step.produced = outputCount - stream->avail_out;
    return step;
}

// Begins a stream of one LZMA2 filter with CRC64, as the xz command writes it, and with a dictionary of at most
// `dictionary` bytes: the encoder's memory is about ten times the dictionary (lzma/lzma12.h).
static inline int sluice_xz_begin_encoder(void *memory, uint32_t level, uint32_t dictionary) {
    lzma_options_lzma options;
    if (lzma_lzma_preset(&options, level)) return LZMA_OPTIONS_ERROR;
    if (options.dict_size > dictionary) options.dict_size = dictionary;
    if (options.dict_size < LZMA_DICT_SIZE_MIN) options.dict_size = LZMA_DICT_SIZE_MIN;
    lzma_filter filters[2] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    return lzma_stream_encoder((lzma_stream *)memory, filters, LZMA_CHECK_CRC64);
}
