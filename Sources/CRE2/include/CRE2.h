// RE2 behind C functions (re2/re2.h): regular expressions in linear time.
#pragma once
