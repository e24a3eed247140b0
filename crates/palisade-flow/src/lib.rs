//! What a program does with data: IR, values, taint, crossings. Knows no parser, thread or permission.

pub mod ir;
