//! A saga's past, told in the rows of its table.
