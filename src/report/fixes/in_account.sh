# Signs in with the profile that PROFILE_ACCOUNT names, where one is, and goes no further in another account than this.
in_account() {
  case $1 in
    "" | *[!0-9]*)
      echo "error: which account it belongs to is not known" >&2
      exit 1
      ;;
  esac
  eval "profile=\${PROFILE_$1:-}"
  if [ -n "$profile" ]; then
    export AWS_PROFILE="$profile"
  fi
  found=$(aws sts get-caller-identity --query Account --output text)
  if [ "$found" != "$1" ]; then
    echo "error: this belongs to account $1, and these credentials are of account ${found:-none}: set PROFILE_$1 to the name of a profile" >&2
    exit 1
  fi
}
