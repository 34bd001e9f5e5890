// libcurl, with its variadic calls made visible to Swift (curl_easy_setopt(3), curl_easy_getinfo(3)).
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

static inline CURLcode sluice_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sluice_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sluice_curl_set_size(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

static inline CURLMcode sluice_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// A number of ours that travels with the handle (CURLOPT_PRIVATE(3)); libcurl never looks at it.
static inline CURLcode sluice_curl_set_number(CURL *handle, uint64_t number) {
    return curl_easy_setopt(handle, CURLOPT_PRIVATE, (void *)(uintptr_t)number);
}

typedef size_t (*sluice_curl_bytes)(char *bytes, size_t size, size_t count, void *context);
typedef int (*sluice_curl_seek)(void *context, curl_off_t offset, int origin);

// CURLOPT_WRITEFUNCTION(3), CURLOPT_HEADERFUNCTION(3): both get `context` back and return how many bytes they took.
static inline void sluice_curl_set_receivers(
    CURL *handle, sluice_curl_bytes head, sluice_curl_bytes body, void *context
) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, head);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

// CURLOPT_READFUNCTION(3), CURLOPT_SEEKFUNCTION(3): where a body to send comes from.
static inline void sluice_curl_set_source(
    CURL *handle, sluice_curl_bytes read, sluice_curl_seek seek, void *context
) {
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, context);
}

// CURLINFO_OS_ERRNO(3): errno of the last connect that failed; 0 when there was none.
static inline long sluice_curl_errno(CURL *handle) {
    long number = 0;
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
    return number;
}

// CURLINFO_HTTP_CONNECTCODE(3): what a proxy answered when it was asked for a way through; 0 when none was.
static inline long sluice_curl_proxy_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status);
    return status;
}

// CURLINFO_PRETRANSFER_TIME_T(3): false as long as no connection was ready to take the request.
static inline bool sluice_curl_was_connected(CURL *handle) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
    return microseconds > 0;
}

// curl_multi_info_read(3): takes the next transfer that ended; false when there is none.
static inline bool sluice_curl_next_ended(CURLM *multi, uint64_t *number, CURLcode *code) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        void *private_number = 0;
        *code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private_number);
        *number = (uint64_t)(uintptr_t)private_number;
        return true;
    }
    return false;
}
