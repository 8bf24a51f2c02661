//! Lists that come in pages: all of them, or none. A list whose end was not seen is no list.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::known::Count as _;

use super::reply::{CallError, Reply};

/// No list that the program reads has more pages.
const MOST_PAGES: usize = 1000;
/// AWS gives empty pages in between, but not that many on end.
const MOST_EMPTY: usize = 100;

/// The pages of a list so far.
pub struct Pages {
    seen: HashSet<String>,
    pages: usize,
    empty: usize,
    began: Instant,
    longest: Duration,
}

impl Pages {
    /// Begins a list that may take so long.
    pub fn within(longest: Duration) -> Self {
        Self {
            seen: HashSet::new(),
            pages: 0,
            empty: 0,
            began: Instant::now(),
            longest,
        }
    }

    /// Counts a page with so many items in, and says whether there is another: the one that `next` names.
    ///
    /// # Errors
    /// Where the list does not end, or comes back to a page that it has had.
    pub fn more(&mut self, items: usize, next: Option<&str>) -> Reply<bool> {
        let Some(next) = next.filter(|token| !token.is_empty()) else {
            return Ok(false);
        };
        self.pages.one_more();
        self.empty = if items == 0 {
            self.empty.saturating_add(1)
        } else {
            0
        };
        if !self.seen.insert(next.to_owned()) {
            return Err(CallError::failed("RepeatedPage"));
        }
        let is_late = self.began.elapsed() > self.longest;
        if self.pages == MOST_PAGES || self.empty == MOST_EMPTY || is_late {
            return Err(CallError::failed("EndlessList"));
        }
        Ok(true)
    }
}

/// An answer of the SDK that is a page of a list.
pub trait Page {
    /// The token of the page after it.
    fn next(&self) -> Option<&str>;
}

macro_rules! pages_of {
    ($($sdk:ident { $($operation:ident :: $output:ident: $token:ident,)+ })+) => {
        $($(
            impl Page for $sdk::operation::$operation::$output {
                fn next(&self) -> Option<&str> {
                    self.$token()
                }
            }
        )+)+
    };
}

#[rustfmt::skip]
pages_of! {
    aws_sdk_backup {
        list_backup_plans                      :: ListBackupPlansOutput:                     next_token,
        list_backup_selections                 :: ListBackupSelectionsOutput:                next_token,
        list_backup_vaults                     :: ListBackupVaultsOutput:                    next_token,
        list_copy_jobs                         :: ListCopyJobsOutput:                        next_token,
        list_recovery_points_by_backup_vault   :: ListRecoveryPointsByBackupVaultOutput:     next_token,
        list_recovery_points_by_resource       :: ListRecoveryPointsByResourceOutput:        next_token,
        list_tags                              :: ListTagsOutput:                            next_token,
    }
    aws_sdk_cloudcontrol {
        list_resources                         :: ListResourcesOutput:                       next_token,
    }
    aws_sdk_config {
        select_aggregate_resource_config       :: SelectAggregateResourceConfigOutput:       next_token,
    }
    aws_sdk_dynamodb {
        list_tables                            :: ListTablesOutput:                          last_evaluated_table_name,
    }
    aws_sdk_iam {
        list_attached_role_policies            :: ListAttachedRolePoliciesOutput:            marker,
        list_role_policies                     :: ListRolePoliciesOutput:                    marker,
        list_role_tags                         :: ListRoleTagsOutput:                        marker,
        simulate_principal_policy              :: SimulatePrincipalPolicyOutput:             marker,
    }
    aws_sdk_kms {
        list_aliases                           :: ListAliasesOutput:                         next_marker,
        list_grants                            :: ListGrantsOutput:                          next_marker,
        list_key_policies                      :: ListKeyPoliciesOutput:                     next_marker,
        list_resource_tags                     :: ListResourceTagsOutput:                    next_marker,
    }
    aws_sdk_organizations {
        list_accounts                          :: ListAccountsOutput:                        next_token,
        list_accounts_for_parent               :: ListAccountsForParentOutput:               next_token,
        list_organizational_units_for_parent   :: ListOrganizationalUnitsForParentOutput:    next_token,
        list_parents                           :: ListParentsOutput:                         next_token,
        list_policies_for_target               :: ListPoliciesForTargetOutput:               next_token,
        list_roots                             :: ListRootsOutput:                           next_token,
    }
    aws_sdk_rds {
        describe_db_cluster_snapshots          :: DescribeDbClusterSnapshotsOutput:          marker,
        describe_db_clusters                   :: DescribeDbClustersOutput:                  marker,
        describe_db_engine_versions            :: DescribeDbEngineVersionsOutput:            marker,
        describe_db_instances                  :: DescribeDbInstancesOutput:                 marker,
        describe_db_snapshots                  :: DescribeDbSnapshotsOutput:                 marker,
        describe_option_groups                 :: DescribeOptionGroupsOutput:                marker,
    }
}

/// All pages of a list of the SDK, one call at a time: the items that `$items` takes from each `$page`.
macro_rules! pages {
    ($session:expr, $paginator:expr, $page:ident => $items:expr) => {{
        use $crate::sources::live::paging::Page as _;
        // The SDK by itself takes a token that comes again for the end of the list.
        let mut stream = $paginator.stop_on_duplicate_token(false).send();
        let mut pages = $session.pages();
        let mut all = Vec::new();
        loop {
            let next = $session.next(stream.next());
            match next.await {
                Ok(None) => break Ok(all),
                Err(error) => break Err(error),
                Ok(Some($page)) => {
                    let before = all.len();
                    all.extend($items);
                    match pages.more(all.len().saturating_sub(before), $page.next()) {
                        Ok(true) => {}
                        Ok(false) => break Ok(all),
                        Err(error) => break Err(error),
                    }
                }
            }
        }
    }};
}
pub(super) use pages;

#[cfg(test)]
mod tests {
    use super::*;

    fn end(mut tokens: impl FnMut(usize) -> (usize, Option<String>)) -> (usize, Reply<bool>) {
        let mut pages = Pages::within(Duration::from_secs(60));
        for at in 0.. {
            let (items, next) = tokens(at);
            match pages.more(items, next.as_deref()) {
                Ok(true) => {}
                ended => return (at + 1, ended),
            }
        }
        unreachable!()
    }

    #[test]
    fn a_list_ends_where_no_page_is_named_and_nowhere_else() {
        let token = |at: usize| Some(format!("t{at}"));
        assert_eq!(end(|at| (1, token(at).filter(|_| at < 5))), (6, Ok(false)));
        assert_eq!(end(|at| (0, token(at).filter(|_| at < 5))), (6, Ok(false)));
        assert_eq!(end(|_| (1, Some(String::new()))), (1, Ok(false)));
        let repeated = Err(CallError::failed("RepeatedPage"));
        assert_eq!(end(|_| (1, token(0))), (2, repeated.clone()));
        assert_eq!(end(|at| (1, token(at % 3))), (4, repeated));
        let endless = Err(CallError::failed("EndlessList"));
        assert_eq!(end(|at| (1, token(at))), (1000, endless.clone()));
        assert_eq!(end(|at| (0, token(at))), (100, endless));
    }

    #[test]
    fn a_list_has_its_time() {
        let mut pages = Pages::within(Duration::ZERO);
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(
            pages.more(1, Some("t")),
            Err(CallError::failed("EndlessList"))
        );
        assert_eq!(pages.more(1, None), Ok(false));
    }
}
