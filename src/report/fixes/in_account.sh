# Run as a file, it stops at the first failure; what is pasted into a shell leaves the shell as it is.
case $- in
  *i*) ;;
  *) set -eu ;;
esac

# Signs in with the profile that PROFILE_ACCOUNT names, where one is. In any other account than this, aws is stopped
# until the right one is entered.
in_account() {
  if [ "${aws_stopped:-}" = 1 ]; then
    unset -f aws
    aws_stopped=""
  fi
  case $1 in
    "" | *[!0-9]*)
      echo "error: which account it belongs to is not known" >&2
      stop_aws
      return 1
      ;;
  esac
  eval "profile=\${PROFILE_$1:-}"
  if [ -n "$profile" ]; then
    export AWS_PROFILE="$profile"
  fi
  found=$(aws sts get-caller-identity --query Account --output text) || found=""
  if [ "$found" != "$1" ]; then
    echo "error: this belongs to account $1, and these credentials are of account ${found:-none}: set PROFILE_$1 to the name of a profile" >&2
    stop_aws
    return 1
  fi
}

stop_aws() {
  aws_stopped=1
  aws() {
    echo "error: aws is not called before in_account has succeeded: nothing was done" >&2
    return 1
  }
}
