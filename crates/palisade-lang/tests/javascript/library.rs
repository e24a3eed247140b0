//! Library rows of JavaScript are well formed.
