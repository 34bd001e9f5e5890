// Intel ISA-L: deflate, inflate and checksums (isa-l/igzip_lib.h, isa-l/crc.h, isa-l/crc64.h).
//
// These functions become part of the Swift files that call them, and SwiftPM does not build those anew when only this
// header changed: after a change here build from scratch.
#pragma once
#include <isa-l.h>
#include <stddef.h>
#include <stdint.h>

// The stream structures hold arrays of 64 KB and more, which Swift would import as tuples and might copy.
// They stay behind plain pointers to memory that the caller owns, aligned to 64 bytes (igzip_lib.h: "head is
// cache aligned").

// What one call of inflate did.
typedef struct {
    size_t consumed;
    size_t produced;
    int code;      // an ISA-L return value; negative is an error
    int finished;  // the data was read to its end, and the checksum behind it agrees
    size_t surplus;  // when finished: bytes behind the end that were consumed, for ISA-L reads whole words
} sluice_inflate_step;

static inline size_t sluice_inflate_size(void) { return sizeof(struct inflate_state); }

// Begins a deflate stream whose header, if it has one, was read; its trailer will be verified. `trailer` is
// ISAL_GZIP_NO_HDR_VER, ISAL_ZLIB_NO_HDR_VER, or ISAL_DEFLATE for none.
static inline void sluice_inflate_begin(void *memory, uint32_t trailer) {
    struct inflate_state *state = (struct inflate_state *)memory;
    isal_inflate_init(state);
    state->crc_flag = trailer;
}

static inline sluice_inflate_step sluice_inflate_run(
    void *memory, const void *input, size_t inputCount, void *output, size_t outputCount) {
    struct inflate_state *state = (struct inflate_state *)memory;
    uint32_t in = inputCount > (1u << 30) ? (1u << 30) : (uint32_t)inputCount;
    uint32_t out = outputCount > (1u << 30) ? (1u << 30) : (uint32_t)outputCount;
    state->next_in = (uint8_t *)input;
    state->avail_in = in;
    state->next_out = (uint8_t *)output;
    state->avail_out = out;
    sluice_inflate_step step;
    step.code = isal_inflate(state);
    step.consumed = in - state->avail_in;
    step.produced = out - state->avail_out;
    step.finished = state->block_state == ISAL_BLOCK_FINISH;
    step.surplus = step.finished && state->read_in_length > 0 ? (size_t)state->read_in_length / 8 : 0;
    return step;
}

static inline uint32_t sluice_deflate_level_size(uint32_t level) {
    switch (level) {
    case 1: return ISAL_DEF_LVL1_DEFAULT;
    case 2: return ISAL_DEF_LVL2_DEFAULT;
    case 3: return ISAL_DEF_LVL3_DEFAULT;
    default: return 64;
    }
}

// Memory of one compressor: the stream, then the level's buffer.
static inline size_t sluice_deflate_size(uint32_t level) {
    return ((sizeof(struct isal_zstream) + 63) & ~(size_t)63) + sluice_deflate_level_size(level);
}

// Deflates `inputCount` bytes, independent of all others, to blocks that end on a byte boundary and have no
// final bit ("FULL_FLUSH will byte align the output deflate block so additional blocks can be easily
// appended"). Returns an ISA-L code, 0 for success.
static inline int sluice_deflate_fragment(
    void *memory, uint32_t level, const void *input, uint32_t inputCount, void *output, uint32_t outputCount,
    size_t *produced) {
    struct isal_zstream *stream = (struct isal_zstream *)memory;
    isal_deflate_stateless_init(stream);
    stream->level = level;
    stream->level_buf = (uint8_t *)memory + ((sizeof(struct isal_zstream) + 63) & ~(size_t)63);
    stream->level_buf_size = sluice_deflate_level_size(level);
    stream->flush = FULL_FLUSH;
    stream->end_of_stream = 0;
    stream->gzip_flag = IGZIP_DEFLATE;
    // isal_deflate_stateless_init leaves the size of the window as the memory has it: from 1 to 15 it is obeyed,
    // and the output would depend on what the memory held before. 0 is the default (igzip_lib.h).
    stream->hist_bits = 0;
    stream->next_in = (uint8_t *)input;
    stream->avail_in = inputCount;
    stream->next_out = (uint8_t *)output;
    stream->avail_out = outputCount;
    int code = isal_deflate_stateless(stream);
    *produced = outputCount - stream->avail_out;
    return code != 0 ? code : (stream->avail_in == 0 ? 0 : STATELESS_OVERFLOW);
}
