#!/usr/bin/env bash
# Stands in for the aws command: keeps what it is told in $STATE, and a list of the calls.
set -eu
printf '%s\n' "$*" >>"$STATE/calls"
profile=default
if [ "$1" = --profile ]; then
  profile=$2
  shift 2
fi
operation="$1 $2"
shift 2
id=""
document=""
while [ $# -gt 0 ]; do
  case $1 in
    --key-id | --backup-vault-name | --role-name | --region-name | --alias-name | --policy-id) id=${2//[^a-zA-Z0-9]/_} ;;
    --policy-arn) policy=$2 ;;
    --policy | --policy-document | --content) document=${2#file://} ;;
    *) ;;
  esac
  shift
done
refuse() {
  echo "An error occurred ($1) when calling the operation" >&2
  exit 254
}
show() {
  [ -e "$STATE/$1" ] || refuse "$2"
  cat "$STATE/$1"
}
keep() {
  if [ -e "$STATE/unready" ]; then
    rm "$STATE/unready"
    refuse MalformedPolicyDocumentException
  fi
  cp "$document" "$STATE/$1"
}
case $operation in
  "sts get-caller-identity") show "account-$profile" ExpiredToken ;;
  "kms get-key-policy") show "key-$id" AccessDeniedException ;;
  "kms put-key-policy") keep "key-$id" ;;
  "kms describe-key") show "alias-$id" NotFoundException ;;
  "kms enable-key-rotation") ;;
  "kms list-aliases")
    [ ! -e "$STATE/refused-aliases" ] || refuse AccessDeniedException
    show aliases AccessDeniedException
    ;;
  "kms cancel-key-deletion") echo Disabled >"$STATE/alias-$id" ;;
  "kms enable-key") echo Enabled >"$STATE/alias-$id" ;;
  "organizations describe-policy") show "control-$id" PolicyNotFoundException ;;
  "organizations update-policy") keep "control-$id" ;;
  "kms create-key") echo "arn:aws:kms:us-east-1:666777888999:key/new" ;;
  "kms create-alias") printf 'Enabled\tarn:aws:kms:us-east-1:666777888999:key/new\n' >"$STATE/alias-$id" ;;
  "backup list-backup-vaults")
    [ ! -e "$STATE/refused-vaults" ] || refuse AccessDeniedException
    [ ! -e "$STATE/vaults" ] || cat "$STATE/vaults"
    ;;
  "backup create-backup-vault") echo "arn:aws:kms:us-east-1:666777888999:key/new" >"$STATE/vaults" ;;
  "backup get-backup-vault-access-policy") show "vault-$id" ResourceNotFoundException ;;
  "backup put-backup-vault-access-policy") keep "vault-$id" ;;
  "backup describe-global-settings") [ -e "$STATE/switch" ] && echo true || echo false ;;
  "backup update-global-settings") touch "$STATE/switch" ;;
  "iam get-role") show "role-$id" NoSuchEntity ;;
  "iam create-service-linked-role") touch "$STATE/role-AWSServiceRoleForBackup" && echo made >"$STATE/role-AWSServiceRoleForBackup" ;;
  "iam update-assume-role-policy") keep "role-$id" ;;
  "iam get-role-policy") show "inline-$id" NoSuchEntity ;;
  "iam put-role-policy") keep "inline-$id" ;;
  "iam list-attached-role-policies") [ ! -e "$STATE/attached-$id" ] || cat "$STATE/attached-$id" ;;
  "iam attach-role-policy") echo "$policy" >>"$STATE/attached-$id" ;;
  "cloudformation deploy") ;;
  *) refuse "UnknownOperation $operation" ;;
esac
