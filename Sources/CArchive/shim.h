// libarchive (archive_read(3)): the tar reader.
#pragma once
#include <archive.h>
#include <archive_entry.h>

// What archive_entry_filetype gives; the library's own macros are casts, which Swift does not import.
enum { sluice_regular_file = 0100000, sluice_symbolic_link = 0120000, sluice_directory = 0040000 };
