//! The server answers as AWS documents.
