//! The border: what is pasted is understood or refused, and nothing is read as empty because it was not understood.

mod contradictions;
mod doubtful;
mod envelopes;
mod law;
mod limits;
mod mutate;
mod of_another;
mod refused;
mod words;
