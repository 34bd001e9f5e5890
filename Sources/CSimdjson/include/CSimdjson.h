// The record engine's byte kernels: simdjson's structural index behind C functions, and small vector loops.
//
// Every function works on one thread; nothing here throws, does I/O or keeps a pointer that it was given,
// except where a comment says so.
#pragma once
#include "SluiceBytes.h"
#include "SluiceCharset.h"
#include "SluiceFrames.h"
#include "SluiceLogs.h"
#include "SluiceRecords.h"
