//! The server answers as AWS documents.

mod by_hand;
