// Linux calls that Glibc's module does not show: openat2(2), statx(2), renameat2(2), close_range(2), pidfd_open(2), leases.
#pragma once
