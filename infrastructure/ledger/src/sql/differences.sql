SELECT remembered FROM differences
