set -euo pipefail
cd "$(dirname "$0")"
export AWS_PAGER=""

yes=${YES:-0}
force=${FORCE:-0}
only=""
accounts=""
left=""
made=""
so=""
tried=""
stacks=""
stacks_left=""
closed=""
outside=""
ended=0
profile=""
where=""

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
refuse() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

# Whether a word is in a list.
has() {
  case " $1 " in
    *" $2 "*) ;;
    *) return 1 ;;
  esac
}

while [ $# -gt 0 ]; do
  case $1 in
    -y | --yes) yes=1 ;;
    --force) force=1 ;;
    --account)
      if [ $# -lt 2 ]; then
        refuse "an account id is expected after --account"
      fi
      shift
      accounts="$accounts $1"
      ;;
    --account=*) accounts="$accounts ${1#*=}" ;;
    -h | --help)
      usage
      exit 0
      ;;
    r[0-9]*)
      if has "$all" "$1"; then
        only="$only $1"
      else
        steps=$(by_hand "$1")
        if [ -n "$steps" ]; then
          fail "$1 is done by hand: see $steps"
        fi
        fail "there is no change $1 that this script makes; there are:$all"
      fi
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

# The accounts that changes are made in, each with its changes.
accounts_there() {
  told=""
  text=""
  for one in $all; do
    account_of "$one"
    if [ -n "$account" ] && ! has "$told" "$account"; then
      told="$told $account"
      ids=""
      for other in $all; do
        if account_of "$other" && [ "$account" = "${told##* }" ]; then
          ids="$ids $other"
        fi
      done
      text="$text, ${told##* } (${ids# })"
    fi
  done
  printf '%s' "${text#, }"
}

for asked in $accounts; do
  found=0
  for one in $all; do
    account_of "$one"
    if [ "$account" = "$asked" ]; then
      found=1
    fi
  done
  if [ "$found" = 0 ]; then
    refuse "no change is made in account $asked; there are: $(accounts_there)"
  fi
done
for one in $only; do
  account_of "$one"
  if [ -n "$accounts" ] && ! has "$accounts" "$account"; then
    refuse "$one is made in account ${account:-ID, which ACCOUNT_$one names}, which --account leaves out"
  fi
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
  if [ "$ended" = 1 ]; then
    by_others
  fi
  if [ -n "$left" ]; then
    say "left as they are:$left"
  fi
  if [ "$ended" != 1 ]; then
    ids=""
    for one in ${only:-$unasked}; do
      account_of "$one"
      if ! has "$tried" "$one" && { [ -z "$accounts" ] || has "$accounts" "$account"; }; then
        ids="$ids $one"
      fi
    done
    if [ -n "$ids" ]; then
      say "not tried:$ids"
    fi
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
  if [ -n "$made" ]; then
    say "the facts are older than this: collect them again, and run backup-preflight check"
  fi
}

# Tells what is left to be done, the last word, unless all changes of one of the ways before it are made.
unless_made() {
  while [ $# -gt 1 ]; do
    is_left=0
    for one in $1; do
      if ! has "$made $so" "$one"; then
        is_left=1
      fi
    done
    if [ "$is_left" = 0 ]; then
      return 0
    fi
    shift
  done
  say "$1"
}

# Tells what is left to be done once a change is made.
once_made() {
  if has "$made $so" "$1"; then
    say "$2"
  fi
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
  if ! has "$made" "$1"; then
    made="$made $1"
  fi
}

# Notes that a change was made before.
is_so() {
  so="$so $1"
  say "$1: already so"
}

# Nothing is changed in an account but the one that the change belongs to; one that cannot be entered is left out.
in_account() {
  case $1 in
    "" | *[!0-9]*) fail "which account $2 belongs to is not known: set ACCOUNT_$2 to its id" ;;
    *) ;;
  esac
  if [ -n "$accounts" ] && ! has "$accounts" "$1"; then
    return 1
  fi
  if has "$closed" "$1"; then
    outside="$outside $1:$2"
    return 1
  fi
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
  where="in account $1${3:+, $3}${profile:+, with the profile $profile}"
}

# Asks, and says where it is done; with --yes, takes it for said.
agreed() {
  if [ "$yes" = 1 ]; then
    say "$1, $where"
    return 0
  fi
  printf '%s, %s [y/N] ' "$1" "$where"
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
    is_so "$id"
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
    so="$so $id"
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
  call kms enable-key-rotation --region="$region" --key-id "$key"
  call backup create-backup-vault --region="$region" --backup-vault-name="$name" \
    --encryption-key-arn "$key" >/dev/null
  say "$id: done"
  is_made "$id"
}

# Enables a key; one that is in another state than those that are named is left.
enable_key() {
  id=$1
  what=$2
  region=$3
  key=$4
  states=$5
  state=$(call kms describe-key --region="$region" --key-id "$key" --query KeyMetadata.KeyState --output text) ||
    fail "the key could not be read, $id was not made"
  if [ "$state" = Enabled ]; then
    is_so "$id"
    return 0
  fi
  if ! has "$states" "$state"; then
    fail "$id: the key is $state, and no longer as it was when the facts were read: decide again from new facts"
  fi
  if agreed "$what"; then
    if [ "$state" != Disabled ]; then
      call kms cancel-key-deletion --region="$region" --key-id "$key" >/dev/null
    fi
    call kms enable-key --region="$region" --key-id "$key"
    say "$id: done"
    is_made "$id"
  else
    left="$left $id"
  fi
}

# Whether a stack is still to be made: the changes that have the same one are made at once, or left at once.
is_new_stack() {
  if has "$stacks" "$2"; then
    say "$1: made with the stack $2"
    is_made "$1"
    return 1
  fi
  if has "$stacks_left" "$2"; then
    say "$1: left as it is, with the stack $2"
    left="$left $1"
    return 1
  fi
}

# Makes a change, unless only others were named, or one that must come first was not made.
run() {
  if [ -n "$only" ] && ! has "$only" "$1"; then
    return 0
  fi
  tried="$tried $1"
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
  if has "$only" "$1"; then
    run "$1"
  fi
}
