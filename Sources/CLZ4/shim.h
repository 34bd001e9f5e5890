// LZ4 frames (lz4frame.h).
#pragma once
#include <lz4frame.h>
