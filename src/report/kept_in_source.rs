//! For how long a rule's copies are to be kept, where the source of its plan says that.

use crate::known::{WrittenArgument, WrittenBlock};
use crate::remedy::Kept;

/// The words of a language for it.
struct Terms {
    rule: &'static str,
    rule_name: &'static str,
    copy_action: &'static str,
    destination: &'static str,
    lifecycle: &'static str,
    delete_after: &'static str,
    cold_after: &'static str,
    /// Between a name and its value.
    is: &'static str,
}

const TERRAFORM: Terms = Terms {
    rule: "rule",
    rule_name: "rule_name",
    copy_action: "copy_action",
    destination: "destination_vault_arn",
    lifecycle: "lifecycle",
    delete_after: "delete_after",
    cold_after: "cold_storage_after",
    is: " =",
};

const CLOUDFORMATION: Terms = Terms {
    rule: "BackupPlanRule",
    rule_name: "RuleName",
    copy_action: "CopyActions",
    destination: "DestinationBackupVaultArn",
    lifecycle: "Lifecycle",
    delete_after: "DeleteAfterDays",
    cold_after: "MoveToColdStorageAfterDays",
    is: ":",
};

/// What to write, each in a line with its place: `main.tf:82: delete_after = 90`. Where the text was not read or does not tell which
/// block it is, in which.
pub(super) fn kept(
    kept: &Kept,
    is_terraform: bool,
    file: Option<&str>,
    plan: Option<&WrittenBlock>,
) -> Option<String> {
    let words = if is_terraform {
        &TERRAFORM
    } else {
        &CLOUDFORMATION
    };
    let days = *kept.lifecycle.delete_after_days.value()?;
    let writing = Writing { kept, words, days };
    let lines = file
        .zip(plan)
        .and_then(|(file, plan)| writing.lines(file, plan));
    Some(lines.unwrap_or_else(|| writing.without_lines()))
}

struct Writing<'a> {
    kept: &'a Kept,
    words: &'a Terms,
    days: i64,
}

impl Writing<'_> {
    fn lines(&self, file: &str, plan: &WrittenBlock) -> Option<String> {
        let Self { kept, words, .. } = self;
        let rules: Vec<&WrittenBlock> = plan.blocks_of(words.rule).collect();
        let named = |rule: &&&WrittenBlock| is(rule.argument(words.rule_name), &kept.rule);
        let mut all_named = rules.iter().filter(named);
        let rule = match (all_named.next(), all_named.next(), rules.as_slice()) {
            (Some(rule), None, _) => *rule,
            (None, _, [rule]) => *rule,
            _ => return None,
        };
        let mut lines = Vec::new();
        if kept.by_rule {
            lines.extend(self.of(file, rule));
        }
        if kept.by_actions {
            let actions = self.actions(rule);
            if actions.is_empty() {
                return None;
            }
            if actions.len() > 1 {
                lines.push(format!(
                    "# of these {} the one to {}",
                    words.copy_action, kept.vault
                ));
            }
            lines.extend(actions.into_iter().flat_map(|action| self.of(file, action)));
        }
        let made_of = rule.for_each.as_ref();
        lines.extend(made_of.map(|of| format!("# the rule is one of {of}")));
        Some(lines.join("\n"))
    }

    /// The copy actions that may be those to the vault.
    fn actions<'b>(&self, rule: &'b WrittenBlock) -> Vec<&'b WrittenBlock> {
        let Self { kept, words, .. } = self;
        let all: Vec<&WrittenBlock> = rule.blocks_of(words.copy_action).collect();
        let some = |is_it: &dyn Fn(&WrittenBlock) -> bool| {
            let some: Vec<&WrittenBlock> = all.iter().copied().filter(|one| is_it(one)).collect();
            (!some.is_empty()).then_some(some)
        };
        let to_vault =
            |action: &WrittenBlock| is(action.argument(words.destination), kept.vault.as_str());
        // A reference may be to any vault.
        let may_be = |action: &WrittenBlock| {
            let to = action.argument(words.destination);
            !to.is_some_and(|to| plain(&to.text).starts_with("arn:") && !to.text.contains("${"))
        };
        some(&to_vault)
            .or_else(|| some(&may_be))
            .unwrap_or_default()
    }

    /// What to write in a rule or a copy action.
    fn of(&self, file: &str, block: &WrittenBlock) -> Vec<String> {
        let Self { kept, words, days } = self;
        let Terms {
            lifecycle,
            delete_after,
            cold_after,
            is,
            ..
        } = words;
        let Some(written) = block.blocks_of(lifecycle).next() else {
            let line = block.line;
            return vec![format!(
                "{file}:{line}: {}, in {}",
                self.whole_lifecycle(),
                block.name
            )];
        };
        let mut lines = vec![match written.argument(delete_after) {
            Some(now) if now.text.parse::<i64>().is_ok() => {
                format!("{file}:{}: {delete_after}{is} {days}", now.line)
            }
            Some(now) => {
                let each = block.for_each.as_ref();
                let each = each.map_or_else(String::new, |each| format!(" of {each}"));
                format!(
                    "{file}:{}: {delete_after}{is} {days}, here or where {}{each} has its value",
                    now.line, now.text
                )
            }
            None => format!(
                "{file}:{}: {delete_after}{is} {days}, in {lifecycle}",
                written.line
            ),
        }];
        if kept
            .lifecycle
            .move_to_cold_storage_after_days
            .value()
            .is_none()
            && let Some(cold) = written.argument(cold_after)
        {
            lines.push(format!("{file}:{}: take {cold_after} out", cold.line));
        }
        lines
    }

    fn whole_lifecycle(&self) -> String {
        let Terms {
            lifecycle,
            delete_after,
            is,
            ..
        } = self.words;
        let days = self.days;
        if *is == TERRAFORM.is {
            format!("{lifecycle} {{ {delete_after}{is} {days} }}")
        } else {
            format!("{lifecycle}: {{{delete_after}{is} {days}}}")
        }
    }

    /// Which block it is, where no line is known.
    fn without_lines(&self) -> String {
        let Self { kept, words, .. } = self;
        let action = || format!("in its {} to {}", words.copy_action, kept.vault);
        let places = match (kept.by_rule, kept.by_actions) {
            (true, false) => String::new(),
            (true, true) => format!(", and {}", action()),
            (false, _) => format!(", {}", action()),
        };
        format!(
            "# in the {} `{}`{places}:\n{}",
            words.rule,
            kept.rule,
            self.whole_lifecycle()
        )
    }
}

