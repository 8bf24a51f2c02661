# What scripts call, as functions; whatever else they run is noticed.
aws() {
  local profile=${AWS_PROFILE:-}
  if [ "$1" = --profile ]; then
    profile=$2
    shift 2
  fi
  case "$1 $2" in
    "sts get-caller-identity") echo "${profile#p}" ;;
    "backup describe-copy-job")
      printf 'COMPLETED\tarn:aws:backup:us-east-1:111122223333:recovery-point:1\tNone\n'
      ;;
    "kms describe-key")
      case "$*" in *alias/re-encrypted*) return 254 ;; esac
      ;;
    "backup list-backup-vaults") : ;;
    "backup describe-backup-vault") return 254 ;;
    *get-*) echo '{}' ;;
    *) echo done ;;
  esac
}
jq() { cat; }
sleep() { :; }
noticed() { printf '%s\n' "noticed $*" >>"$NOTICED"; }
command_not_found_handle() { printf '%s\n' "$*" >>"$NOTICED"; }
export -f aws jq sleep noticed command_not_found_handle
