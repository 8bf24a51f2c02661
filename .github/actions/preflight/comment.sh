#!/usr/bin/env bash
# Writes the report as a comment of the pull request, or into the comment that it wrote before, which it knows by the first
# line. What may not be written (a fork's token reads only) is a warning.
set -euo pipefail

marker='<!-- backup-preflight -->'
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
select=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"

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
if ! gh api --silent "${request[@]}" --field "body=@$MARKDOWN"; then
  printf '::warning::the comment could not be written: the job needs pull-requests: write, which a fork has not\n'
fi
