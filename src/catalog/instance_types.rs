//! Types of EC2 instances: which of them an instance can change to where it stands.

/// The families on the Xen hypervisor, whose instances need other drivers on Nitro.
///
/// See <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html> (read 2026-11-30).
#[rustfmt::skip]
const XEN: &[&str] = &[
    "c1", "c3", "c4", "cc2", "cg1", "cr1", "d2", "f1", "g2", "g3", "g3s", "h1", "hi1", "hs1", "i2", "i3", "m1", "m2", "m3", "m4", "p2", "p3",
    "r3", "r4", "t1", "t2", "x1", "x1e",
];

/// The families whose root volume may be in the instance store.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/RootDeviceStorage.html> (read 2026-11-30).
const INSTANCE_STORE_ROOT: &[&str] = &[
    "c1", "c3", "cc2", "cg1", "cr1", "d2", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r3", "x1",
];

/// The families that paravirtual images run on; all others take images of hardware virtual machines alone.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html> (read 2026-11-30).
const PARAVIRTUAL: &[&str] = &["c1", "c3", "hi1", "hs1", "m1", "m2", "m3", "t1"];

/// What stands before the dot.
fn family(of: &str) -> Option<&str> {
    let (family, size) = of.split_once('.')?;
    let is_one = family.starts_with(|one: char| one.is_ascii_lowercase()) && !size.is_empty();
    is_one.then_some(family)
}

/// Whether a family is on ARM: one with `g` after its generation is on AWS Graviton or Grace; Apple silicon from the second generation.
///
/// See <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>.
fn is_arm(family: &str) -> bool {
    let options = family.trim_start_matches(|one: char| !one.is_ascii_digit());
    let is_apple = family.starts_with("mac") && family != "mac1";
    family == "a1" || is_apple || options.contains('g')
}

/// Whether an instance of the one type becomes one of the other where it stands: those of one family, and those of one architecture and
/// one hypervisor. Of others AWS says that CloudFormation restarts or replaces it, by a compatibility that depends on its image, too.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html> and
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html>.
#[must_use]
pub fn are_compatible(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (family(one), family(other)) else {
        return false;
    };
    let alike = |is: &dyn Fn(&str) -> bool| is(one) == is(other);
    one == other || (alike(&is_arm) && alike(&|family| XEN.contains(&family)))
}

/// Whether the root volume of an instance of a type is on EBS, whatever its image.
#[must_use]
pub fn has_root_on_ebs(of: &str) -> bool {
    family(of).is_some_and(|family| !INSTANCE_STORE_ROOT.contains(&family))
}

/// Whether an instance of a type may be of a paravirtual image.
#[must_use]
pub fn may_be_paravirtual(of: &str) -> bool {
    family(of).is_some_and(|family| PARAVIRTUAL.contains(&family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_one_architecture_and_hypervisor_are_compatible() {
        for (one, other, are) in [
            ("t3.micro", "t3.large", true),
            ("m5.large", "m6i.large", true),
            ("g4dn.xlarge", "g5.xlarge", true),
            ("m6g.large", "c7gn.large", true),
            ("m4.large", "c4.large", true),
            ("m5.large", "m6g.large", false),
            ("t2.micro", "t3.micro", false),
            ("m5.large", "x2gd.large", false),
            ("a1.large", "m5.large", false),
            ("mac1.metal", "mac2-m2.metal", false),
            ("m5.large", "large", false),
        ] {
            assert_eq!(are_compatible(one, other), are, "{one} {other}");
        }
        assert!(has_root_on_ebs("t3.micro") && !has_root_on_ebs("m3.large"));
    }
}
