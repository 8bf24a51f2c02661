//! Which actions a statement may name, told by a glance: most statements of a policy are passed over.

/// Actions, by a bit for the service of each and a bit for its name. Two may share one, so that a bit says that an action may be among
/// them. Where a bit is missing, it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    services: u64,
    names: u64,
}

impl Reach {
    /// All of these actions, which may have wildcards.
    pub(super) fn of_all<'a>(actions: impl Iterator<Item = &'a str>) -> Self {
        const NONE: Reach = Reach {
            services: 0,
            names: 0,
        };
        actions.map(Self::of_action).fold(NONE, |all, one| Self {
            services: all.services | one.services,
            names: all.names | one.names,
        })
    }

    /// An action, which may have wildcards.
    pub(super) fn of_action(action: &str) -> Self {
        match action.split_once(':') {
            Some((service, name)) => Self {
                services: bits(service),
                names: bits(name),
            },
            None => Self {
                services: u64::MAX,
                names: u64::MAX,
            },
        }
    }

    /// All actions of a service, whose name may have wildcards.
    pub(super) fn of_service(name: &str) -> Self {
        Self {
            services: bits(name),
            names: u64::MAX,
        }
    }

    /// All actions of its services.
    pub(super) fn of_its_services(self) -> Self {
        Self {
            names: u64::MAX,
            ..self
        }
    }

    /// Whether an action may be in both.
    pub(super) fn meets(self, other: Self) -> bool {
        self.services & other.services != 0 && self.names & other.names != 0
    }
}

impl Default for Reach {
    /// Any action.
    fn default() -> Self {
        Self {
            services: u64::MAX,
            names: u64::MAX,
        }
    }
}

/// The bit of a name, whatever its case; with wildcards, all of them.
fn bits(name: &str) -> u64 {
    let mut sum = 0_u64;
    for byte in name.bytes() {
        if matches!(byte, b'*' | b'?') {
            return u64::MAX;
        }
        let letter = u64::from(byte.to_ascii_lowercase());
        sum = sum.wrapping_mul(31).wrapping_add(letter);
    }
    1 << (sum % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_named_is_never_passed_over() {
        let actions = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "KMS:decrypt",
            "kms:*",
            "k?s:De*",
            "*",
            "backup:CopyFromBackupVault",
            "s3:GetObject",
        ];
        let asked = ["kms:decrypt", "s3:getobject", "backup:copyfrombackupvault"];
        for action in actions {
            let all = Reach::of_all(["ec2:CopySnapshot", action].into_iter());
            for wanted in asked {
                let is_named = super::super::document::Action::new(action).matches(wanted)
                    != super::super::Truth::False;
                let wanted = Reach::of_action(wanted);
                assert!(!is_named || all.meets(wanted), "{action} {wanted:?}");
                assert!(!is_named || all.meets(wanted.of_its_services()));
            }
        }
        let one = Reach::of_all(["kms:Decrypt"].into_iter());
        assert!(!one.meets(Reach::of_action("s3:getobject")));
        assert!(!one.meets(Reach::of_action("kms:describekey")));
        assert!(one.meets(Reach::of_service("kms")));
        assert!(!one.meets(Reach::of_service("s3")));
        assert!(Reach::default().meets(Reach::of_action("s3:getobject")));
    }
}
