#!/usr/bin/env bash
# Writes the report as a comment of the pull request, or into the one of its category that it wrote before, which it knows by
# the first line. What may not be written (a fork's token reads only) is a warning.
set -euo pipefail

category="$(printf '%s' "${CATEGORY:-}" | tr -cd 'A-Za-z0-9_./-' | tr -s -)"
case "$category" in
  '' | backup-preflight) marker='<!-- backup-preflight -->' ;;
  *) marker="<!-- backup-preflight $category -->" ;;
esac
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
# The job's own token is a bot's, and is not told whose it is; another may be a person's.
author="$(gh api user --jq .login 2> /dev/null)" || author=''
select=".[] | select((.user.type == \"Bot\" or .user.login == \"$author\") and (.body | startswith(\"$marker\"))) | .id"

if ! before="$(gh api --paginate "$comments" --jq "$select")"; then
  printf '::warning::the comments of the pull request could not be read\n'
  exit 0
fi
before="${before%%$'\n'*}"
if [ -n "$before" ]; then
  request=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$before")
else
  request=(--method POST "$comments")
fi
body="$(mktemp "${RUNNER_TEMP:-/tmp}/comment.XXXXXX")"
{
  printf '%s\n' "$marker"
  sed '1{/^<!-- backup-preflight -->$/d;}' "$MARKDOWN"
} > "$body"
if ! gh api --silent "${request[@]}" --field "body=@$body"; then
  printf '::warning::the comment could not be written: the job needs pull-requests: write, which a fork has not\n'
fi
