//! The versions of a database engine that a Region has.
//!
//! See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html>.

use aws_sdk_rds::types::DbEngineVersion;

use crate::catalog::calls::api_call;
use crate::inventory::EngineVersion;
use crate::sources::live::found::{Found, Place};
use crate::sources::live::paging::pages;
use crate::sources::live::reply::Reply;
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

/// Every version of an engine that can be had in a Region; one without a version where there is none. AWS tells every
/// account the same, so the place is that of the copy, whoever asks.
pub async fn engine_versions(
    session: &Session,
    place: &Place,
    engine: &str,
) -> Found<Option<Vec<EngineVersion>>> {
    let Some(region) = &place.region else {
        return Found::all(None);
    };
    let call = session
        .rds(region)
        .describe_db_engine_versions()
        .engine(engine);
    let all: Reply<Vec<DbEngineVersion>> =
        pages!(session, call.into_paginator(), page => page.db_engine_versions().to_vec());
    let of_engine = || Shape::new().with("Engine", Some(engine));
    let versions = all.and_then(|all| {
        if all.is_empty() {
            return Ok(vec![of_engine().without("EngineVersion").read()?]);
        }
        all.iter()
            .map(|it| {
                of_engine()
                    .with("EngineVersion", it.engine_version())
                    .read()
            })
            .collect()
    });
    match versions {
        Ok(versions) => Found::all(Some(versions)),
        Err(trouble) => {
            let subject = format!("{}/{region}", place.account);
            Found::nothing(place.gap(
                api_call!("rds:DescribeDBEngineVersions"),
                &subject,
                &trouble,
            ))
        }
    }
}
