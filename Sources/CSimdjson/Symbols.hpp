#pragma once
#include <cstring>
#include <memory>
#include <vector>

#include "CSimdjson.h"

/// Names by a hash of length, first, middle and last byte: most names of a record meet an empty bucket and
/// are done.
struct sluice_symbols {
    /// One name, and the next one of its bucket.
    struct Entry {
        std::vector<uint8_t> name, json;  // `json` is padded by 64 bytes
        uint16_t symbol;
        uint16_t next;  // index + 1 into `entries`, 0 at the end
    };
    /// The JSON form of a name, quotes and colon included; 64 bytes behind it may be read.
    struct Text {
        const uint8_t *bytes;
        size_t length;
    };
    std::vector<Entry> entries;
    std::vector<Text> texts;  // by symbol
    uint16_t heads[256] = {};

    /// The bucket of a name.
    static inline uint8_t hash(const uint8_t *name, size_t length) {
        if (length == 0) return 0;
        return (uint8_t)(length * 37 + name[0] * 5 + name[length - 1] * 3 + name[length / 2]);
    }

    /// The symbol of a name, or 0.
    inline uint16_t find(const uint8_t *name, size_t length) const {
        uint16_t at = heads[hash(name, length)];
        while (at != 0) {
            const Entry &entry = entries[at - 1];
            if (entry.name.size() == length && std::memcmp(entry.name.data(), name, length) == 0)
                return entry.symbol;
            at = entry.next;
        }
        return 0;
    }
};
