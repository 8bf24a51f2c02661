//! The server answers as AWS documents.

mod backup;
mod client;
mod faults;
mod iam;
mod kms;
mod limits;
mod organizations;
mod pages;
mod parts;
mod rds;
mod regions;
mod sts;
mod tables;
mod wire;
