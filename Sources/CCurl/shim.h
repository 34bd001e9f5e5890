// libcurl, with its variadic calls made visible to Swift (curl_easy_setopt(3), curl_easy_getinfo(3)).
#pragma once
#include <curl/curl.h>

static inline CURLcode sluice_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sluice_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}
