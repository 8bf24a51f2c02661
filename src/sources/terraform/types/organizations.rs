//! Policies of the organization. Which accounts one is in force in is the organization's tree, which a plan does not have.

use crate::sources::terraform::object::{Moment, Object};
use crate::sources::terraform::reader::Reader;

/// A policy whose text changes.
pub fn policy<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if reader.moment == Moment::Then
        && object
            .change
            .is_some_and(|change| change.before != change.after)
    {
        open(reader, object);
    }
}

/// A policy that is attached anew.
pub fn attachment<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if reader.moment == Moment::Then && object.is_changed() {
        open(reader, object);
    }
}

/// One that is detached or deleted.
pub fn gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    open(reader, object);
}

fn open<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let text = format!(
        "{} changes a policy of the organization: lay it over the accounts with --overlay to see what it does",
        object.address
    );
    reader.note(text.clone());
    if !reader.open.contains(&text) {
        reader.open.push(text);
    }
}
