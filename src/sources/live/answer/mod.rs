//! What an answer must be before anything in it is believed: whole, of the operation that was called, and with what the
//! operation always returns. The SDK by itself reads an XML document that was cut off, `{}`, an error with status 200 or
//! nothing at all as an empty list, or as a policy that is not there.

mod json;
mod not_read;
mod retry;
mod verbatim;
mod xml;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::catalog::calls;

pub use not_read::NotRead;
pub use retry::TooManyRequests;
pub use verbatim::Verbatim;

/// Looks at every answer of a service before the SDK reads it.
#[derive(Debug)]
pub struct Whole {
    service: &'static str,
}

impl Whole {
    /// For a service, by its name in IAM actions.
    pub const fn of(service: &'static str) -> Self {
        Self { service }
    }

    fn look(&self, operation: &str, status: u16, body: &[u8]) -> Result<(), NotRead> {
        let is_error = !(200..300).contains(&status);
        if body.iter().all(u8::is_ascii_whitespace) {
            // The services that name an error in a header may leave its body empty.
            return if is_error {
                Ok(())
            } else {
                Err(NotRead::Empty)
            };
        }
        let needs = calls::call(self.service, operation).map_or(&[] as &[&str], |call| call.needs);
        match (self.service, is_error) {
            // What cannot be read of an error names no error: nothing is taken from it.
            ("iam" | "rds" | "sts" | "ec2", true) => {
                xml::read(body).map(drop).ok_or(NotRead::Status(status))
            }
            (_, true) => Ok(()),
            ("iam" | "rds" | "sts", false) => {
                let result = format!("{operation}Result");
                let document = xml::answer(body, operation)?;
                let result = document.child(&result).ok_or(NotRead::OtherOperation)?;
                xml::has(result, needs)
            }
            ("ec2", false) => xml::has(&xml::answer(body, operation)?, needs),
            (_, false) => json::has(body, needs),
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "an answer is whole"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let operation = config.load::<Metadata>().map_or("", Metadata::name);
        // The connections hand over bodies that are read to the end.
        let body = response.body().bytes().ok_or(NotRead::NotWhole)?;
        Ok(self.look(operation, response.status().as_u16(), body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "<ListRolePoliciesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListRolePoliciesResult>\
        <IsTruncated>false</IsTruncated><PolicyNames><member>deny</member></PolicyNames></ListRolePoliciesResult>\
        <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListRolePoliciesResponse>";

    fn lacks(name: &str) -> Result<(), NotRead> {
        Err(NotRead::Lacks(name.to_owned()))
    }

    #[test]
    fn an_xml_answer_is_read_whole_and_cut_nowhere() {
        let look = |body: &[u8]| Whole::of("iam").look("ListRolePolicies", 200, body);
        assert_eq!(look(ROLE.as_bytes()), Ok(()));
        for end in 0..ROLE.len() {
            assert!(look(&ROLE.as_bytes()[..end]).is_err(), "{end}");
        }
        let empty = ROLE.replace("<member>deny</member>", "");
        assert_eq!(look(empty.as_bytes()), Ok(()));
        let absent = empty.replace("<PolicyNames></PolicyNames>", "");
        assert_eq!(look(absent.as_bytes()), lacks("PolicyNames"));
        let more = ROLE.replace("false", "true");
        assert_eq!(look(more.as_bytes()), lacks("Marker"));
        let more = more.replace("</IsTruncated>", "</IsTruncated><Marker>m</Marker>");
        assert_eq!(look(more.as_bytes()), Ok(()));
        for other in [
            "<html></html>",
            "<ErrorResponse/>",
            "<GetRoleResponse/>",
            "{}",
        ] {
            assert!(look(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_json_answer_is_read_whole_and_cut_nowhere() {
        let look = |body: &str| Whole::of("organizations").look("ListRoots", 200, body.as_bytes());
        let roots = r#"{"Roots": [{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#;
        assert_eq!(look(roots), Ok(()));
        for end in 0..roots.len() {
            assert!(look(&roots[..end]).is_err(), "{end}");
        }
        assert_eq!(look("{}"), lacks("Roots"));
        assert_eq!(look(r#"{"Roots": null}"#), lacks("Roots"));
        assert_eq!(
            look(r#"{"Roots": [{"Id": "r-1"}]}"#),
            lacks("Roots/*/PolicyTypes")
        );
        assert_eq!(look(r#"{"Roots": [{"PolicyTypes": []}]}"#), Ok(()));
        assert_eq!(look(""), Err(NotRead::Empty));
        assert_eq!(look("[]"), Err(NotRead::NotWhole));
        assert!(look(r#"{"__type": "AccessDeniedException"}"#).is_err());
        assert!(look("<html></html>").is_err());
    }

    #[test]
    fn an_error_of_a_query_service_is_whole_or_names_no_error() {
        let look = |body: &str| Whole::of("iam").look("GetRole", 404, body.as_bytes());
        let error = "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>";
        assert_eq!(look(error), Ok(()));
        for end in 1..error.len() {
            assert!(look(&error[..end]).is_err(), "{end}");
        }
    }
}
