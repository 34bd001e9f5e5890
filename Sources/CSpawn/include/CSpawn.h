// Starts a child process with an exact descriptor map, process group, limits and user.
#pragma once
