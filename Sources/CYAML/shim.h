// libyaml's event API (yaml.h).
#pragma once
#include <yaml.h>
