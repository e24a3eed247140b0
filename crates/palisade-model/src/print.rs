//! The App as text: one fact a line, what goldens compare and `palisade map --format text` shows.
