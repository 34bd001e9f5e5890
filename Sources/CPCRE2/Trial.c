// What a pattern does on subjects that make it backtrack: long repetitions of what it could match, which end
// in something that it cannot.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CPCRE2.h"

enum {
    LITERALS = 12,    // different characters of the pattern that are repeated
    SHORT_BYTES = 40  // a cubic pattern stays below the limit on so few bytes, an exponential one does not
};

/// Repeated units that are not taken from the pattern.
static const char *const units[] = {"a", "0", " ", "a ", "aA1 ", "0.", "a.", "x=y ",
                                    "/a", "\"a\" ", "a,", ":", "-"};

/// Processor time of this thread in seconds, so that a busy machine does not count.
static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/// The pattern's characters that may stand for themselves, each once.
static size_t literals_of(const char *text, size_t length, char *found) {
    size_t count = 0;
    for (size_t i = 0; i < length && count < LITERALS; i++) {
        const char c = text[i];
        if (c <= ' ' || c > '~' || strchr("()[]*+?{}|^$\\.", c) != NULL) continue;
        if (memchr(found, c, count) == NULL) found[count++] = c;
    }
    return count;
}

/// One pattern on trial.
struct trial {
    const sluice_pcre2 *pattern;
    sluice_pcre2_matcher *matcher;
    uint8_t *subject;
    const char *literals;
    size_t literal_count;
};

/// Matches `length` bytes of a repeated unit. Behind them stand the pattern's characters, one by one between
/// control characters, where `has_tail` is set: PCRE2 gives up at once where a character that it needs is
/// not there.
static int match(
    const struct trial *trial, const char *unit, size_t unit_length, size_t length, bool has_tail,
    double *time) {
    for (size_t i = 0; i < length; i++) trial->subject[i] = (uint8_t)unit[i % unit_length];
    for (size_t i = 0; has_tail && i < trial->literal_count; i++) {
        trial->subject[length++] = 1;
        trial->subject[length++] = (uint8_t)trial->literals[i];
    }
    if (has_tail) trial->subject[length++] = 1;
    const size_t *places;
    const double start = seconds();
    const int found = sluice_pcre2_match(trial->pattern, trial->matcher, trial->subject, length, &places);
    *time = seconds() - start;
    return found;
}

static sluice_pcre2_temper try_unit(const struct trial *trial, const char *unit, size_t length) {
    const size_t longest = SLUICE_PCRE2_MAX_SUBJECT - 2 * LITERALS - 1;
    for (int has_tail = 0; has_tail < 2; has_tail++) {
        double time;
        if (match(trial, unit, length, SHORT_BYTES, has_tail, &time) == SLUICE_PCRE2_LIMIT)
            return SLUICE_PCRE2_EXPLODES;
        // Where 1/16 of the length takes so long that even quadratic growth ends above a second, nobody waits
        // for it; where it takes next to nothing, quartic growth ends below
        // one; so does cubic growth from 8 ms.
        match(trial, unit, length, longest / 16, has_tail, &time);
        if (time > 0.004) return SLUICE_PCRE2_SLOW;
        if (time < 0.00002) continue;
        match(trial, unit, length, longest / 4, has_tail, &time);
        if (time > 0.06) return SLUICE_PCRE2_SLOW;
        if (time < 0.008) continue;
        match(trial, unit, length, longest, has_tail, &time);
        if (time > 0.5) return SLUICE_PCRE2_SLOW;
    }
    return SLUICE_PCRE2_CALM;
}

sluice_pcre2_temper sluice_pcre2_try(const sluice_pcre2 *pattern, const char *text, size_t length) {
    char literals[LITERALS];
    sluice_pcre2_matcher *const matcher = sluice_pcre2_matcher_new(sluice_pcre2_captures(pattern));
    struct trial trial = {pattern, matcher, NULL, literals, 0};
    trial.literal_count = literals_of(text, length, literals);
    trial.subject = malloc(SLUICE_PCRE2_MAX_SUBJECT + 64);
    sluice_pcre2_temper temper = SLUICE_PCRE2_CALM;
    if (trial.matcher != NULL && trial.subject != NULL) {
        for (size_t i = 0; temper == SLUICE_PCRE2_CALM && i < sizeof units / sizeof *units; i++)
            temper = try_unit(&trial, units[i], strlen(units[i]));
        for (size_t i = 0; temper == SLUICE_PCRE2_CALM && i < trial.literal_count; i++)
            temper = try_unit(&trial, literals + i, 1);
        if (temper == SLUICE_PCRE2_CALM && trial.literal_count > 1)
            temper = try_unit(&trial, literals, trial.literal_count);
    }
    if (trial.matcher != NULL) sluice_pcre2_matcher_free(trial.matcher);
    free(trial.subject);
    return temper;
}
