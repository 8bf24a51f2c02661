set -eu
cd "$(dirname "$0")"
export AWS_PAGER=""

yes=${YES:-0}
force=${FORCE:-0}
only=""
accounts=""
left=""
made=""
closed=""
outside=""
ended=0
profile=""

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    -y | --yes) yes=1 ;;
    --force) force=1 ;;
    --account)
      shift
      accounts="$accounts ${1:?an account id is expected after --account}"
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    r[0-9]*)
      case " $all " in
        *" $1 "*) only="$only $1" ;;
        *)
          steps=$(by_hand "$1")
          if [ -n "$steps" ]; then
            fail "$1 is done by hand: see $steps"
          fi
          fail "there is no change $1 that this script makes; there are:$all"
          ;;
      esac
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

if command -v jq >/dev/null; then
  plain() { jq -S -c .; }
elif command -v python3 >/dev/null; then
  plain() { python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin), sort_keys=True))'; }
else
  fail "jq or python3 is needed, to compare policies"
fi

said=$(mktemp)
trap 'rm -f "$said" "$said.policy"; sum_up' EXIT

# What was made and what was not, however the script ends.
sum_up() {
  if [ -n "$made" ]; then
    say "made:$made"
  fi
  if [ "$ended" = 1 ] && [ -z "$only$accounts" ]; then
    by_others
  fi
  if [ -n "$left" ]; then
    say "left as they are:$left"
  fi
  for account in $closed; do
    ids=""
    for one in $outside; do
      case $one in
        "$account":*) ids="$ids ${one#*:}" ;;
        *) ;;
      esac
    done
    say "not made, in account $account:$ids; set PROFILE_$account to the name of a profile"
  done
}

# The aws command, with the profile of the account that the change belongs to.
call() {
  if [ -n "$profile" ]; then
    aws --profile "$profile" "$@"
  else
    aws "$@"
  fi
}

# Notes that a change was made.
is_made() {
  case " $made " in
    *" $1 "*) ;;
    *) made="$made $1" ;;
  esac
}

# Nothing is changed in an account but the one that the change belongs to; one that cannot be entered is left out.
in_account() {
  case $1 in
    "" | *[!0-9]*) fail "which account $2 belongs to is not known: set ACCOUNT_$2 to its id" ;;
    *) ;;
  esac
  if [ -n "$accounts" ]; then
    case " $accounts " in
      *" $1 "*) ;;
      *) return 1 ;;
    esac
  fi
  case " $closed " in
    *" $1 "*)
      outside="$outside $1:$2"
      return 1
      ;;
    *) ;;
  esac
  name=PROFILE_$1
  profile=${!name:-}
  found=$(call sts get-caller-identity --query Account --output text) || found="none that could be signed in to"
  if [ "$found" != "$1" ]; then
    printf 'error: %s belongs to account %s, and these credentials are of account %s: set %s to the name of a profile\n' \
      "$2" "$1" "$found" "$name" >&2
    closed="$closed $1"
    outside="$outside $1:$2"
    return 1
  fi
}

# Asks; with --yes, takes it for said.
agreed() {
  if [ "$yes" = 1 ]; then
    say "$1"
    return 0
  fi
  printf '%s [y/N] ' "$1"
  answer=""
  read -r answer || true
  case $answer in
    y | Y | yes | Yes) return 0 ;;
    *)
      say "left as it is"
      return 1
      ;;
  esac
}

# Whether two files hold the same JSON.
same() {
  one=$(plain <"$1") || fail "$1 is not JSON"
  other=$(plain <"$2") || fail "$2 is not JSON"
  [ -n "$one" ] && [ "$one" = "$other" ]
}

# Runs a command of aws whose answer may be that the thing is not there: then it succeeds, and prints nothing.
if_there() {
  if "$@" 2>"$said"; then
    return 0
  fi
  if grep -Eq 'ResourceNotFoundException|NoSuchEntity|NotFoundException' "$said"; then
    return 0
  fi
  cat "$said" >&2
  return 1
}

# A role that was created a moment ago cannot be named in a policy yet.
set_policy() {
  tries=1
  until write_now "$1" >/dev/null 2>"$said"; do
    if [ "$tries" -ge 6 ] || ! grep -Eq 'MalformedPolicyDocument|invalid principal' "$said"; then
      cat "$said" >&2
      fail "$2 was not made"
    fi
    tries=$((tries + 1))
    sleep "${WAIT:-5}"
  done
}

