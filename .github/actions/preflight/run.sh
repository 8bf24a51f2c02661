#!/usr/bin/env bash
# Runs backup-preflight with the inputs as options, and hands on its exit code and its files. Runs anywhere: what GitHub
# gives (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY, RUNNER_TEMP, GITHUB_BASE_REF) is used where it is there.
set -euo pipefail

temp="${RUNNER_TEMP:-$(mktemp -d)}"
folder="$(mktemp -d "$temp/backup-preflight.XXXXXX")"
output="${GITHUB_OUTPUT:-/dev/stdout}"

fail() {
  printf '::error::%s\n' "$1"
  printf 'exit-code=2\n' >> "$output"
  exit 0
}

arguments=("${INPUT_COMMAND:-check}")
case "${arguments[0]}" in
  check | audit) ;;
  *) fail 'command is check or audit' ;;
esac

# An option for each line of an input that is not empty.
each() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then
      arguments+=("$1=$line")
    fi
  done <<< "$2"
}
each --inventory "${INPUT_INVENTORY:-}"
each --terraform-plan "${INPUT_TERRAFORM_PLAN:-}"
each --terraform-source "${INPUT_TERRAFORM_SOURCE:-}"
each --cloudformation "${INPUT_CLOUDFORMATION:-}"
each --overlay "${INPUT_OVERLAY:-}"

# The branch that a pull request goes to, as the checkout may fetch it, else with the token.
fetch() {
  export GIT_TERMINAL_PROMPT=0
  local from="$GITHUB_BASE_REF:refs/remotes/origin/$GITHUB_BASE_REF"
  git fetch --quiet --depth=1 origin "+refs/heads/$from" && return
  [ -n "${INPUT_TOKEN:-}" ] || return
  local basic
  basic="$(printf 'x-access-token:%s' "$INPUT_TOKEN" | base64 | tr -d '\n')"
  GIT_CONFIG_COUNT=1 \
    GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader" \
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $basic" \
    git fetch --quiet --depth=1 origin "+refs/heads/$from"
}

# A pull request must not waive what it does: its configuration is that of the branch that it goes to.
if [ -n "${INPUT_CONFIG:-}" ]; then
  arguments+=("--config=$INPUT_CONFIG")
elif [ -n "${GITHUB_BASE_REF:-}" ]; then
  base="origin/$GITHUB_BASE_REF"
  # One that was fetched before will do.
  if ! fetch && ! git rev-parse --quiet --verify "$base^{commit}" > /dev/null; then
    fail "the branch $GITHUB_BASE_REF, whose backup-preflight.toml counts, could not be fetched: give \`token\`, or name the file with \`config\`"
  fi
  if git cat-file -e "$base:backup-preflight.toml" 2> /dev/null; then
    git show "$base:backup-preflight.toml" > "$folder/backup-preflight.toml"
    arguments+=("--config=$folder/backup-preflight.toml")
  else
    printf '::notice::%s\n' 'the base branch has no backup-preflight.toml: none is used'
    arguments+=(--no-config)
  fi
fi

while IFS= read -r line || [ -n "$line" ]; do
  line="${line%$'\r'}"
  if [ -n "$line" ]; then
    arguments+=("$line")
  fi
done <<< "${INPUT_ARGS:-}"

arguments+=(--format=github "--format=markdown=$folder/report.md" "--format=json=$folder/report.json")
if [ "${INPUT_SARIF:-false}" = true ]; then
  arguments+=("--format=sarif=$folder/report.sarif")
fi

program="${INPUT_BINARY:-}"
if [ -z "$program" ]; then
  program="$(command -v backup-preflight || true)"
fi
if [ -z "$program" ]; then
  source="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
  cargo install --quiet --locked --path "$source" --root "$folder/program"
  program="$folder/program/bin/backup-preflight"
fi

code=0
"$program" "${arguments[@]}" || code=$?

{
  printf 'exit-code=%s\n' "$code"
  for name in markdown:md json:json sarif:sarif; do
    file="$folder/report.${name#*:}"
    if [ -f "$file" ]; then
      printf '%s=%s\n' "${name%:*}" "$file"
    fi
  done
} >> "$output"
