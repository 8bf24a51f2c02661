// The stack that source.template.json and central.template.json were synthesized from: `node app.js` with aws-cdk-lib 2.
const { App, ArnFormat, Stack, Duration } = require('aws-cdk-lib');
const { Schedule } = require('aws-cdk-lib/aws-events');
const backup = require('aws-cdk-lib/aws-backup');
const iam = require('aws-cdk-lib/aws-iam');
const kms = require('aws-cdk-lib/aws-kms');
const rds = require('aws-cdk-lib/aws-rds');

const app = new App({ analyticsReporting: false });
const SOURCE = { account: '111122223333', region: 'eu-west-1' };
const CENTRAL = { account: '444455556666', region: 'eu-west-1' };

// The account that keeps the copies.
const central = new Stack(app, 'central', { env: CENTRAL });
const centralKey = new kms.Key(central, 'Key', { enableKeyRotation: true });
const vault = new backup.BackupVault(central, 'Vault', {
  backupVaultName: 'central',
  encryptionKey: centralKey,
  accessPolicy: new iam.PolicyDocument({
    statements: [new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/backup')],
      actions: ['backup:CopyIntoBackupVault'],
      resources: ['*'],
    })],
  }),
  lockConfiguration: { minRetention: Duration.days(30) },
});

// The account that is backed up.
const source = new Stack(app, 'source', { env: SOURCE });
const key = new kms.Key(source, 'Key');
key.addToResourcePolicy(new iam.PolicyStatement({
  principals: [new iam.ArnPrincipal('arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup')],
  actions: ['kms:DescribeKey', 'kms:CreateGrant', 'kms:Decrypt'],
  resources: ['*'],
}));
const database = (id, storageKey) => new rds.CfnDBInstance(source, id, {
  dbInstanceIdentifier: id.toLowerCase(),
  dbInstanceClass: 'db.t3.micro',
  engine: 'postgres',
  allocatedStorage: '20',
  storageEncrypted: true,
  kmsKeyId: storageKey && storageKey.keyArn,
  masterUsername: 'admin1',
  manageMasterUserPassword: true,
});
const orders = database('Orders', key);
const reports = database('Reports', undefined);
const role = new iam.Role(source, 'Role', {
  roleName: 'backup',
  assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
  managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup')],
});
const local = new backup.BackupVault(source, 'Vault', { backupVaultName: 'local', encryptionKey: key });
const plan = new backup.BackupPlan(source, 'Plan', { backupVault: local });
const rule = (name, days) => new backup.BackupPlanRule({
  ruleName: name,
  scheduleExpression: Schedule.cron({ hour: '5', minute: '0' }),
  deleteAfter: Duration.days(days),
  copyActions: [{
    destinationBackupVault: backup.BackupVault.fromBackupVaultArn(source, `Central${name}`, 'arn:aws:backup:eu-west-1:444455556666:backup-vault:central'),
    deleteAfter: Duration.days(days),
  }],
});
plan.addRule(rule('Daily', 35));
plan.addSelection('Databases', {
  role,
  resources: [
    backup.BackupResource.fromArn(source.formatArn({ service: 'rds', resource: 'db', resourceName: orders.ref, arnFormat: ArnFormat.COLON_RESOURCE_NAME })),
    backup.BackupResource.fromArn(source.formatArn({ service: 'rds', resource: 'db', resourceName: reports.ref, arnFormat: ArnFormat.COLON_RESOURCE_NAME })),
  ],
});
app.synth();
