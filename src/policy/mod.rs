//! stub
/// stub
#[derive(Debug)]
pub struct Document;
/// stub
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ParseError;
impl Document {
    /// stub
    /// # Errors
    /// never
    pub fn parse(_: &str) -> Result<Self, ParseError> {
        Ok(Document)
    }
}
