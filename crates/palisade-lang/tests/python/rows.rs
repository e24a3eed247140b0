//! Every library file is TOML, and every row says where it is from and what it does.
