#include "Symbols.hpp"

#include <new>
#include <utility>

sluice_symbols *sluice_symbols_new(void) { return new (std::nothrow) sluice_symbols(); }

void sluice_symbols_free(sluice_symbols *symbols) { delete symbols; }

bool sluice_symbols_add(
    sluice_symbols *symbols, uint16_t symbol, const uint8_t *name, size_t length, const uint8_t *json,
    size_t json_length) {
    try {
        const uint8_t bucket = sluice_symbols::hash(name, length);
        std::vector<uint8_t> padded(json, json + json_length);
        padded.resize(json_length + 64);
        // A vector's memory stays where it is when the vector itself is moved.
        const sluice_symbols::Text text{padded.data(), json_length};
        symbols->entries.push_back(
            {{name, name + length}, std::move(padded), symbol, symbols->heads[bucket]});
        symbols->heads[bucket] = (uint16_t)symbols->entries.size();
        if (symbols->texts.size() <= symbol) symbols->texts.resize(symbol + 1, {nullptr, 0});
        symbols->texts[symbol] = text;
        return true;
    } catch (...) {
        return false;
    }
}

uint16_t sluice_symbols_find(const sluice_symbols *symbols, const uint8_t *name, size_t length) {
    return symbols->find(name, length);
}

const uint8_t *sluice_symbols_json(const sluice_symbols *symbols, uint16_t symbol, size_t *length) {
    *length = symbols->texts[symbol].length;
    return symbols->texts[symbol].bytes;
}
