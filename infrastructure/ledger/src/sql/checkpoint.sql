SELECT position, link FROM checkpoint
