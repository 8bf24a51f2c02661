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
    /// It is a Terraform plan.
    #[error(
        "{0}: not a CloudFormation template: a Terraform plan is given as --terraform-plan FILE"
    )]
    IsPlan(String),
    /// It has the section, with nothing in it.
    #[error(
        "{0}: `Resources` is empty: CloudFormation takes a template with one resource at least; of a new stack `Resources: {{}}` is what \
         is there now, --cloudformation-before"
    )]
    EmptyResources(String),
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
    /// No stack has so many resources.
    #[error(
        "{file}: {count} resources: a CloudFormation template has at most 500, expected no more than {most}"
    )]
    TooMany {
        /// The file.
        file: String,
        /// How many there are.
        count: usize,
        /// How many are read.
        most: usize,
    },
    /// A value that CloudFormation refuses for a parameter.
    #[error("{file}:{line}: the value given for the parameter `{name}` is refused: {why}")]
    Parameter {
        /// The file.
        file: String,
        /// The line of the parameter, from 1.
        line: usize,
        /// The parameter.
        name: String,
        /// What the template says of it.
        why: String,
    },
}
