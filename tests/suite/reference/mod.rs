//! A second policy evaluator: slow, obvious, and sharing nothing with the program's but the JSON of `simulate`. The
//! properties hand both the same requests and compare the answers.
//!
//! It works on the JSON as it stands. What is unknown is not reasoned about but tried: the request is decided once for
//! each thing the unknown could be, and only where all those decisions agree is the answer settled.

mod anchors;
mod candidates;
mod compare;
mod condition;
mod decide;
mod generate;
mod laws;
mod mistakes;
mod places;
mod planted;
mod pools;
mod program;
mod properties;
mod statement;
mod statements;
mod value;
mod variable;
mod wildcard;
mod worlds;
