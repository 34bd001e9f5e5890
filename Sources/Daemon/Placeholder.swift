// The room's first file is still to come.
