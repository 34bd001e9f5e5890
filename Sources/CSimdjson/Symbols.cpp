#include "Symbols.hpp"

#include <new>

sluice_symbols *sluice_symbols_new(void) { return new (std::nothrow) sluice_symbols(); }

void sluice_symbols_free(sluice_symbols *symbols) { delete symbols; }

bool sluice_symbols_add(
    sluice_symbols *symbols, uint16_t symbol, const uint8_t *name, size_t length, const uint8_t *json,
    size_t json_length) {
    try {
        const uint8_t bucket = sluice_symbols::hash(name, length);
        std::vector<uint8_t> padded(json, json + json_length);
        padded.resize(json_length + 16);  // so that it may be copied 16 bytes at a time
        symbols->entries.push_back({{name, name + length}, std::move(padded), symbol, symbols->heads[bucket]});
        symbols->heads[bucket] = (uint16_t)symbols->entries.size();
        if (symbols->entry_of_symbol.size() <= symbol) symbols->entry_of_symbol.resize(symbol + 1);
        symbols->entry_of_symbol[symbol] = (uint16_t)symbols->entries.size();
        return true;
    } catch (...) {
        return false;
    }
}

uint16_t sluice_symbols_find(const sluice_symbols *symbols, const uint8_t *name, size_t length) {
    return symbols->find(name, length);
}
