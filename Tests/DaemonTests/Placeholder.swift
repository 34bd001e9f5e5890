// The first test of this room is still to come.
