//! What other readers will do.

pub mod ec2 {
    use crate::known::Region;
    use crate::sources::live::found::Found;
    use crate::sources::live::session::Session;

    pub async fn regions(
        session: &Session,
        near: &Region,
    ) -> Found<Option<Vec<(Region, Box<str>)>>> {
        let place = session.place(near);
        Found::nothing(place.unasked("ec2:DescribeRegions", &session.account().to_string()))
    }
}

pub mod resources {
    use crate::inventory::Resource;
    use crate::known::{Arn, Region};
    use crate::sources::live::book::{Book, add};
    use crate::sources::live::found::Found;
    use crate::sources::live::session::Session;
    use crate::sources::live::{backup, dynamodb, rds};

    pub async fn all(session: &Session, region: &Region, book: &Book) {
        let found = backup::protected(session, region).await;
        for thing in book.take(found).into_iter().flatten() {
            if let Some(resource) = book.take(one(session, region, &thing.arn).await) {
                book.region(&session.place(region), |facts| {
                    add(&mut facts.resources, resource)
                });
            }
        }
    }

    pub async fn one(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Resource>> {
        match arn.service() {
            "rds" => rds::resource(session, region, arn).await,
            "dynamodb" => dynamodb::table(session, region, arn).await,
            _ => Found::nothing(
                session
                    .place(region)
                    .unasked("cloudcontrol:GetResource", arn.as_str()),
            ),
        }
    }
}
