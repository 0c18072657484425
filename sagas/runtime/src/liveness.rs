//! What an unfinished saga waits for, read off the log alone.
