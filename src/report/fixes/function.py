"""Copies backups on from a vault in between.

EventBridge calls it when a copy job ends. What arrived in one of the vaults below is copied on to where its route
leads. An event may come twice, and a call may be repeated: the token makes AWS Backup start each copy once.
"""

import hashlib
import json

import boto3

# By the ARN of the vault in between: where copies go on to, by which role, for how long, and of what.
ROUTES = json.loads(r'''@ROUTES@''')


def handler(event, context):
    backup = boto3.client("backup")
    job = backup.describe_copy_job(CopyJobId=event["detail"]["copyJobId"])["CopyJob"]
    if job["State"] != "COMPLETED":
        return {"started": []}
    started, failed = [], []
    for route in ROUTES.get(job["DestinationBackupVaultArn"], []):
        if not takes(route, job):
            continue
        try:
            answer = backup.start_copy_job(**request(route, job))
            started.append(answer["CopyJobId"])
        except Exception as error:
            failed.append(f"{route['destination']}: {error}")
    if failed:
        # Lambda calls again; what was started is not started twice.
        raise RuntimeError("; ".join(failed))
    return {"started": started}


def takes(route, job):
    """Whether a copy job is of what the route is for."""
    is_of_resource = job.get("ResourceArn") in route["resources"]
    return is_of_resource or job.get("SourceRecoveryPointArn") in route["recovery_points"]


def request(route, job):
    token = f"{job['CopyJobId']} {route['destination']}"
    asked = {
        "RecoveryPointArn": job["DestinationRecoveryPointArn"],
        "SourceBackupVaultName": job["DestinationBackupVaultArn"].rsplit(":", 1)[-1],
        "DestinationBackupVaultArn": route["destination"],
        "IamRoleArn": route["role"],
        "IdempotencyToken": hashlib.sha256(token.encode()).hexdigest(),
    }
    if route["lifecycle"]:
        asked["Lifecycle"] = route["lifecycle"]
    return asked
