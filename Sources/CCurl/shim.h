// libcurl, with its variadic calls made visible to Swift (curl_easy_setopt(3), curl_easy_getinfo(3)).
#pragma once
#include <curl/curl.h>

static inline CURLcode sluice_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sluice_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*sluice_curl_write)(char *bytes, size_t size, size_t count, void *context);

// CURLOPT_WRITEFUNCTION(3): `write` gets `context` back and returns how many bytes it took.
static inline CURLcode sluice_curl_set_write(CURL *handle, sluice_curl_write write, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

// CURLINFO_RESPONSE_CODE(3); 0 when there was no answer.
static inline long sluice_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
