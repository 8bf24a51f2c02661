//! What to do about what a change leaves open, which says so itself: `stack.yaml:3: what is not known: give --parameter X=VALUE`.

/// What stands before the step that mends something.
const MEND: &str = ": fix it";

/// The steps that something may end with.
const STEPS: &[&str] = &["give --", "plan again with ", "fix "];

/// Whether a change cannot be made as it is.
pub fn is_refused(subject: &str) -> bool {
    // What is only to be read is not refused.
    const READ: &[&str] = &[": collect ", ": read ", ": give "];
    let after = subject.split_once(MEND).map(|(_, after)| after);
    after.is_some_and(|after| !READ.iter().any(|read| after.starts_with(read)))
}

/// What is not known, without the step.
pub fn open(subject: &str) -> &str {
    let ends = STEPS
        .iter()
        .filter_map(|step| subject.find(&format!(": {step}")));
    let end = ends.min().unwrap_or(subject.len());
    subject.get(..end).unwrap_or(subject)
}

/// What to do about it; `operation` makes the change.
pub fn step(subject: &str, operation: &str) -> String {
    let told = STEPS.iter().find_map(|begins| {
        let (what, step) = subject.split_once(&format!(": {begins}"))?;
        let (step, closed) = balanced(step);
        Some(format!("{begins}{step} ({what}{closed})"))
    });
    if let Some(told) = told {
        return told;
    }
    if subject.contains("did you mean ") {
        return format!("correct it ({subject})");
    }
    if subject.contains(" is not read") {
        return format!("collect the facts again after {operation} ({subject})");
    }
    format!("{subject}: it is known after {operation}")
}

/// A text, and the brackets at its end that are not opened in it.
fn balanced(text: &str) -> (&str, &str) {
    let count = |bracket: char| text.matches(bracket).count();
    let more = count(')').saturating_sub(count('('));
    let closed = text.len().saturating_sub(text.trim_end_matches(')').len());
    let end = text.len().saturating_sub(more.min(closed));
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOY: &str = "cloudformation deploy";

    #[test]
    fn a_flag_stands_first_and_brackets_stay_with_what_they_close() {
        for (subject, expected) in [
            (
                "a.yaml:5: whether B is made depends on C (a.yaml:4: the parameter P: give --parameter P=VALUE)",
                "give --parameter P=VALUE (a.yaml:5: whether B is made depends on C (a.yaml:4: the parameter P))",
            ),
            (
                "plan.json: x: fix it: import it (or not), or plan again",
                "fix it: import it (or not), or plan again (plan.json: x)",
            ),
            (
                "a.yaml:2: V has the property `A`: did you mean `B`?",
                "correct it (a.yaml:2: V has the property `A`: did you mean `B`?)",
            ),
            (
                "x.y is not read, and may change what copies need",
                "collect the facts again after cloudformation deploy (x.y is not read, and may change what copies need)",
            ),
            (
                "aws_kms_key.a.policy",
                "aws_kms_key.a.policy: it is known after cloudformation deploy",
            ),
        ] {
            assert_eq!(step(subject, DEPLOY), expected);
        }
    }

    #[test]
    fn what_cannot_be_made_is_told_from_what_is_to_be_read() {
        assert!(is_refused("p: r is there already: fix it: import it"));
        assert!(is_refused("p: r is there already: fix it"));
        assert!(!is_refused("p: no plans: fix it: collect the backup plans"));
        assert!(!is_refused("aws_kms_key.a.policy"));
        assert_eq!(
            open("p: r is there already: fix it: import it"),
            "p: r is there already"
        );
    }
}
