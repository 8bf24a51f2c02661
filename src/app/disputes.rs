//! What several plans or templates of one run say different things of.

use crate::inventory::Overlay;
use crate::known::{ByHand, Gap};
use crate::sources::contradiction::{
    comes_before, contradictions, gives_way, leave_open, leave_policies_open, leave_to_others,
    leave_what_is_given,
};
use crate::sources::replaced;

/// Settles what two plans or templates say different things of: what one of them leaves as it is, the other changes; what both
/// change, or of which they do not agree what it is now, is unknown, and why is told.
pub(super) fn settle(now: &[Option<Overlay>], then: &mut [Overlay]) -> Vec<Gap> {
    let mut open = Vec::new();
    for at in 0..then.len() {
        for beside in at.saturating_add(1)..then.len() {
            let (Some(Some(one_now)), Some(Some(other_now))) = (now.get(at), now.get(beside))
            else {
                continue;
            };
            let Ok([one, other]) = then.get_disjoint_mut([at, beside]) else {
                continue;
            };
            for policy in leave_policies_open(one, other) {
                open.push(Gap::by_hand(ByHand::Planned, other.operation(), policy));
            }
            leave_what_is_given(one, other);
            leave_what_is_given(other, one);
            for thing in contradictions(one, other) {
                if gives_way(&thing, [one_now, one], other_now) {
                    leave_to_others(one, &thing);
                } else if gives_way(&thing, [other_now, other], one_now) {
                    leave_to_others(other, &thing);
                } else if comes_before(&thing, [one_now, one], [other_now, other]) {
                    leave_to_others(one, &thing);
                } else if comes_before(&thing, [other_now, other], [one_now, one]) {
                    leave_to_others(other, &thing);
                } else {
                    let why = format!(
                        "{} and {} say different things of {thing}: which is applied last is not known",
                        one.name, other.name
                    );
                    leave_open(one, &thing, &why);
                    leave_open(other, &thing, &why);
                    open.push(Gap::by_hand(ByHand::Planned, other.operation(), why));
                }
            }
        }
    }
    replaced::settle(then);
    open
}
