#define PCRE2_CODE_UNIT_WIDTH 8
#include "CPCRE2.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct sluice_pcre2 {
    pcre2_code *code;
    PCRE2_SPTR names;
    uint32_t captures, name_count, name_size;
    bool is_compiled;  // to machine code
};

struct sluice_pcre2_matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

/// Most memory of one thread's backtracking, in bytes.
enum { STACK_BYTES = 1024 * 1024 };

/// How often one attempt may backtrack. PCRE2 counts anew at each place where a match could begin, so the
/// time of one subject grows with limit times length; twice the length lets every pattern through that is
/// linear at each place, the constant what is quadratic on lines of some hundred bytes.
static uint32_t limit_of(size_t length) { return (uint32_t)(2 * length + 50000); }

sluice_pcre2 *sluice_pcre2_new(
    const char *pattern, size_t length, bool anchored, char *errbuf, size_t errlen, size_t *place) {
    // The subject is checked to be UTF-8 before; \C could cut a character in two.
    const uint32_t whole = anchored ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
    const uint32_t options =
        PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES | whole;
    int error = 0;
    *place = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, length, options, &error, place, NULL);
    if (code == NULL) {
        if (errlen > 0) errbuf[0] = 0;
        pcre2_get_error_message(error, (PCRE2_UCHAR *)errbuf, errlen);
        return NULL;
    }
    sluice_pcre2 *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pcre2_code_free(code);
        if (errlen > 0) errbuf[0] = 0;
        return NULL;
    }
    made->code = code;
    made->is_compiled = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &made->captures);
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &made->name_count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &made->name_size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &made->names);
    return made;
}

void sluice_pcre2_free(sluice_pcre2 *pattern) {
    pcre2_code_free(pattern->code);
    free(pattern);
}

uint32_t sluice_pcre2_captures(const sluice_pcre2 *pattern) { return pattern->captures; }

uint32_t sluice_pcre2_names(const sluice_pcre2 *pattern) { return pattern->name_count; }

const char *sluice_pcre2_name(const sluice_pcre2 *pattern, uint32_t index, uint32_t *group) {
    // Two bytes of group number, then the name (pcre2api(3), PCRE2_INFO_NAMETABLE).
    PCRE2_SPTR entry = pattern->names + (size_t)index * pattern->name_size;
    *group = (uint32_t)entry[0] << 8 | entry[1];
    return (const char *)entry + 2;
}

sluice_pcre2_matcher *sluice_pcre2_matcher_new(uint32_t captures) {
    sluice_pcre2_matcher *made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    made->data = pcre2_match_data_create(captures + 1, NULL);
    made->context = pcre2_match_context_create(NULL);
    made->stack = pcre2_jit_stack_create(32 * 1024, STACK_BYTES, NULL);
    if (made->data == NULL || made->context == NULL) {
        sluice_pcre2_matcher_free(made);
        return NULL;
    }
    // Without machine code PCRE2 backtracks on the heap (in KiB) and counts its depth.
    pcre2_set_heap_limit(made->context, STACK_BYTES / 1024);
    if (made->stack != NULL) pcre2_jit_stack_assign(made->context, NULL, made->stack);
    return made;
}

void sluice_pcre2_matcher_free(sluice_pcre2_matcher *matcher) {
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

int sluice_pcre2_match(
    const sluice_pcre2 *pattern, sluice_pcre2_matcher *matcher, const uint8_t *subject, size_t length,
    const size_t **places) {
    pcre2_set_match_limit(matcher->context, limit_of(length));
    const int found =
        pattern->is_compiled
            ? pcre2_jit_match(pattern->code, subject, length, 0, 0, matcher->data, matcher->context)
            : pcre2_match(
                  pattern->code, subject, length, 0, PCRE2_NO_UTF_CHECK, matcher->data, matcher->context);
    *places = pcre2_get_ovector_pointer(matcher->data);
    switch (found) {
    case PCRE2_ERROR_NOMATCH: return SLUICE_PCRE2_NONE;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT: return SLUICE_PCRE2_LIMIT;
    default: return found > 0 ? found : SLUICE_PCRE2_FAILURE;
    }
}
