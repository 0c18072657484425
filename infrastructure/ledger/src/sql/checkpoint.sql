SELECT position, leaf FROM checkpoint
