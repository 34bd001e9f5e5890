// simdjson On-Demand behind C functions (simdjson.h).
#pragma once
