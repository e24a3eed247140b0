//! Which kind of file a document is, judged by its content.

/// What a document turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// A CloudFormation template with the serverless transform or serverless resources.
    Sam,
    /// A CloudFormation template.
    CloudFormation,
    /// An OpenAPI or Swagger document.
    OpenApi,
    /// A state machine in the Amazon States Language.
    Asl,
    /// Anything else.
    Other,
}