/// Whether an argument is written as this text.
fn is(argument: Option<&WrittenArgument>, text: &str) -> bool {
    argument.is_some_and(|argument| plain(&argument.text) == text)
}

fn plain(text: &str) -> &str {
    text.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Extra, Field, Lifecycle};
    use crate::known::Arn;

    fn argument(name: &str, line: usize, text: &str) -> WrittenArgument {
        WrittenArgument {
            name: name.to_owned(),
            line,
            text: text.to_owned(),
        }
    }

    fn block(
        name: &str,
        line: usize,
        arguments: &[(&str, &str)],
        blocks: Vec<WrittenBlock>,
    ) -> WrittenBlock {
        let arguments = arguments.iter();
        WrittenBlock {
            name: name.to_owned(),
            line,
            for_each: None,
            arguments: arguments
                .map(|(name, text)| argument(name, line + 1, text))
                .collect(),
            blocks,
        }
    }

    fn lifecycle(line: usize, arguments: &[(&str, &str)]) -> WrittenBlock {
        block("lifecycle", line, arguments, vec![])
    }

    fn told(rules: Vec<WrittenBlock>) -> String {
        let wanted = Kept {
            rule: "daily".to_owned(),
            vault: Arn::parse("arn:aws:backup:us-east-2:444455556666:backup-vault:central")
                .unwrap(),
            by_rule: false,
            by_actions: true,
            lifecycle: Lifecycle {
                delete_after_days: Field::Is(90),
                move_to_cold_storage_after_days: Field::Null,
                extra: Extra::new(),
            },
        };
        let plan = block("aws_backup_plan", 1, &[], rules);
        kept(&wanted, true, Some("main.tf"), Some(&plan)).unwrap()
    }

    #[test]
    fn a_literal_is_written_anew_and_a_reference_is_named() {
        let rule = |actions| block("rule", 2, &[("rule_name", "\"daily\"")], actions);
        let action = |line, of| {
            block(
                "copy_action",
                line,
                &[("destination_vault_arn", "aws_backup_vault.a.arn")],
                of,
            )
        };
        let other = block("rule", 40, &[("rule_name", "\"weekly\"")], vec![]);
        for (actions, expected) in [
            (
                vec![action(5, vec![lifecycle(7, &[("delete_after", "35")])])],
                "main.tf:8: delete_after = 90",
            ),
            (
                vec![action(
                    5,
                    vec![lifecycle(7, &[("delete_after", "var.days")])],
                )],
                "main.tf:8: delete_after = 90, here or where var.days has its value",
            ),
            (
                vec![action(5, vec![lifecycle(7, &[])])],
                "main.tf:7: delete_after = 90, in lifecycle",
            ),
            (
                vec![action(
                    5,
                    vec![lifecycle(
                        7,
                        &[("cold_storage_after", "30"), ("delete_after", "35")],
                    )],
                )],
                "main.tf:8: delete_after = 90\nmain.tf:8: take cold_storage_after out",
            ),
            (
                vec![action(5, vec![])],
                "main.tf:5: lifecycle { delete_after = 90 }, in copy_action",
            ),
            (
                vec![action(5, vec![]), action(9, vec![])],
                "# of these copy_action the one to arn:aws:backup:us-east-2:444455556666:backup-vault:central\n\
                 main.tf:5: lifecycle { delete_after = 90 }, in copy_action\n\
                 main.tf:9: lifecycle { delete_after = 90 }, in copy_action",
            ),
        ] {
            assert_eq!(told(vec![rule(actions), other.clone()]), expected);
        }
        // Which rule it is the text does not tell.
        let some = vec![other.clone(), other];
        assert!(told(some).starts_with("# in the rule `daily`, in its copy_action to arn:"));
    }

    #[test]
    fn what_a_copy_action_is_made_for_is_named() {
        let made = WrittenBlock {
            for_each: Some("var.copies".to_owned()),
            ..block(
                "copy_action",
                5,
                &[],
                vec![lifecycle(7, &[("delete_after", "copy_action.value.days")])],
            )
        };
        let told = told(vec![block(
            "rule",
            2,
            &[("rule_name", "var.name")],
            vec![made],
        )]);
        let expected = "main.tf:8: delete_after = 90, here or where copy_action.value.days of var.copies has its value";
        assert_eq!(told, expected);
    }
}
