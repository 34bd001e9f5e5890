// Intel ISA-L: deflate, inflate and checksums (isa-l/igzip_lib.h, isa-l/crc.h, isa-l/crc64.h).
#pragma once
#include <isa-l.h>
