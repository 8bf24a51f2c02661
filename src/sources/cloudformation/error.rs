//! Why a file is no template.

/// Why a file is no template that can be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML, or not UTF-8.
    #[error("{file}:{line}:{column}: not a CloudFormation template: {message}")]
    Format {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It has no resources.
    #[error("{0}: not a CloudFormation template: it has no `Resources`")]
    NoResources(String),
    /// It is rewritten by a macro before it is deployed.
    #[error(
        "{file}:{line}: the transform `{name}` rewrites the template; expected the processed one: `aws cloudformation get-template --template-stage Processed --stack-name NAME`"
    )]
    Transform {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The transform.
        name: String,
    },
}
