#include "CRE2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

struct sluice_re2 {
    RE2 expression;
    sluice_re2(const re2::StringPiece &pattern, const RE2::Options &options) : expression(pattern, options) {}
};

static void copy_reason(const std::string &reason, char *errbuf, size_t errlen) {
    if (errlen == 0) return;
    size_t count = std::min(reason.size(), errlen - 1);
    std::memcpy(errbuf, reason.data(), count);
    errbuf[count] = 0;
}

extern "C" sluice_re2 *sluice_re2_new(const char *pattern, size_t len, int64_t max_mem, char *errbuf,
                                      size_t errlen) {
    // No C++ exception may cross into Swift: bad_alloc is the only one that RE2 can let through.
    try {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(max_mem);
        auto made = std::make_unique<sluice_re2>(re2::StringPiece(pattern, len), options);
        if (made->expression.ok()) return made.release();
        copy_reason(made->expression.error(), errbuf, errlen);
    } catch (const std::bad_alloc &) {
        copy_reason("out of memory", errbuf, errlen);
    }
    return nullptr;
}

extern "C" bool sluice_re2_match(const sluice_re2 *re, const char *ptr, size_t len) {
    return re->expression.Match(re2::StringPiece(ptr, len), 0, len, RE2::UNANCHORED, nullptr, 0);
}

extern "C" bool sluice_re2_find(const sluice_re2 *re, const char *ptr, size_t len, size_t from, size_t groups,
                                size_t *spans) {
    constexpr size_t most = 10;
    re2::StringPiece found[most];
    const size_t wanted = std::min(groups + 1, most);
    const re2::StringPiece text(ptr, len);
    if (!re->expression.Match(text, from, len, RE2::UNANCHORED, found, (int)wanted)) return false;
    for (size_t i = 0; i < wanted; i++) {
        const bool took_part = found[i].data() != nullptr;
        spans[2 * i] = took_part ? (size_t)(found[i].data() - ptr) : SIZE_MAX;
        spans[2 * i + 1] = took_part ? spans[2 * i] + found[i].size() : SIZE_MAX;
    }
    return true;
}

extern "C" size_t sluice_re2_group_count(const sluice_re2 *re) {
    return (size_t)re->expression.NumberOfCapturingGroups();
}

extern "C" bool sluice_contains(const void *text, size_t text_len, const void *needle, size_t needle_len) {
    return memmem(text, text_len, needle, needle_len) != nullptr;
}

extern "C" void sluice_re2_free(sluice_re2 *re) { delete re; }
