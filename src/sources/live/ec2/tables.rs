//! Which elements of EC2's answers are read, by the operation's page in its API reference.
//!
//! See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html>.

use super::xml::Field as F;
use super::xml::Of::{Flag, Number, Object, Objects, Text, Texts, Whole};

#[rustfmt::skip]
pub const VOLUMES: &[F] = &[
    F("volumeSet", "Volumes", Objects(VOLUME)),
    F("nextToken", "NextToken", Text),
];

#[rustfmt::skip]
const VOLUME: &[F] = &[
    F("volumeId",   "VolumeId",   Text),
    F("encrypted",  "Encrypted",  Flag),
    F("kmsKeyId",   "KmsKeyId",   Text),
    F("snapshotId", "SnapshotId", Text),
    F("status",     "State",      Text),
    F("volumeType", "VolumeType", Text),
    F("createTime", "CreateTime", Text),
    F("tagSet",     "Tags",       Objects(TAG)),
];

#[rustfmt::skip]
pub const INSTANCES: &[F] = &[
    F("reservationSet", "Reservations", Objects(RESERVATION)),
    F("nextToken", "NextToken", Text),
];

const RESERVATION: &[F] = &[F("instancesSet", "Instances", Objects(INSTANCE))];

#[rustfmt::skip]
const INSTANCE: &[F] = &[
    F("instanceId",         "InstanceId",          Text),
    F("imageId",            "ImageId",             Text),
    F("instanceState",      "State",               Object(STATE)),
    F("rootDeviceName",     "RootDeviceName",      Text),
    F("rootDeviceType",     "RootDeviceType",      Text),
    F("blockDeviceMapping", "BlockDeviceMappings", Objects(ATTACHED)),
    F("productCodes",       "ProductCodes",        Objects(PRODUCT_CODE)),
    F("tagSet",             "Tags",                Objects(TAG)),
];

const STATE: &[F] = &[F("name", "Name", Text)];

#[rustfmt::skip]
const ATTACHED: &[F] = &[
    F("deviceName", "DeviceName", Text),
    F("ebs",        "Ebs",        Object(&[F("volumeId", "VolumeId", Text)])),
];

#[rustfmt::skip]
pub const IMAGES: &[F] = &[
    F("imagesSet", "Images", Objects(IMAGE)),
    F("nextToken", "NextToken", Text),
];

#[rustfmt::skip]
const IMAGE: &[F] = &[
    F("imageId",            "ImageId",             Text),
    F("imageOwnerId",       "OwnerId",             Text),
    F("imageState",         "State",               Text),
    F("imageOwnerAlias",    "ImageOwnerAlias",     Text),
    F("rootDeviceName",     "RootDeviceName",      Text),
    F("rootDeviceType",     "RootDeviceType",      Text),
    F("productCodes",       "ProductCodes",        Objects(PRODUCT_CODE)),
    F("blockDeviceMapping", "BlockDeviceMappings", Objects(MAPPED)),
    F("tagSet",             "Tags",                Objects(TAG)),
];

#[rustfmt::skip]
const MAPPED: &[F] = &[
    F("deviceName", "DeviceName", Text),
    F("ebs",        "Ebs",        Object(EBS)),
];

#[rustfmt::skip]
const EBS: &[F] = &[
    F("snapshotId", "SnapshotId", Text),
    F("encrypted",  "Encrypted",  Flag),
    F("kmsKeyId",   "KmsKeyId",   Text),
    F("outpostArn", "OutpostArn", Text),
];

#[rustfmt::skip]
pub const SNAPSHOTS: &[F] = &[
    F("snapshotSet", "Snapshots", Objects(SNAPSHOT)),
    F("nextToken", "NextToken", Text),
];

#[rustfmt::skip]
const SNAPSHOT: &[F] = &[
    F("snapshotId",          "SnapshotId",        Text),
    F("volumeId",            "VolumeId",          Text),
    F("ownerId",             "OwnerId",           Text),
    F("status",              "State",             Text),
    F("storageTier",         "StorageTier",       Text),
    F("encrypted",           "Encrypted",         Flag),
    F("kmsKeyId",            "KmsKeyId",          Text),
    F("associatedKmsKeySet", "AssociatedKmsKeys", Objects(&[F("kmsKeyId", "KmsKeyId", Text)])),
    F("availabilityZone",    "AvailabilityZone",  Text),
    F("outpostArn",          "OutpostArn",        Text),
    F("tagSet",              "Tags",              Objects(TAG)),
];

#[rustfmt::skip]
const PRODUCT_CODE: &[F] = &[
    F("productCode", "ProductCodeId",   Text),
    F("type",        "ProductCodeType", Text),
];

#[rustfmt::skip]
const TAG: &[F] = &[
    F("key",   "Key",   Text),
    F("value", "Value", Text),
];

#[rustfmt::skip]
pub const REGIONS: &[F] = &[F("regionInfo", "Regions", Objects(REGION))];

#[rustfmt::skip]
const REGION: &[F] = &[
    F("regionName",  "RegionName",  Text),
    F("optInStatus", "OptInStatus", Text),
];

#[rustfmt::skip]
pub const ALLOWED_IMAGES: &[F] = &[
    F("state",             "State",         Text),
    F("managedBy",         "ManagedBy",     Text),
    F("imageCriterionSet", "ImageCriteria", Whole(CRITERION)),
];

#[rustfmt::skip]
const CRITERION: &[F] = &[
    F("imageProviderSet",          "ImageProviders",          Texts),
    F("marketplaceProductCodeSet", "MarketplaceProductCodes", Texts),
    F("imageNameSet",              "ImageNames",              Texts),
    F("imageWatermarkSet",         "ImageWatermarks",         Objects(WATERMARK)),
    F("deprecationTimeCondition",  "DeprecationTimeCondition",
        Object(&[F("maximumDaysSinceDeprecated", "MaximumDaysSinceDeprecated", Number)])),
    F("creationDateCondition",     "CreationDateCondition",
        Object(&[F("maximumDaysSinceCreated", "MaximumDaysSinceCreated", Number)])),
];

#[rustfmt::skip]
const WATERMARK: &[F] = &[
    F("watermarkKey",                       "WatermarkKey",                       Text),
    F("sourceImageRegion",                  "SourceImageRegion",                  Text),
    F("maximumDaysSinceSourceImageCreated", "MaximumDaysSinceSourceImageCreated", Number),
    F("maximumDaysSinceWatermarkCreated",   "MaximumDaysSinceWatermarkCreated",   Number),
];

pub const DEFAULT_KEY: &[F] = &[F("kmsKeyId", "KmsKeyId", Text)];