# Sets a policy: read_now prints the present one, write_now sets that of a file.
policy() {
  id=$1
  stem=$2
  what=$3
  now=$stem.current.json.new
  if_there read_now >"$now" || {
    rm -f "$now"
    fail "the present policy could not be read, $id was not made"
  }
  if [ -s "$now" ] && same "$now" "$stem.after.json"; then
    rm -f "$now"
    say "$id: already so"
    return 0
  fi
  if [ -e "$stem.current.json" ] && ! cmp -s "$now" "$stem.current.json"; then
    number=2
    while [ -e "$stem.current.$number.json" ]; do
      number=$((number + 1))
    done
    mv "$stem.current.json" "$stem.current.$number.json"
  fi
  mv "$now" "$stem.current.json"
  as_read=no
  if [ -e "$stem.before.json" ]; then
    if [ -s "$stem.current.json" ] && same "$stem.current.json" "$stem.before.json"; then
      as_read=yes
    fi
  elif [ ! -s "$stem.current.json" ]; then
    as_read=yes
  fi
  if [ "$as_read" = no ]; then
    if [ "$force" != 1 ]; then
      fail "$id: the policy is no longer what it was when the facts were read; see $stem.current.json, and decide again from new facts (--force sets $stem.after.json all the same)"
    fi
    say "$id: the policy is no longer what it was when the facts were read; --force was given"
  fi
  cat "$stem.diff"
  if agreed "$what"; then
    set_policy "$stem.after.json" "$id"
    if [ -s "$stem.current.json" ]; then
      say "$id: done; the policy as it was is in $stem.current.json"
    else
      say "$id: done; there was no policy before"
    fi
    is_made "$id"
  else
    left="$left $id"
  fi
}

# Makes a vault on a key of its own. One whose name may be a slip is made if somebody says so, or names the change.
vault() {
  id=$1
  stem=$2
  what=$3
  region=$4
  name=$5
  found=${name//\\/\\\\}
  found=$(call backup list-backup-vaults --region="$region" \
    --query "BackupVaultList[?BackupVaultName=='${found//\'/\\\'}'].EncryptionKeyArn" --output text) ||
    fail "the vaults could not be listed, $id was not made"
  found=$(printf '%s' "$found" | tr -d '[:space:]')
  if [ -n "$found" ]; then
    say "$id: the vault $name is there already, on the key $found"
    return 0
  fi
  if ! agreed "$what"; then
    left="$left $id"
    return 0
  fi
  key=$(if_there call kms describe-key --region="$region" --key-id "alias/$name" \
    --query '[KeyMetadata.KeyState,KeyMetadata.Arn]' --output text) || fail "the keys could not be read, $id was not made"
  state=${key%%[[:space:]]*}
  key=${key##*[[:space:]]}
  if [ -n "$key" ]; then
    # A run that was interrupted may have made the key; any other that has the alias is left alone.
    call kms get-key-policy --region="$region" --key-id "$key" --policy-name default --query Policy --output text \
      >"$said.policy" || fail "the policy of $key could not be read, $id was not made"
    if [ "$state" != Enabled ] || ! same "$said.policy" "$stem.key-policy.json"; then
      fail "$id: the alias alias/$name is taken by $key ($state), whose policy is not $stem.key-policy.json: rename that alias, or create the vault by hand"
    fi
  else
    key=$(call kms create-key --region="$region" --description "AWS Backup vault $name" \
      --policy "file://$stem.key-policy.json" --query KeyMetadata.Arn --output text)
    call kms create-alias --region="$region" --alias-name "alias/$name" --target-key-id "$key"
  fi
  call backup create-backup-vault --region="$region" --backup-vault-name="$name" \
    --encryption-key-arn "$key" >/dev/null
  say "$id: done"
  is_made "$id"
}

# Makes a change, unless only others were named, or one that must come first was not made.
run() {
  if [ -n "$only" ]; then
    case " $only " in
      *" $1 "*) ;;
      *) return 0 ;;
    esac
  fi
  for needed in $(requires "$1"); do
    case " $left $outside " in
      *" $needed "* | *":$needed "*)
        say "$1: left as it is: it needs $needed"
        left="$left $1"
        return 0
        ;;
    esac
  done
  "$1"
}

# Makes a change that is one of several ways, only if it is named.
if_named() {
  case " $only " in
    *" $1 "*) run "$1" ;;
    *) ;;
  esac
}
